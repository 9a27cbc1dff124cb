package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// companion is the program that carries out verbs on many machines. It has a NATS server
// in it, which would more than double what every other verb must load.
const companion = "botnetdetect-cluster"

// newCompanions are the verbs that the companion carries out.
func newCompanions(std streams) (verbs []*cobra.Command) {
	for _, verb := range [][2]string{
		{"submit", "Have captures judged by many machines, or here by the same means"},
		{"worker", "Do tasks of such jobs, until told to stop"},
		{"sensor", "Watch a link at one of many sites, to be judged with the others"},
		{"collect", "Write a job's verdicts"},
		{"status", "Say how far a job is"},
		{"forget", "Remove a job"},
		{"hub", "Be a NATS server, where none is installed"},
	} {
		verbs = append(verbs, &cobra.Command{
			Use: verb[0], Short: verb[1], DisableFlagParsing: true, GroupID: "many",
			RunE: func(cmd *cobra.Command, args []string) error {
				return accompany(cmd.Context(), std, append([]string{cmd.Name()}, args...))
			},
		})
	}
	return verbs
}

// liveToSensor turns "live --nats SERVERS …" into "sensor --nats SERVERS …", which does
// that. Arguments after "--" are never flags.
func liveToSensor(args []string) []string {
	if len(args) == 0 || args[0] != "live" {
		return args
	}
	for _, arg := range args {
		if arg == "--" {
			break
		}
		if arg == "--nats" || strings.HasPrefix(arg, "--nats=") {
			return append([]string{"sensor"}, args[1:]...)
		}
	}
	return args
}

// accompany has the companion carry out a command line.
func accompany(ctx context.Context, std streams, args []string) error {
	path, err := findCompanion()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = std.in, std.out, std.err
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = time.Minute
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() == exitUsage:
		return errToldUsage
	case errors.As(err, &exit):
		return errTold
	case err != nil:
		return fmt.Errorf("cannot run %s: %w", path, err)
	}
	return nil
}

// findCompanion looks beside this program, then where programs are.
func findCompanion() (string, error) {
	if own, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(own), companion+filepath.Ext(own))
		if info, err := os.Stat(beside); err == nil && !info.IsDir() {
			return beside, nil
		}
	}
	path, err := exec.LookPath(companion)
	if err != nil {
		return "", fmt.Errorf("this verb is carried out by %s, which is not there: install it beside this program with go install ./cmd/%s", companion, companion)
	}
	return path, nil
}
