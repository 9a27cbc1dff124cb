// Command lab records peer-to-peer software, and what looks like it, in network
// namespaces of its own making; README.md says what and why.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"botnetdetect/lab/app"
	"botnetdetect/lab/internal/recording"
)

const usage = `usage: lab record [flags] [application...]   record all applications, or those named
       lab list                              what there is to record
       lab install                           install the Debian packages that it needs
       lab clean                             remove what a killed lab left behind
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run does what the arguments say and returns the exit code: 0 done, 1 failed, 2 usage.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return 2
	}
	err := errUsage
	switch verb, rest := args[0], args[1:]; verb {
	case "record":
		err = record(ctx, rest, stderr)
	case "list":
		list(stdout)
		err = nil
	case "install":
		err = app.Install(ctx, stderr)
	case "clean":
		err = recording.Clean()
	case "role":
		err = role(ctx, rest)
	}
	if errors.Is(err, errUsage) || errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stderr, usage)
		return 2
	}
	if err != nil {
		fmt.Fprintln(stderr, "lab:", err)
		return 1
	}
	return 0
}

var errUsage = errors.New("usage")

func list(stdout io.Writer) {
	for _, a := range app.All() {
		fmt.Fprintf(stdout, "%-14s %s\n", a.Name, a.What)
	}
}

// role runs one of the lab's own peers or clients; record starts them.
func role(ctx context.Context, args []string) error {
	if len(args) != 2 {
		return errUsage
	}
	parameters, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	return app.Role(ctx, args[0], parameters)
}
