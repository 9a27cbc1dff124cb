//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"

	"botnetdetect/capture"
)

// comparison is how to compare.
type comparison struct {
	rounds  int
	quick   bool
	extract string // the program whose extraction to compare; "" is to compare reading
}

// result is what the runs of one program took.
type result struct {
	peer
	seconds, busy []float64 // on the clock; of all processors
	memory        int64     // largest resident set, bytes
	err           error
}

// compare measures all programs on one capture, and prints a table.
func (c comparison) compare(path string) error {
	peers, err := c.peers(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if err := readPlainly(path); err != nil {
		return err
	}
	var results []result
	for _, p := range peers {
		if !c.quick || !p.slow {
			results = append(results, result{peer: p})
		}
	}
	for round := range c.rounds {
		for i := range results {
			if r := &results[i]; r.err == nil && (round == 0 || !r.slow) {
				r.err = r.run(path)
			}
		}
	}
	fmt.Printf("%s: %.1f MB, %d cores, %s %s/%s, whole processes, medians\n\n",
		path, float64(info.Size())/1e6, runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return show(results, info.Size())
}

func (c comparison) peers(path string) ([]peer, error) {
	if c.extract != "" {
		return extractors(c.extract), nil
	}
	r, err := capture.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer r.Close()
	if floor, ok := floors[r.Compression()]; ok {
		return slices.Insert(slices.Clone(peers), 1, floor), nil
	}
	return peers, nil
}

// run runs the program once and notes what it took.
func (r *result) run(path string) error {
	args := r.args(path)
	if _, err := exec.LookPath(args[0]); err != nil {
		return err
	}
	cmd := exec.Command(args[0], args[1:]...)
	if r.pipe {
		feed := exec.Command("cat", path)
		pipe, err := feed.StdoutPipe()
		if err != nil {
			return err
		}
		cmd.Stdin = pipe
		if err := feed.Start(); err != nil {
			return err
		}
		defer func() { _ = feed.Wait() }() // its failure shows in what it feeds
	}
	start := time.Now()
	if err := finished(cmd.Run()); err != nil {
		return err
	}
	r.seconds = append(r.seconds, time.Since(start).Seconds())
	r.busy = append(r.busy, (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds())
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.memory = max(r.memory, usage.Maxrss*1024)
	}
	return nil
}

// finished returns the error of a program that did not do its work.
func finished(err error) error {
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		return fmt.Errorf("it failed: %w: %.200s", err, exit.Stderr)
	}
	return err
}

func show(results []result, size int64) error {
	base := results[0]
	for _, r := range results {
		if r.name == ours {
			base = r
		}
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "program\truns\ts\tGB/s\tprocessor s\tpeak MB\ttimes ours\tin processor s\t")
	for _, r := range results {
		if r.err != nil {
			fmt.Fprintf(w, "%s\t%v\t\t\t\t\t\t\t\n", r.name, r.err)
			continue
		}
		s, busy := median(r.seconds), median(r.busy)
		fmt.Fprintf(w, "%s\t%d\t%.3f\t%.3f\t%.3f\t%d\t%.2f\t%.2f\t\n", r.name, len(r.seconds), s, float64(size)/1e9/s, busy,
			r.memory/1e6, s/median(base.seconds), busy/median(base.busy))
	}
	fmt.Fprintln(w)
	return w.Flush()
}

func median(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	x = slices.Sorted(slices.Values(x))
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}
