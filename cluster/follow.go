package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"botnetdetect/detect"

	"github.com/nats-io/nats.go/jetstream"
)

// Follow hands the outcome of each window of a job to use, as they are judged, with its
// verdicts, until ctx is done or use fails. A window is handed out until use has taken it, so what use has
// written stays whole if it is told of a window twice. Then its verdicts are removed; what
// was found in total is added to sum. One process follows a job at a time.
func (f *Fleet) Follow(ctx context.Context, job Job, sum *detect.Summary, use func(o Outcome, text io.Reader) error) error {
	ctx = undated{ctx}
	c := collector{Fleet: f, job: job, sum: sum, use: use}
	for {
		var away error
		err := f.watch(ctx, job.Name, func(o Outcome, more bool) bool {
			if more {
				away = c.write(ctx, o)
			}
			return away == nil && c.err == nil
		})
		switch {
		case c.err != nil:
			return c.err
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, ErrMalformed):
			return err
		}
		if !sleep(ctx, errorWait) { // the servers are away
			return nil
		}
	}
}

// write has use write a window that has not been written yet. The error says that the servers
// are away; use's own is in c.err.
func (c *collector) write(ctx context.Context, o Outcome) error {
	done, err := c.has(ctx, writtenKey(c.job.Name, o.Capture))
	if done || err != nil {
		return err
	}
	if c.err = c.collect(ctx, o); c.err != nil {
		return nil
	}
	return c.markWritten(undated{context.WithoutCancel(ctx)}, c.job.Name, o.Capture) // else it would be written again
}

// markWritten notes that a window was written and removes its verdicts.
func (f *Fleet) markWritten(ctx context.Context, job string, number int) error {
	err := f.set(ctx, writtenKey(job, number), time.Now().UTC(), 0)
	if err != nil && !errors.Is(err, errChanged) {
		return err
	}
	data, _, err := f.get(ctx, verdictsKey(job, number))
	if err != nil {
		return nil // there are none
	}
	if v, err := readVerdicts(data); err == nil {
		f.drop(ctx, v.Text, v.Summary)
	}
	if err := f.state.Purge(ctx, verdictsKey(job, number)); err != nil && !errors.Is(err, jetstream.ErrKeyNotFound) {
		return fmt.Errorf("cannot remove verdicts: %w", err)
	}
	return nil
}
