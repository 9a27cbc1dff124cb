//go:build linux

// Command read measures how fast captures become flow tables, beside other programs that
// read them, on this machine and in one run:
//
//	go run ./bench/capturegen -seed 1 -size 300MB -pairs 18000 -o few.pcap
//	go run ./bench/read few.pcap
//
// Each program in turn reads the whole capture, round after round, so that a machine
// whose speed drifts slows all of them; figures are medians over the rounds. The file is
// read once before, so that it comes from memory where it fits. Programs that are not
// installed are named and left out (Debian: tshark, wireshark-common, libndpi-bin).
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"

	"botnetdetect/observe"
	"botnetdetect/protocol"
)

// peer is one program that reads a capture.
type peer struct {
	name string
	slow bool // read in the first round only
	args func(capture string) []string
}

var peers = []peer{
	{"plain read of the file", false, func(c string) []string { return []string{self(), "-child", "plain", c} }},
	{"botnetdetect, flow table", false, func(c string) []string { return []string{self(), "-child", "table", c} }},
	{"botnetdetect, flow table, one core", false, func(c string) []string { return []string{self(), "-child", "one", c} }},
	{"capinfos", false, func(c string) []string { return []string{"capinfos", c} }},
	{"ndpiReader", false, func(c string) []string { return []string{"ndpiReader", "-q", "-i", c} }},
	{"tshark, one line a packet", true, func(c string) []string { return []string{"tshark", "-n", "-r", c} }},
	{"tshark -T fields", true, func(c string) []string {
		return []string{"tshark", "-n", "-r", c, "-T", "fields", "-e", "frame.time_epoch", "-e", "frame.len",
			"-e", "_ws.col.Source", "-e", "_ws.col.Destination", "-e", "_ws.col.Protocol", "-e", "dns.a"}
	}},
}

func main() {
	child := flag.String("child", "", "be one of the programs measured")
	rounds := flag.Int("rounds", 7, "how often each program reads the capture; slow ones read it once")
	quick := flag.Bool("quick", false, "leave the slow programs out")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: read [-rounds N] [-quick] CAPTURE")
		os.Exit(2)
	}
	err := error(nil)
	if *child != "" {
		err = read(*child, flag.Arg(0))
	} else {
		err = compare(flag.Arg(0), *rounds, *quick)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "read:", err)
		os.Exit(1)
	}
}

func self() string {
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}

// read is what a child does.
func read(what, path string) error {
	if what == "plain" {
		return readPlainly(path)
	}
	workers := 0
	if what == "one" {
		workers = 1
	}
	seen := observe.Capture(context.Background(), path, observe.Options{Vocabulary: protocol.NewVocabulary(), Workers: workers})
	return seen.Err
}

func readPlainly(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	buffer := make([]byte, 1<<20)
	for {
		if _, err := f.Read(buffer); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// result is what the runs of one program took.
type result struct {
	peer
	seconds []float64
	memory  int64 // largest resident set, bytes
	err     error
}

func compare(path string, rounds int, quick bool) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if err := readPlainly(path); err != nil {
		return err
	}
	results := make([]result, 0, len(peers))
	for _, p := range peers {
		if !quick || !p.slow {
			results = append(results, result{peer: p})
		}
	}
	for round := range rounds {
		for i := range results {
			if r := &results[i]; r.err == nil && (round == 0 || !r.slow) {
				r.run(path)
			}
		}
	}
	return show(results, info.Size())
}

func (r *result) run(path string) {
	args := r.args(path)
	if _, r.err = exec.LookPath(args[0]); r.err != nil {
		return
	}
	cmd := exec.Command(args[0], args[1:]...)
	start := time.Now()
	if r.err = cmd.Run(); r.err != nil {
		return
	}
	r.seconds = append(r.seconds, time.Since(start).Seconds())
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.memory = max(r.memory, usage.Maxrss*1024)
	}
}

func show(results []result, size int64) error {
	fmt.Printf("%.1f MB, %d cores, %s %s/%s, whole processes, medians\n\n", float64(size)/1e6, runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	ours := median(results[1].seconds)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "program\truns\ts\tGB/s\tpeak MB\ttimes ours\t")
	for _, r := range results {
		if r.err != nil {
			fmt.Fprintf(w, "%s\t%v\t\t\t\t\t\n", r.name, r.err)
			continue
		}
		s := median(r.seconds)
		fmt.Fprintf(w, "%s\t%d\t%.3f\t%.3f\t%d\t%.2f\t\n", r.name, len(r.seconds), s, float64(size)/1e9/s, r.memory/1e6, s/ours)
	}
	return w.Flush()
}

func median(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	x = slices.Sorted(slices.Values(x))
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}
