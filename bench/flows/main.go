//go:build unix

// Command flows measures what flows cost: processor time a packet, memory a flow, and
// what a ceiling of memory changes.
//
//	go run ./bench/flows                                   tables of 1,000 to 1,000,000 flows
//	go run ./bench/flows -flows 50000000 -memory 1536MiB   one that spills to disk
//	go run ./bench/flows -capture 1000000 -memory 2GiB,128MiB
//	go run ./bench/flows -capture 50000000 -memory 1536MiB
//
// The first two send packets made up on the spot straight into a flow.Collector, and so
// measure the table alone. The others run the whole program: they build it and
// bench/capturegen, make a capture with that many pairs of addresses (about 100 bytes
// each) in -folder, have it judged under each ceiling, and compare the verdicts. Every
// measurement is a process of its own, and its memory the largest resident set.
package main

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
)

func main() {
	flows := flag.Int("flows", 0, "measure one table of `N` flows")
	packets := flag.Int("packets", 0, "send it `N` packets (default 4 a flow, at least 4,000,000)")
	spread := flag.Bool("spread", false, "each packet is of any flow, rather than of a recent one")
	memory := flag.String("memory", "", "ceilings such as 256MiB, separated by commas (default none)")
	captured := flag.Int("capture", 0, "judge a capture with `N` pairs of addresses")
	folder := flag.String("folder", os.TempDir(), "where captures and spilled flows go")
	flag.Parse()
	t := table{flows: *flows, packets: *packets, spread: *spread, folder: *folder}
	err := error(nil)
	switch {
	case *captured > 0:
		err = judge(*captured, strings.Split(*memory, ","), *folder)
	case *flows > 0:
		if t.memory, err = parseMiB(*memory); err == nil {
			err = t.measure()
		}
	default:
		err = tables()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "flows:", err)
		os.Exit(1)
	}
}

// parseMiB reads a number of MiB; "" is 0.
func parseMiB(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(strings.TrimSuffix(s, "MiB"))
	if err != nil {
		return 0, fmt.Errorf("cannot read ceiling %q: want one such as 256MiB", s)
	}
	return int64(n) << 20, nil
}
