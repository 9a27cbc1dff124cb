package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"botnetdetect/dataset"
	"botnetdetect/feature"
	"botnetdetect/observe"
	"botnetdetect/protocol"

	"github.com/spf13/cobra"
)

// common is what every verb that reads captures takes.
type common struct {
	std        streams
	csv        bool
	engine     string
	choose     int
	seed       uint64
	cores      int
	memory     memory
	temp       string
	verbose    bool
	quiet      bool
	vocabulary *protocol.Vocabulary // of all that is observed; made when first wanted
}

func (c *common) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&c.csv, "csv", false, "protocol-agnostic features, which fit in CSV files")
	f.StringVar(&c.engine, "engine", string(observe.Native), "who names protocols: native, or the installed tshark")
	f.IntVar(&c.choose, "choose", 0, "use only `N` captures, chosen at random")
	f.Uint64Var(&c.seed, "seed", 1, "repeats the same shuffles and choices")
	f.IntVar(&c.cores, "cores", 0, "use `N` cores (default all)")
	c.memory = defaultMemory
	f.Var(&c.memory, "memory", "keep within `SIZE`, such as 256MiB: flows beyond go to disk, and come back in the end")
	f.StringVar(&c.temp, "temp", "", "the `FOLDER` on that disk (default the system's for temporary files)")
	c.speech(cmd)
}

// speech are the flags that say how much is said.
func (c *common) speech(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVarP(&c.verbose, "verbose", "v", false, "say more, such as each capture read")
	f.BoolVarP(&c.quiet, "quiet", "q", false, "say only what went wrong")
	cmd.MarkFlagsMutuallyExclusive("verbose", "quiet")
}

func (c *common) mode() feature.Mode {
	if c.csv {
		return feature.Agnostic
	}
	return feature.Aware
}

// say prints a remark for people, unless they asked for quiet.
func (c *common) say(format string, args ...any) {
	if !c.quiet {
		fmt.Fprintf(c.std.err, format+"\n", args...)
	}
}

// warn prints what went wrong with one of several things.
func (c *common) warn(err error) {
	fmt.Fprintf(c.std.err, "botnetdetect: %s\n", printable(err.Error()))
}

// printable makes text from outside, such as a file's name, safe for a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '�'
		}
		return r
	}, s)
}

// inputs returns the command's inputs, which come from standard input if there are none.
func (c *common) inputs(args []string) ([]string, error) {
	if len(args) > 0 {
		return args, nil
	}
	if f, ok := c.std.in.(*os.File); ok && isTerminal(f) {
		return nil, usage("no inputs: name captures or folders, or pipe their paths in, one a line")
	}
	lines := bufio.NewScanner(io.LimitReader(c.std.in, 64<<20))
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
func (c *common) captures(args []string) (paths []string, problems int, err error) {
	inputs, err := c.inputs(args)
	if err != nil {
		return nil, 0, err
	}
	paths, missing := dataset.Scan(inputs)
	for _, err := range missing {
		c.warn(err)
	}
	if c.choose < 0 {
		return nil, 0, usage("--choose %d: want a number of captures", c.choose)
	}
	if c.choose > 0 && c.choose < len(paths) {
		paths = choose(paths, c.choose, c.seed)
	}
	if c.verbose {
		c.say("%d captures", len(paths))
	}
	if len(paths) == 0 {
		return nil, len(missing), errTold
	}
	return paths, len(missing), nil
}

// choose returns n of paths, in their order.
func choose(paths []string, n int, seed uint64) []string {
	chosen := rand.New(rand.NewPCG(seed, 0)).Perm(len(paths))[:n]
	slices.Sort(chosen)
	for i, j := range chosen {
		paths[i] = paths[j]
	}
	return paths[:n]
}

// observe observes captures with progress, hands each to use, and returns how many
// could not be read to their end. It stops at use's first error.
func (c *common) observe(ctx context.Context, paths []string, use func(observe.Observation) error) (failed int, err error) {
	engine, err := observe.ParseEngine(c.engine)
	if err != nil {
		return 0, usage("--engine: %v", err)
	}
	bar := c.startProgress(paths)
	defer bar.stop()
	memory, done := c.memory.keep()
	defer done()
	options := observe.Options{
		Engine: engine, Vocabulary: c.names(), Workers: c.cores, Stdin: newInterruptible(ctx, c.std.in), Read: &bar.read,
		Memory: memory, Temp: c.temp,
	}
	for seen := range observe.All(ctx, paths, options) {
		if ctx.Err() != nil && seen.Path != "-" { // a stream was ended, and counts
			return failed, ctx.Err()
		}
		bar.captured()
		if seen.Err != nil {
			failed++
			bar.pause()
			c.warn(describe(seen))
		}
		if err := use(seen); err != nil {
			return failed, err
		}
		if c.verbose {
			bar.pause()
			c.say("%s: %s", printable(seen.Path), contents(seen))
		}
	}
	if paths[len(paths)-1] == "-" {
		return failed, nil
	}
	return failed, ctx.Err()
}

// contents says what was in a capture.
func contents(seen observe.Observation) string {
	s := fmt.Sprintf("%d packets, %d flows", seen.Stats.Frames, seen.Table.Len())
	if n := seen.Table.Spilled(); n > 0 {
		s += fmt.Sprintf(" (%s of them on disk for a while)", size(n))
	}
	return s
}

// names returns the vocabulary by which captures are observed.
func (c *common) names() *protocol.Vocabulary {
	if c.vocabulary == nil {
		c.vocabulary = protocol.NewVocabulary()
	}
	return c.vocabulary
}

// describe says what went wrong with a capture, and what was kept of it.
func describe(seen observe.Observation) error {
	if errors.Is(seen.Err, context.Canceled) {
		return fmt.Errorf("capture %s: interrupted; the %d packets until then count", seen.Path, seen.Stats.Frames)
	}
	if seen.Stats.Frames == 0 {
		return fmt.Errorf("capture %s: %w", seen.Path, seen.Err)
	}
	return fmt.Errorf("capture %s: %w; the %d packets before it count", seen.Path, seen.Err, seen.Stats.Frames)
}
