//go:build linux

// Command read measures how fast captures become flow tables, beside other programs that
// read them, on this machine and in one run:
//
//	go run ./bench/capturegen -seed 1 -size 300MB -pairs 18000 -o few.pcap
//	go run ./bench/capturegen -seed 1 -size 300MB -pairs 437000 -o many.pcap
//	go run ./bench/read few.pcap many.pcap
//
// A capture may be pcap, pcapng, or either compressed with zstd or gzip: then the
// decompressor alone is measured too, as the floor. With -extract, each capture's features
// are extracted by botnetdetect, all of the program, and by tshark and Python as in
// reference.py, instead.
//
// Each program in turn reads the whole capture, round after round, so that a machine
// whose speed drifts slows all of them; figures are medians over the rounds. The file is
// read once before, so that it comes from memory where it fits. Programs that are not
// installed are named and left out (Debian: tshark, wireshark-common, libndpi-bin). On a
// machine that does other work, processor time says more than seconds on the clock:
// docs/speed.md has figures from one.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"botnetdetect/internal/memory"
	"botnetdetect/observe"
	"botnetdetect/protocol"
)

func main() {
	child := flag.String("child", "", "be one of the programs measured")
	var c comparison
	flag.IntVar(&c.rounds, "rounds", 7, "how often each program reads the capture; slow ones read it once")
	flag.BoolVar(&c.quick, "quick", false, "leave the slow programs out")
	flag.StringVar(&c.extract, "extract", "", "compare feature extraction by this botnetdetect program with the reference's")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: read [-rounds N] [-quick] [-extract PROGRAM] CAPTURE...")
		os.Exit(2)
	}
	for _, path := range flag.Args() {
		err := error(nil)
		if *child != "" {
			err = read(*child, path)
		} else {
			err = c.compare(path)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "read:", err)
			os.Exit(1)
		}
	}
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
	captures, done := memory.Default.Keep() // as the program does
	defer done()
	o := observe.Options{Vocabulary: protocol.NewVocabulary(), Workers: workers, Stdin: os.Stdin, Memory: captures}
	seen := observe.Capture(context.Background(), path, o)
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
