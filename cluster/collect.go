package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"botnetdetect/detect"

	"github.com/nats-io/nats.go/jetstream"
)

// outcomes returns all outcomes of a job by capture.
func (f *Fleet) outcomes(ctx context.Context, job string) (map[int]Outcome, error) {
	all := make(map[int]Outcome)
	return all, f.watch(ctx, job, func(o Outcome, more bool) bool {
		if more {
			all[o.Capture] = o
		}
		return more
	})
}

// watch hands the outcomes of a job to use, those that are there, then a zero one with more
// false, then those that come, until use returns false.
func (f *Fleet) watch(ctx context.Context, job string, use func(o Outcome, more bool) bool) error {
	watcher, err := f.state.Watch(ctx, outcomeKey(job, 0)[:len(outcomeKey(job, 0))-1]+"*", jetstream.IgnoreDeletes())
	if err != nil {
		return fmt.Errorf("cannot watch job %s: %w", job, err)
	}
	defer func() { _ = watcher.Stop() }()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case entry, ok := <-watcher.Updates():
			if !ok {
				return errors.New("the connection was closed")
			}
			if entry == nil {
				if !use(Outcome{}, false) {
					return nil
				}
				continue
			}
			o, err := readOutcome(entry.Value())
			if err != nil {
				return err
			}
			if strconv.Itoa(o.Capture) != entry.Key()[strings.LastIndexByte(entry.Key(), '.')+1:] {
				return malformed("outcome", "capture %d under key %s", o.Capture, entry.Key())
			}
			if !use(o, true) {
				return nil
			}
		}
	}
}

// Collect hands the outcome of each capture of a job to use, in the captures' order, as
// they are done, with its verdicts as report.Verdicts wrote them; text is nil if the
// capture was given up. It waits for those that are not done, bears it if the servers are away for less than a
// minute, and stops at use's first error. What was judged is added to sum.
func (f *Fleet) Collect(ctx context.Context, job Job, sum *detect.Summary, use func(o Outcome, text io.Reader) error) error {
	c := collector{Fleet: f, job: job, sum: sum, use: use, waiting: make(map[int]Outcome)}
	ctx = undated{ctx}
	for until := time.Now().Add(patience); ; {
		before := c.next
		err := f.watch(ctx, job.Name, func(o Outcome, more bool) bool { return c.take(ctx, o, more) })
		if c.err != nil {
			return c.err
		}
		if c.next > before {
			until = time.Now().Add(patience)
		}
		if err == nil || errors.Is(err, ErrMalformed) || time.Now().After(until) || !sleep(ctx, errorWait) {
			return err
		}
	}
}

// collector is a Collect that has come to the capture next.
type collector struct {
	*Fleet
	job     Job
	sum     *detect.Summary
	use     func(Outcome, io.Reader) error
	waiting map[int]Outcome // done before others were whose turn comes first
	next    int
	err     error
}

// take uses an outcome and those that waited for it; it reports whether more are wanted.
func (c *collector) take(ctx context.Context, o Outcome, more bool) bool {
	if more && o.Capture >= c.next {
		c.waiting[o.Capture] = o
	}
	for {
		o, ok := c.waiting[c.next]
		if !ok {
			return c.next < c.job.Captures
		}
		delete(c.waiting, c.next)
		c.next++
		if c.err = c.collect(ctx, o); c.err != nil {
			return false
		}
	}
}

func (c *collector) collect(ctx context.Context, o Outcome) error {
	if o.GivenUp {
		c.sum.Failed++
		return c.use(o, nil)
	}
	data, err := c.await(ctx, verdictsKey(c.job.Name, o.Capture))
	if err != nil {
		return fmt.Errorf("verdicts on %s: %w", o.Path, err)
	}
	v, err := readVerdicts(data)
	if err != nil {
		return err
	}
	if err := c.addSummary(ctx, &v.Summary, c.sum); err != nil {
		return err
	}
	text, err := c.open(ctx, &v.Text)
	for until := time.Now().Add(patience); err != nil && time.Now().Before(until) && sleep(ctx, errorWait); {
		text, err = c.open(ctx, &v.Text)
	}
	if err != nil {
		return err
	}
	defer text.Close()
	return c.use(o, text)
}

func (f *Fleet) addSummary(ctx context.Context, b *Blob, sum *detect.Summary) error {
	in, err := f.open(ctx, b)
	if err != nil {
		return err
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, maxSummary+1))
	if err != nil {
		return err
	}
	var s summary
	if err := decode("summary", data, maxSummary, &s); err != nil {
		return err
	}
	return s.addTo(sum)
}

// Forget removes a job with its tasks, flows and verdicts.
func (f *Fleet) Forget(ctx context.Context, name string) error {
	if err := CheckName(name); err != nil {
		return err
	}
	if err := f.purge(ctx, "KV_"+jobsBucket, "$KV."+jobsBucket+"."+name); err != nil { // workers drop what they still get of it
		return err
	}
	if err := f.purge(ctx, tasksStream, "bnd.task.*."+name); err != nil {
		return err
	}
	if err := f.purge(ctx, flowsStream, "bnd.flows.*."+name); err != nil {
		return err
	}
	if err := f.purge(ctx, "KV_"+stateBucket, "$KV."+stateBucket+"."+name+".>"); err != nil {
		return err
	}
	objects, err := f.blobs.List(ctx)
	if err != nil && !errors.Is(err, jetstream.ErrNoObjectsFound) {
		return err
	}
	for _, o := range objects {
		if strings.HasPrefix(o.Name, objectPrefix+name+"/") {
			if err := f.blobs.Delete(ctx, o.Name); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *Fleet) purge(ctx context.Context, stream, subject string) error {
	s, err := f.js.Stream(ctx, stream)
	if err == nil {
		err = s.Purge(ctx, jetstream.WithPurgeSubject(subject))
	}
	if err != nil {
		return fmt.Errorf("cannot empty stream %s of %s: %w", stream, subject, err)
	}
	return nil
}
