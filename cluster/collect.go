package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

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
// capture was given up. It waits for those that are not done, and stops at use's first error. What
// was judged is added to sum.
func (f *Fleet) Collect(ctx context.Context, job Job, sum *detect.Summary, use func(o Outcome, text io.Reader) error) error {
	ctx = undated{ctx}
	waiting := make(map[int]Outcome)
	next := 0
	var failed error
	err := f.watch(ctx, job.Name, func(o Outcome, more bool) bool {
		if more && o.Capture >= next {
			waiting[o.Capture] = o
		}
		for {
			o, ok := waiting[next]
			if !ok {
				return next < job.Captures
			}
			delete(waiting, next)
			next++
			if failed = f.collect(ctx, job, o, sum, use); failed != nil {
				return false
			}
		}
	})
	if failed != nil {
		return failed
	}
	return err
}

func (f *Fleet) collect(ctx context.Context, job Job, o Outcome, sum *detect.Summary, use func(Outcome, io.Reader) error) error {
	if o.GivenUp {
		sum.Failed++
		return use(o, nil)
	}
	data, _, err := f.get(ctx, verdictsKey(job.Name, o.Capture))
	if err != nil {
		return fmt.Errorf("verdicts on %s: %w", o.Path, err)
	}
	v, err := readVerdicts(data)
	if err != nil {
		return err
	}
	if err := f.addSummary(ctx, &v.Summary, sum); err != nil {
		return err
	}
	text, err := f.open(ctx, &v.Text)
	if err != nil {
		return err
	}
	defer text.Close()
	return use(o, text)
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
	if err := f.state.Purge(ctx, jobKey(name)); err != nil { // workers drop what they still get of it
		return fmt.Errorf("cannot forget job %s: %w", name, err)
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
