package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"botnetdetect/lab/app"
	"botnetdetect/lab/internal/recording"
)

// plan is how to record.
type plan struct {
	out      string
	length   time.Duration
	parallel int
	seed     uint64
}

// record records applications side by side and says how each ended. One that fails does
// not stop the others.
func record(ctx context.Context, args []string, stderr io.Writer) error {
	var p plan
	flags := flag.NewFlagSet("record", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&p.out, "o", "captures", "folder for Benign/lab_APPLICATION/HOST.pcap and MANIFEST.tsv")
	flags.DurationVar(&p.length, "t", time.Hour, "how long to record each")
	flags.IntVar(&p.parallel, "parallel", 6, "how many to record at a time; beyond three a core, delays show the computer's own")
	flags.Uint64Var(&p.seed, "seed", 1, "what addresses, distances, losses and settings follow from")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if p.length <= 0 {
		return fmt.Errorf("cannot record for %v: want -t above 0, as 10m", p.length)
	}
	chosen, err := app.Choose(flags.Args())
	if err != nil {
		return err
	}
	if err := recording.Clean(); err != nil {
		return err
	}
	failed := make([]error, len(chosen))
	var group errgroup.Group
	group.SetLimit(max(p.parallel, 1))
	for i, a := range chosen {
		group.Go(func() error {
			failed[i] = p.one(ctx, a)
			fmt.Fprintf(stderr, "%s: %s\n", a.Name, outcome(failed[i]))
			return nil
		})
	}
	_ = group.Wait()
	return errors.Join(failed...)
}

func outcome(err error) string {
	switch {
	case errors.Is(err, context.Canceled):
		return "interrupted before it began"
	case err != nil:
		return err.Error()
	}
	return "recorded"
}

// one records one application. What was recorded until ctx ended stays.
func (p plan) one(ctx context.Context, a app.Application) (err error) {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r, err := recording.New(ctx, a.Name, filepath.Join(p.out, "Benign", "lab_"+a.Name), p.seed)
	if err != nil {
		return err
	}
	a.Scene(r)
	if r.Err() == nil {
		select {
		case <-ctx.Done():
		case <-time.After(p.length):
		}
	}
	if err := errors.Join(r.Err(), r.Close()); err != nil {
		return err
	}
	return r.Describe(filepath.Join(p.out, "MANIFEST.tsv"), a.Version(), a.Accelerated)
}
