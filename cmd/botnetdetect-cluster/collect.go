package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"botnetdetect/cluster"
	"botnetdetect/detect"
	"botnetdetect/internal/safefile"
	"botnetdetect/internal/terminal"
	"botnetdetect/report"

	"github.com/spf13/cobra"
)

// output is where verdicts go and in which format.
type output struct {
	path   string
	format string
}

func (o *output) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVarP(&o.path, "output", "o", "", "write the verdicts to `FILE` (default stdout)")
	f.StringVar(&o.format, "format", "", "txt, csv, json or jsonl (default by the output's ending, else jsonl)")
}

func (o *output) choose() (report.Format, error) {
	switch {
	case o.format != "":
		format, err := report.ParseFormat(o.format)
		if err != nil {
			return "", usage("--format: %v", err)
		}
		return format, nil
	case o.path == "" || o.path == "stdout":
		return report.JSONLines, nil
	}
	return report.FormatOf(o.path), nil
}

// write writes the verdicts of a job, waiting for those that are to come, and says what
// was found.
func (o *output) write(ctx context.Context, std streams, fleet *cluster.Fleet, job cluster.Job, start time.Time) error {
	sum, problems := new(detect.Summary), 0
	fill := func(w io.Writer) (err error) {
		problems, err = verdicts(ctx, w, std, fleet, job, sum)
		return err
	}
	var err error
	if o.path == "" || o.path == "stdout" {
		err = fill(std.out)
	} else {
		err = safefile.Write(o.path, fill)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(std.err, "%s, %s: %d bytes in %.3f s\n", count(sum.Captures, "capture"), count(sum.Stats.Frames, "packet"), sum.Stats.Bytes, time.Since(start).Seconds())
	fmt.Fprintf(std.err, "%d flows, %d of them P2P; %d botnet, %d benign\n", sum.Flows, sum.P2P, sum.Botnet, sum.P2P-sum.Botnet)
	if problems > 0 {
		fmt.Fprintf(std.err, "%s not read to the end\n", count(problems, "capture"))
		return errTold
	}
	return nil
}

// verdicts writes the verdicts of a job to w, and warns of captures that were not read to
// their end, which it counts.
func verdicts(ctx context.Context, w io.Writer, std streams, fleet *cluster.Fleet, job cluster.Job, sum *detect.Summary) (problems int, err error) {
	out, err := report.NewVerdicts(w, job.Format)
	if err != nil {
		return 0, err
	}
	err = fleet.Collect(ctx, job, sum, func(done cluster.Outcome, text io.Reader) error {
		if what := done.Problem(); what != "" {
			problems++
			fmt.Fprintf(std.err, "botnetdetect: capture %s: %s\n", terminal.Printable(done.Path), terminal.Printable(what))
		}
		if text == nil {
			return nil
		}
		return out.Splice(text)
	})
	if err != nil {
		return problems, err
	}
	if problems > 0 && sum.Stats.Frames == 0 {
		return problems, errTold // nothing was read: whatever stands there is worth more
	}
	return problems, out.Close()
}

// collect is the verb that writes a job's verdicts.
type collect struct {
	servers
	output
}

func newCollect(std streams) *cobra.Command {
	c := &collect{servers: servers{std: std}}
	cmd := &cobra.Command{
		Use:   "collect [flags] JOB",
		Short: "Write a job's verdicts, waiting for those that are to come",
		Long: `Write a job's verdicts in the captures' order and in the format that it was
submitted for, waiting for those that are to come. It can be done more than once.

The examples of a job with --dataset are a folder of Parquet files, one a capture,
which retrain and evaluate read.

The windows of a job of sensors are appended as they are judged, until told to stop;
each is written once.`,
		Example: `  botnetdetect collect --nats nats://hub:4222 --output may.csv may`,
		Args:    exactly(1, "job"),
		RunE:    func(cmd *cobra.Command, args []string) error { return c.run(cmd.Context(), args[0]) },
	}
	c.servers.flags(cmd)
	cmd.Flags().StringVarP(&c.path, "output", "o", "", "write the verdicts to `FILE` (default stdout)")
	return cmd
}

func (c *collect) run(ctx context.Context, name string) error {
	start := time.Now()
	fleet, done, err := c.open(ctx, false)
	if err != nil {
		return err
	}
	defer done()
	job, err := fleet.Job(ctx, name)
	if err != nil {
		return err
	}
	if job.Dataset {
		return c.parts(ctx, fleet, job)
	}
	if c.path != "" && c.path != "stdout" && report.FormatOf(c.path) != job.Format {
		return usage("--output %s: the job was submitted for %s; name a file that ends so", c.path, job.Format)
	}
	if job.Endless() {
		return c.follow(ctx, fleet, job)
	}
	return c.write(ctx, c.std, fleet, job, start)
}

// parts writes the examples of each capture as a Parquet file of its own into a folder.
func (c *collect) parts(ctx context.Context, fleet *cluster.Fleet, job cluster.Job) error {
	if c.path == "" || c.path == "stdout" {
		return usage("--output FOLDER: job %s collects a folder of Parquet files", job.Name)
	}
	if err := os.MkdirAll(c.path, 0o777); err != nil {
		return err
	}
	sum, problems := new(detect.Summary), 0
	err := fleet.Collect(ctx, job, sum, func(done cluster.Outcome, text io.Reader) error {
		if what := done.Problem(); what != "" {
			problems++
			c.warn(fmt.Errorf("capture %s: %s", done.Path, what))
		}
		if text == nil {
			return nil
		}
		return safefile.Write(filepath.Join(c.path, fmt.Sprintf("part-%08d.parquet", done.Capture)), func(w io.Writer) error {
			_, err := io.Copy(w, text)
			return err
		})
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(c.std.err, "%d examples of %d captures in %s\n", sum.P2P, sum.Captures, terminal.Printable(c.path))
	if problems > 0 {
		return errTold
	}
	return nil
}

// follow appends the verdicts of windows to the output as they are judged, until ctx is done.
func (c *collect) follow(ctx context.Context, fleet *cluster.Fleet, job cluster.Job) error {
	out, done := c.std.out, func() error { return nil }
	if c.path != "" && c.path != "stdout" {
		file, err := os.OpenFile(c.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
		if err != nil {
			return err
		}
		out, done = file, file.Close
	}
	err := fleet.Follow(ctx, job, new(detect.Summary), func(window cluster.Outcome, text io.Reader) error {
		if window.Err != "" {
			c.warn(fmt.Errorf("window %s: %s", window.Path, window.Err))
		}
		if text == nil {
			return nil
		}
		_, err := io.Copy(out, text)
		return err
	})
	return errors.Join(err, done())
}

// count says how many there are of something that takes an s.
func count[N int | int64](n N, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
