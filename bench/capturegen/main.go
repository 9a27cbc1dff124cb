// Capturegen writes a packet capture of any size, made up from a seed: the same
// arguments give the same bytes, at least on machines of the same architecture (others may
// round the logarithms of the distributions otherwise).
//
//	go run ./bench/capturegen -seed 1 -size 300MB -pairs 18000 -o a.pcap
//	go run ./bench/capturegen -size 10GB -pairs 1000000 | botnetdetect --output stdout -
//	go run ./bench/capturegen -size 6GB -pairs 50000000 -mean 80 -o scan.pcap
//
// # What is drawn, and from which distribution
//
// Hosts: clients (one for each 64 pairs, at least 4) in 10.0.0.0/8; one pair in ten is between IPv6 addresses; each
// pair has another remote address. The capture holds exactly -pairs pairs of addresses, those of clients and
// their resolver included, and is longer than -size if that leaves no room for a packet each.
//
// Sessions: each pair has a session of an application drawn with the weights in app.go. At most -active go on at
// a time, and ended ones are followed by those of new pairs, so pairs have locality in time, as on a real link; when
// no new pair is left, the same have further sessions. How many packets a session has: for chatter (DHT,
// NTP, ping) 1 + geometric; for all else 1 + Pareto with exponent 1.3, with the mean that -size and -pairs leave
// over. A session of six packets or more is seen from its beginning, TCP handshake and DNS look-up of a server's
// name included, to its end; a shorter one is a glimpse of its middle.
//
// Sizes: a message is large (a full frame of 1,514 bytes; in TCP, exponential with mean 4,000 bytes beyond that, so several), or its
// length is exponential with mean 120 bytes, or it is an empty acknowledgement. The share of large messages (negative: of empty ones) is
// steered so that the mean frame length over the capture is -mean bytes, as far as chatter and handshakes leave that open. Every second full TCP segment is
// acknowledged. TCP messages are TLS records, HTTP responses, BitTorrent pieces.
//
// Time: packets come in bursts of one session, 1 + geometric with mean 4 long, a burst's packets exponential with
// mean 20 µs apart, bursts exponential so that the mean is -rate packets a second.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) int {
	c, output, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "capturegen:", err)
		return 2
	}
	made, err := write(c, output, stdout)
	if err != nil {
		fmt.Fprintln(stderr, "capturegen:", err)
		return 1
	}
	fmt.Fprintf(stderr, "%d frames, %d bytes, %d pairs, mean frame %.1f bytes\n",
		made.frames, made.bytes, made.pairs, made.meanFrame())
	return 0
}

func parse(args []string, stderr io.Writer) (c config, output string, err error) {
	f := flag.NewFlagSet("capturegen", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Uint64Var(&c.seed, "seed", 1, "what all else is drawn from")
	size := f.String("size", "300MB", "bytes of the capture: 300MB, 10GB, 64MiB")
	f.Int64Var(&c.pairs, "pairs", 18_000, "pairs of addresses")
	f.Float64Var(&c.mean, "mean", 516, "mean frame length in bytes")
	f.Float64Var(&c.rate, "rate", 20_000, "packets a second")
	f.IntVar(&c.active, "active", 512, "sessions at a time")
	format := f.String("format", "pcap", "pcap or pcapng")
	f.StringVar(&output, "o", "-", "file to write; - is standard output")
	if err := f.Parse(args); err != nil {
		return c, "", err
	}
	if f.NArg() > 0 {
		return c, "", fmt.Errorf("unexpected argument %q: the file to write is given with -o", f.Arg(0))
	}
	if c.size, err = parseSize(*size); err != nil {
		return c, "", err
	}
	c.ng = *format == "pcapng"
	if !c.ng && *format != "pcap" {
		return c, "", fmt.Errorf("unknown format %q: want pcap or pcapng", *format)
	}
	return c, output, c.check()
}

// parseSize reads a number of bytes with a decimal (MB) or binary (MiB) unit.
func parseSize(s string) (int64, error) {
	number := strings.TrimRight(s, "kKMGTiB")
	n, err := strconv.ParseFloat(number, 64)
	unit, known := map[string]float64{
		"": 1, "B": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
		"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
	}[s[len(number):]]
	if err != nil || !known || n*unit < 0 || n*unit > 1<<60 {
		return 0, fmt.Errorf("cannot read size %q: want a number and MB, GB, MiB or the like", s)
	}
	return int64(n * unit), nil
}

func write(c config, output string, stdout io.Writer) (made made, err error) {
	if output == "-" {
		return generateTo(c, stdout)
	}
	f, err := os.Create(output)
	if err != nil {
		return made, err
	}
	made, err = generateTo(c, f)
	return made, errors.Join(err, f.Close())
}

func generateTo(c config, w io.Writer) (made, error) {
	b := bufio.NewWriterSize(w, 1<<20)
	m, err := generate(c, b)
	return m, errors.Join(err, b.Flush())
}
