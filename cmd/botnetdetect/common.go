package main

import (
	"fmt"

	"botnetdetect/feature"
	"botnetdetect/internal/memory"
	"botnetdetect/internal/terminal"
	"botnetdetect/observe"
	"botnetdetect/protocol"

	"github.com/spf13/cobra"
)

// common is what every verb that reads captures takes.
type common struct {
	std        streams
	csv        bool
	features   string
	featured   func() bool // whether features was asked for; nil is no
	adopts     bool        // the features of the model that is found, if nobody asked for others
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
	f.StringVar(&c.engine, "engine", string(observe.Native), "who names protocols: native, or the installed tshark")
	f.IntVar(&c.choose, "choose", 0, "use only `N` captures, chosen at random")
	f.Uint64Var(&c.seed, "seed", 1, "repeats the same shuffles and choices")
	f.IntVar(&c.cores, "cores", 0, "use `N` cores (default all)")
	c.memory = memory.Default
	f.Var(&c.memory, "memory", "keep within `SIZE`, such as 256MiB, at least 128MiB where hosts are many: flows beyond go to disk, and come back in the end")
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
	fmt.Fprintf(c.std.err, "botnetdetect: %s\n", terminal.Printable(err.Error()))
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

// names returns the vocabulary by which captures are observed.
func (c *common) names() *protocol.Vocabulary {
	if c.vocabulary == nil {
		c.vocabulary = protocol.NewVocabulary()
	}
	return c.vocabulary
}
