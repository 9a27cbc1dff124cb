package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"botnetdetect/cluster"
	"botnetdetect/internal/terminal"

	"github.com/spf13/cobra"
)

// status is the verb that says how far a job is.
type status struct {
	servers
	watch bool
}

func newStatus(std streams) *cobra.Command {
	s := &status{servers: servers{std: std}}
	cmd := &cobra.Command{
		Use:   "status [flags] JOB",
		Short: "Say how far a job is, who works, and how long it will take",
		Args:  exactly(1, "job"),
		RunE:  func(cmd *cobra.Command, args []string) error { return s.run(cmd.Context(), args[0]) },
	}
	s.servers.flags(cmd)
	cmd.Flags().BoolVarP(&s.watch, "watch", "w", false, "say it anew every two seconds, until the job is done")
	return cmd
}

func (s *status) run(ctx context.Context, name string) error {
	fleet, done, err := s.open(ctx, false)
	if err != nil {
		return err
	}
	defer done()
	job, err := fleet.Job(ctx, name)
	if err != nil {
		return err
	}
	for {
		now, err := fleet.Status(ctx, job)
		if err != nil {
			return err
		}
		write(s.std.out, now)
		if !s.watch || now.Done == job.Captures {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Second):
		}
	}
}

// write says how far a job is.
func write(w io.Writer, s *cluster.Status) {
	now := time.Now()
	if s.Job.Endless() {
		fmt.Fprintf(w, "job %s: %d windows judged; %d packets, %d flows, %d botnet\n", s.Job.Name, s.Done, s.Frames, s.Flows, s.Botnet)
	} else {
		progress(w, s, now)
	}
	fmt.Fprintf(w, "tasks of all jobs: %d waiting, %d in hand; batches to be stored: %d\n", s.Waiting, s.Taken, s.Flowing)
	if s.Retried > 0 || len(s.Failed) > 0 {
		fmt.Fprintf(w, "captures done after more than one try: %d; not read to the end: %d; given up: %d\n", s.Retried, s.Unread, s.GivenUp)
	}
	for _, o := range s.Failed {
		fmt.Fprintf(w, "  %s: %s\n", terminal.Printable(o.Path), terminal.Printable(o.Err))
	}
	workers(w, s)
}

// progress says how many of a job's captures are done.
func progress(w io.Writer, s *cluster.Status, now time.Time) {
	fmt.Fprintf(w, "job %s: %d of %d captures done, %d of %d bytes; %d packets, %d flows, %d botnet\n",
		s.Job.Name, s.Done, s.Job.Captures, s.Bytes+s.Reading, s.Job.Bytes, s.Frames, s.Flows, s.Botnet)
	if left, ok := s.Left(now); ok {
		fmt.Fprintf(w, "rate: %.1f MB/s; time left: %v\n", s.Rate(now)/1e6, left.Round(time.Second))
	}
}

func workers(w io.Writer, s *cluster.Status) {
	fmt.Fprintf(w, "workers: %d\n", len(s.Workers))
	for _, b := range s.Workers {
		fmt.Fprintf(w, "  %s: %d tasks done", terminal.Printable(b.Worker), b.Done)
		for _, t := range b.Tasks {
			fmt.Fprintf(w, "; %s, part %d of %d, try %d, %d of %d bytes", terminal.Printable(t.Path), t.Part+1, t.Parts, t.Try, t.Read, t.Bytes)
		}
		fmt.Fprintln(w)
	}
}

// forget is the verb that removes a job.
func newForget(std streams) *cobra.Command {
	s := &servers{std: std}
	cmd := &cobra.Command{
		Use:   "forget [flags] JOB",
		Short: "Remove a job with all that is kept of it",
		Args:  exactly(1, "job"),
		RunE: func(cmd *cobra.Command, args []string) error {
			fleet, done, err := s.open(cmd.Context(), false)
			if err != nil {
				return err
			}
			defer done()
			if _, err := fleet.Job(cmd.Context(), args[0]); err != nil {
				return err
			}
			return fleet.Forget(cmd.Context(), args[0])
		},
	}
	s.flags(cmd)
	return cmd
}
