package main

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"botnetdetect/dataset"
)

// inputs returns the command's inputs, which come from standard input if there are none.
func (c *common) inputs(ctx context.Context, args []string) ([]string, error) {
	if len(args) > 0 {
		return args, nil
	}
	if f, ok := c.std.in.(*os.File); ok && isTerminal(f) {
		return nil, usage("no inputs: name captures or folders, or pipe their paths in, one a line")
	}
	lines := bufio.NewScanner(newInterruptible(ctx, c.std.in))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if path := strings.TrimRight(lines.Text(), "\r"); path != "" {
			args = append(args, path)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("cannot read paths from standard input: %w", err)
	}
	if len(args) == 0 {
		return nil, usage("no inputs: name captures or folders, or pipe their paths in, one a line")
	}
	return args, nil
}

// captures finds what inputs name, warns of what is not there, and chooses.
func (c *common) captures(ctx context.Context, args []string) (paths []string, problems int, err error) {
	paths, problems, err = c.find(ctx, args)
	return c.chosen(paths, random(c.seed, len(paths))), problems, err
}

// find finds what inputs name and warns of what is not there.
func (c *common) find(ctx context.Context, args []string) (paths []string, problems int, err error) {
	if err := c.check(); err != nil {
		return nil, 0, err
	}
	inputs, err := c.inputs(ctx, args)
	if err != nil {
		return nil, 0, err
	}
	paths, missing := dataset.Scan(inputs)
	for _, err := range missing {
		c.warn(err)
	}
	if len(paths) == 0 {
		return nil, len(missing), errTold
	}
	return paths, len(missing), nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// random returns the numbers below n in an order that seed repeats.
func random(seed uint64, n int) []int { return rand.New(rand.NewPCG(seed, 0)).Perm(n) }

// chosen returns the paths that an order has first, as many as were asked for, in their
// own order.
func (c *common) chosen(paths []string, order []int) []string {
	if c.choose > 0 && c.choose < len(paths) {
		kept := make([]string, 0, c.choose)
		for _, i := range slices.Sorted(slices.Values(order[:c.choose])) {
			kept = append(kept, paths[i])
		}
		paths = kept
	}
	if c.verbose {
		c.say("%d captures", len(paths))
	}
	return paths
}
