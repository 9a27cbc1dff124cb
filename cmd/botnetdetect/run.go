package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"botnetdetect/internal/terminal"

	"github.com/spf13/cobra"
)

// streams are where a command reads and writes.
type streams struct {
	in  io.Reader
	out io.Writer // results
	err io.Writer // all else
	// hangups tells of SIGHUP, which ends all verbs but those that watch; may be nil.
	hangups <-chan os.Signal
}

// Exit statuses.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
	exitBotnet = 3 // done, and botnet flows were found; only with --fail-on-botnet
)

// Errors that stand for an exit status of their own.
var (
	errUsage  = errors.New("usage")
	errBotnet = errors.New("botnet flows found")
	errTold   = errors.New("failed") // what failed has been said already

	errToldUsage = errors.New("usage") // what is wrong with the command line has been said already
)

// run carries out one command line and returns its exit status.
func run(ctx context.Context, args []string, std streams) int {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	args, err := modeToVerb(args)
	if err == nil {
		root := newRoot(std)
		root.PersistentPreRun = func(cmd *cobra.Command, _ []string) { std.endOnHangup(cmd, cancel) }
		root.SetArgs(liveToSensor(args))
		err = root.ExecuteContext(ctx)
	}
	return std.status(ctx, err)
}

// takesHangups marks a verb that SIGHUP does not end.
const takesHangups = "takes hangups"

func (s streams) endOnHangup(cmd *cobra.Command, cancel func()) {
	if _, takes := cmd.Annotations[takesHangups]; takes || s.hangups == nil {
		return
	}
	go func() {
		<-s.hangups
		cancel()
	}()
}

// status says what went wrong, if it has not been said, and turns it into an exit status.
func (s streams) status(ctx context.Context, err error) int {
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errBotnet):
		return exitBotnet
	case errors.Is(err, errTold):
		return exitFailed
	case errors.Is(err, errToldUsage):
		return exitUsage
	case ctx.Err() != nil:
		fmt.Fprintln(s.err, "botnetdetect: interrupted; nothing half-written was left")
		return exitFailed
	case errors.Is(err, errUsage):
		fmt.Fprintf(s.err, "botnetdetect: %s\nTry 'botnetdetect --help'.\n", terminal.Printable(strings.TrimPrefix(err.Error(), errUsage.Error()+": ")))
		return exitUsage
	}
	fmt.Fprintf(s.err, "botnetdetect: %s\n", terminal.Printable(err.Error()))
	return exitFailed
}

// usage marks an error as one of usage.
func usage(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{errUsage}, args...)...)
}

// atMost wants no more than n arguments.
func atMost(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > n {
			return usage("%s takes %s, %q is one too many", cmd.CommandPath(), count(n, "argument"), args[n])
		}
		return nil
	}
}

// modes are the reference's mode flags; each is a verb here.
var modes = []string{"--train", "--retrain", "--validate", "--predict", "--dump"}

// modeToVerb turns the reference's "--train data/" into "train data/". Arguments after
// "--" are never modes.
func modeToVerb(args []string) ([]string, error) {
	end := slices.Index(args, "--")
	if end < 0 {
		end = len(args)
	}
	verb, rest := "", make([]string, 0, len(args))
	for i, arg := range args {
		if i >= end || !slices.Contains(modes, arg) {
			rest = append(rest, arg)
			continue
		}
		if verb != "" && verb != arg {
			return nil, usage("%s and %s together: choose one mode", verb, arg)
		}
		verb = arg
	}
	if verb == "" {
		return args, nil
	}
	return append([]string{strings.TrimPrefix(verb, "--")}, rest...), nil
}

const about = `botnetdetect says which pairs of endpoints in packet captures carry
peer-to-peer botnet traffic, and which carry benign peer-to-peer traffic.

It reads pcap and pcapng captures, also gzip- or zstd-compressed, sums up all
traffic between every two endpoints, leaves out what DNS resolved, and judges
each pair that remains with gradient-boosted trees.

Inputs are captures, or folders that are searched for them; with no input, paths
are read from standard input, one a line. "-" is a capture on standard input.

--train, --retrain, --validate, --predict and --dump mean the verbs of these names.`

const examples = `  botnetdetect file.pcap                       verdicts into file.pcap.out.txt
  botnetdetect --output stdout file.pcap       verdicts to the terminal
  botnetdetect --output out.jsonl captures/    all that is known, as JSON lines
  tcpdump -w - | botnetdetect -                verdicts on what tcpdump captures
  botnetdetect train data/                     train on data/Benign, data/Botnet
  botnetdetect train --help                    more on any verb`

// newRoot builds the command line. Without a verb it predicts.
func newRoot(std streams) *cobra.Command {
	root := newPredict(std)
	root.Use = "botnetdetect [verb] [flags] [inputs...]"
	root.Short = "Tell peer-to-peer botnets from honest peer-to-peer traffic in packet captures"
	root.Long, root.Example = about, examples
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.HiddenDefaultCmd = false
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage("%v", err) })
	root.AddCommand(
		newPredict(std), newTrain(std), newRetrain(std), newValidate(std), newDump(std),
		newModel(std), newVersion(std), newReport(std), newExplain(std), newEvaluate(std), newLive(std),
		newServe(std), newJudgeCapture(std), newCalibrate(std),
	)
	root.AddGroup(&cobra.Group{ID: "many", Title: "On many machines (docs/scale.md):"})
	root.AddCommand(newCompanions(std)...)
	return root
}
