package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"unicode"

	"botnetdetect/dataset"
	"botnetdetect/feature"
	"botnetdetect/internal/memory"
	"botnetdetect/observe"
	"botnetdetect/packet"
	"botnetdetect/protocol"

	"github.com/spf13/cobra"
)

// common is what every verb that reads captures takes.
type common struct {
	std        streams
	csv        bool
	features   string
	featured   func() bool // whether features was asked for; nil is no
	behaviour  bool        // observe how endpoints behave, whatever features is
	engine     string
	choose     int
	seed       uint64
	cores      int
	memory     memory.Limit
	temp       string
	verbose    bool
	quiet      bool
	vocabulary *protocol.Vocabulary // of all that is observed; made when first wanted
	seen       observe.Stats        // of all that was observed
}

func (c *common) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&c.csv, "csv", false, "protocol-agnostic features, which fit in CSV files")
	c.featureFlag(cmd)
	f.StringVar(&c.engine, "engine", string(observe.Native), "who names protocols: native, or the installed tshark")
	f.IntVar(&c.choose, "choose", 0, "use only `N` captures, chosen at random")
	f.Uint64Var(&c.seed, "seed", 1, "repeats the same shuffles and choices")
	f.IntVar(&c.cores, "cores", 0, "use `N` cores (default all)")
	c.memory = memory.Default
	f.Var(&c.memory, "memory", "keep within `SIZE`, such as 256MiB: flows beyond go to disk, and come back in the end")
	f.StringVar(&c.temp, "temp", "", "a `FOLDER` on disk for them (default the system's for temporary files, which may be in memory)")
	c.speech(cmd)
}

// speech are the flags that say how much is said.
func (c *common) speech(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVarP(&c.verbose, "verbose", "v", false, "say more, such as each capture read")
	f.BoolVarP(&c.quiet, "quiet", "q", false, "say only what went wrong")
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
		if unicode.IsControl(r) && r != '\t' || unicode.Is(unicode.Cf, r) {
			return '�'
		}
		return r
	}, s)
}

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

// check finds what is wrong with the flags before time is spent.
func (c *common) check() error {
	_, err := observe.ParseEngine(c.engine)
	switch {
	case err != nil:
		return usage("--engine: %v", err)
	case c.choose < 0:
		return usage("--choose %d: want a number of captures", c.choose)
	case c.temp != "" && !isFolder(c.temp):
		return usage("--temp %s: want a folder that exists", c.temp)
	case c.cores < 0:
		return usage("--cores %d: want a number of cores", c.cores)
	case !c.knowsFeatures():
		return c.unknownFeatures()
	case c.mode() == feature.Behavioural && c.engine == string(observe.TShark):
		return usage("--features behaviour goes with the native engine only: tshark does not say what it needs")
	case c.verbose && c.quiet:
		return usage("--verbose and --quiet together: choose one")
	}
	return nil
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

// observe observes captures with progress, hands each to use, and returns how many
// could not be read to their end. It stops at use's first error.
func (c *common) observe(ctx context.Context, paths []string, use func(observe.Observation) error) (failed int, err error) {
	if len(paths) == 0 {
		return 0, nil
	}
	bar := c.startProgress(paths)
	defer bar.stop()
	captures, done := c.memory.Keep()
	defer done()
	options := observe.Options{
		Engine: observe.Engine(c.engine), Vocabulary: c.names(), Workers: c.cores, Stdin: newInterruptible(ctx, c.std.in), Read: &bar.read,
		Memory: captures, Temp: c.temp, Behaviour: c.observesBehaviour(),
	}
	for seen := range observe.All(ctx, paths, options) {
		if ctx.Err() != nil && seen.Path != "-" { // a stream was ended, and counts
			return failed, ctx.Err()
		}
		bar.captured()
		c.seen.Add(seen.Stats)
		if err := problem(seen); err != nil {
			failed++
			bar.pause()
			c.warn(err)
		}
		if err := use(seen); err != nil {
			return failed, err
		}
		if c.verbose {
			bar.pause()
			c.say("%s: %s", printable(seen.Path), contents(seen))
		}
	}
	bar.pause()
	c.sayOddities()
	if paths[len(paths)-1] == "-" {
		return failed, nil
	}
	return failed, ctx.Err()
}

func (c *common) knowsFeatures() bool {
	return c.features == "" || c.features == featuresReference || c.features == featuresBehaviour
}

func (c *common) unknownFeatures() error {
	return usage("--features %s: want %s or %s", c.features, featuresReference, featuresBehaviour)
}

// observesBehaviour reports whether behaviour is worth its time.
func (c *common) observesBehaviour() bool {
	return c.engine != string(observe.TShark) && (c.behaviour || c.mode() == feature.Behavioural)
}

// problem says what is wrong with a capture, and what was kept of it; nil is nothing.
func problem(seen observe.Observation) error {
	switch n := count(int(seen.Stats.Frames), "packet"); {
	case errors.Is(seen.Err, context.Canceled):
		return fmt.Errorf("capture %s: interrupted; %s until then count", seen.Path, n)
	case seen.Err != nil && seen.Stats.Frames == 0:
		return fmt.Errorf("capture %s: %w", seen.Path, seen.Err)
	case seen.Err != nil:
		return fmt.Errorf("capture %s: %w; %s before it count", seen.Path, seen.Err, n)
	case seen.Stats.Frames == 0:
		return fmt.Errorf("capture %s: no packets in it; was the right interface captured?", seen.Path)
	case seen.Stats.IP == 0:
		return fmt.Errorf("capture %s: no IP packets in it (%s%s); was the right interface captured?", seen.Path, n, outcomes(seen.Stats))
	}
	return nil
}

// outcomes says how many packets could not be decoded, and why.
func outcomes(s observe.Stats) (text string) {
	for outcome, n := range s.Outcomes {
		if o := packet.Outcome(outcome); n > 0 && o != packet.OK {
			text += fmt.Sprintf(", %d: %v", n, o)
		}
	}
	return text
}

// sayOddities says what was odd in the captures, if anything was.
func (c *common) sayOddities() {
	if odd := outcomes(c.seen); odd != "" {
		c.say("packets not decoded to the end%s", odd)
	}
	for what, n := range c.seen.Capture.Oddities() {
		c.say("%s: %d", what, n)
	}
	if c.seen.OddLines > 0 {
		c.say("lines of tshark that could not be read: %d", c.seen.OddLines)
	}
	if n := c.seen.Naming.Forgotten + c.seen.Naming.Starved; n > 0 && c.verbose {
		c.say("%s forgotten or read in part for want of room: names of their packets may be less exact", count(int(n), "conversation"))
	}
	if c.seen.LostAnswers > 0 {
		c.say("%s found no room, so flows with them were judged: allow more with --memory", count(int(c.seen.LostAnswers), "DNS answer"))
	}
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
