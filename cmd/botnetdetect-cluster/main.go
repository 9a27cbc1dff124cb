// Command botnetdetect-cluster holds the verbs of botnetdetect that work on many machines:
// botnetdetect runs it for them, so that no other verb carries a NATS server with it
// (docs/decisions/0020-cluster.md).
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"botnetdetect/internal/terminal"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends what the first could not
	status := run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(status)
}

// streams are where a command reads and writes.
type streams struct {
	in  io.Reader
	out io.Writer // results
	err io.Writer // all else
}

// Exit statuses, as those of botnetdetect.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// Errors that stand for an exit status of their own.
var (
	errUsage = errors.New("usage")
	errTold  = errors.New("failed") // what failed has been said already
)

// run carries out one command line and returns its exit status.
func run(ctx context.Context, args []string, std streams) int {
	root := &cobra.Command{
		Use:   "botnetdetect",
		Short: "Judge captures on many machines",
		Long: `Judge captures on many machines, over NATS JetStream. With no server named, a job
is done within the process.`,
		SilenceErrors: true, SilenceUsage: true,
	}
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage("%v", err) })
	root.AddCommand(newSubmit(std), newWorker(std), newSensor(std), newCollect(std), newStatus(std), newForget(std), newHub(std))
	root.SetArgs(args)
	return std.status(ctx, root.ExecuteContext(ctx))
}

// status says what went wrong, if it has not been said, and turns it into an exit status.
func (s streams) status(ctx context.Context, err error) int {
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errTold):
		return exitFailed
	case ctx.Err() != nil:
		fmt.Fprintln(s.err, "botnetdetect: interrupted; nothing half-written was left")
		return exitFailed
	case errors.Is(err, errUsage):
		fmt.Fprintf(s.err, "botnetdetect: %s\nTry 'botnetdetect VERB --help'.\n", terminal.Printable(strings.TrimPrefix(err.Error(), errUsage.Error()+": ")))
		return exitUsage
	}
	fmt.Fprintf(s.err, "botnetdetect: %s\n", terminal.Printable(err.Error()))
	return exitFailed
}

// usage marks an error as one of usage.
func usage(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{errUsage}, args...)...)
}

// exactly wants n arguments.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return usage("%s wants %d %s, %d are there", cmd.Name(), n, what, len(args))
		}
		return nil
	}
}
