package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"botnetdetect/dataset"
	"botnetdetect/detect"
	"botnetdetect/feature"
	"botnetdetect/model"
	"botnetdetect/observe"
	"botnetdetect/report"
)

// judge gives the verdicts on a capture whose ledgers are complete. All its flows and
// resolved addresses meet here, as if one process had observed it.
func (w *worker) judge(ctx context.Context, d *delivery) error {
	if done, err := w.has(ctx, outcomeKey(d.Task.Job, d.Capture)); done || err != nil {
		return err
	}
	tries := d.Job.Tries
	if d.Late {
		if wait := d.early(time.Now()); wait > 0 {
			return wait
		}
		tries += maxTries // to be early is no try
	}
	if d.Try > tries {
		return w.giveUp(ctx, d, d.Try-1, fmt.Sprintf("no worker could judge it in %d tries", d.Job.Tries))
	}
	ledgers, err := w.ledgers(ctx, d)
	if err != nil {
		return err
	}
	seen, err := w.unite(ctx, d, ledgers)
	if err != nil {
		return err
	}
	defer func() { _ = seen.Table.Close() }() // an error only means disk space that the system will reclaim
	outcome := outcomeOf(d, ledgers, w.Name)
	if err := w.verdicts(ctx, d, seen, &outcome); err != nil {
		return err
	}
	outcome.missing(&d.Job.Windows, ledgers)
	if err := w.keep(ctx, outcome, d.Task.Job); err != nil {
		return err
	}
	w.forget(ctx, d, ledgers)
	return nil
}

// conclude judges a capture that this worker has seen the whole of: nothing need be sent and
// put together again. What was seen is not given up at once because servers are away.
func (w *worker) conclude(ctx context.Context, d *delivery, seen observe.Observation) error {
	for until := time.Now().Add(patience); ; {
		outcome := Outcome{Capture: d.Capture, Path: d.Path, Bytes: d.Bytes, Tries: d.Try, Workers: []string{w.Name}}
		err := w.pronounce(ctx, d, seen, outcome)
		switch {
		case errors.As(err, new(unjudged)) && d.Try == d.Job.Tries:
			return w.giveUp(ctx, d, d.Try, "cannot judge it: "+errorText(err))
		case err == nil || final(err) || ctx.Err() != nil || time.Now().After(until):
			return err
		}
		w.pause(ctx, fmt.Errorf("%s: cannot keep its verdicts yet: %w", d.Path, err))
	}
}

// pronounce judges what was seen and keeps that, unless the job is another by now.
func (w *worker) pronounce(ctx context.Context, d *delivery, seen observe.Observation, o Outcome) error {
	if job, err := w.Fleet.Job(ctx, d.Task.Job); err != nil {
		return err
	} else if !job.Created.Equal(d.Job.Created) {
		return fmt.Errorf("job %s of %v: %w", d.Task.Job, d.Job.Created, ErrNoJob)
	}
	if err := w.verdicts(ctx, d, seen, &o); err != nil {
		return err
	}
	return w.keep(ctx, o, d.Task.Job)
}

// ledgers returns the ledgers of a capture. If one is gone, the capture was judged meanwhile,
// as the next try will find, or a server that lags behind has answered.
func (w *worker) ledgers(ctx context.Context, d *delivery) (all []Ledger, err error) {
	parts, err := w.partsToJudge(ctx, d)
	if err != nil {
		return nil, err
	}
	for _, part := range parts {
		data, _, err := w.get(ctx, ledgerKey(d.Task.Job, d.Capture, part))
		if err != nil {
			return nil, fmt.Errorf("ledger of part %d: %w", part, err)
		}
		l, err := readLedger(data)
		if err != nil {
			return nil, err
		}
		if l.winner() == nil || l.Part != part || l.Parts != d.Parts || l.Path != d.Path {
			return nil, malformed("ledger", "it is of capture %s in %d parts, the task of %s in %d", l.Path, l.Parts, d.Path, d.Parts)
		}
		all = append(all, l)
	}
	return all, nil
}

func outcomeOf(d *delivery, ledgers []Ledger, judge string) Outcome {
	o := Outcome{Capture: d.Capture, Path: d.Path, Bytes: d.Bytes, Tries: d.Try, Workers: []string{judge}}
	for part := range ledgers {
		last := ledgers[part].winner().Last
		if o.Tries = max(o.Tries, last.Try); !slices.Contains(o.Workers, last.Worker) {
			o.Workers = append(o.Workers, last.Worker)
		}
	}
	return o
}

// verdicts judges what was seen, keeps the verdicts, unless somebody has kept the same
// already, and fills the outcome.
func (w *worker) verdicts(ctx context.Context, d *delivery, seen observe.Observation, o *Outcome) error {
	m, err := w.models.of(ctx, d.Job)
	if err != nil {
		return err
	}
	sum := new(detect.Summary)
	var kept Verdicts
	kept.Text, err = w.put(ctx, objectName(d.Task.Job, "verdicts-", d.Capture, "-", newName()), maxInline, func(out io.Writer) error {
		if err := w.write(out, d, m, seen, sum); err != nil {
			return unjudged{err}
		}
		return nil
	})
	if err != nil {
		return err
	}
	kept.Summary, err = w.put(ctx, objectName(d.Task.Job, "summary-", d.Capture, "-", newName()), maxInline, func(out io.Writer) error {
		return json.NewEncoder(out).Encode(summaryOf(sum))
	})
	if err != nil {
		return err
	}
	o.Frames, o.IP = seen.Stats.Frames, seen.Stats.IP
	o.Flows, o.P2P, o.Botnet, o.Err = sum.Flows, sum.P2P, sum.Botnet, errorText(seen.Err)
	o.Model, o.Finished = d.Job.ModelSum, time.Now().UTC()
	err = w.set(ctx, verdictsKey(d.Task.Job, d.Capture), kept, 0)
	if errors.Is(err, errChanged) {
		w.drop(ctx, kept.Text, kept.Summary) // what is there may be being read, so it stays
		return nil
	}
	return err
}

// final reports whether servers that are back would change nothing.
func final(err error) bool {
	return errors.As(err, new(unjudged)) || errors.Is(err, ErrMalformed) || errors.Is(err, ErrNoJob)
}

// unjudged is why what was seen cannot be judged, wherever it is to be kept.
type unjudged struct{ error }

func (u unjudged) Unwrap() error { return u.error }

// write writes what a job wants of what was seen, and adds to sum.
func (w *worker) write(out io.Writer, d *delivery, m *model.Model, seen observe.Observation, sum *detect.Summary) error {
	verdicts, err := report.NewVerdicts(out, d.Job.Format)
	if err != nil {
		return err
	}
	if d.Job.Dataset {
		return w.examples(out, seen, m.Mode, sum)
	}
	judge := detect.Detector{Model: m, Vocabulary: w.vocabulary}
	if d.Job.Windows.Hosts {
		return judge.JudgeAll(seen, sum, detect.Yield{Host: func(v *detect.HostVerdict) error { return report.WriteHost(out, v) }})
	}
	if err := judge.JudgeAll(seen, sum, detect.Yield{Flow: verdicts.Write, Plain: true}); err != nil {
		return err
	}
	return verdicts.Close()
}

// examples writes the P2P flows of a capture as examples to train with, as Parquet.
func (w *worker) examples(out io.Writer, seen observe.Observation, mode feature.Mode, sum *detect.Summary) error {
	examples, err := dataset.Labeller{}.Examples(seen, mode, w.vocabulary)
	if err != nil {
		return err
	}
	sum.Captures++
	sum.Stats.Add(seen.Stats)
	sum.Flows, sum.P2P = len(examples), len(examples)
	return dataset.Set{Mode: mode, Examples: examples}.WriteParquet(out)
}

// keep keeps an outcome, unless there is one.
func (w *worker) keep(ctx context.Context, o Outcome, job string) error {
	err := w.set(ctx, outcomeKey(job, o.Capture), o, 0)
	if errors.Is(err, errChanged) {
		return nil
	}
	return err
}

// forget removes the ledgers and tables of a capture that is done. What is left of them if
// that fails goes with the job.
func (w *worker) forget(ctx context.Context, d *delivery, ledgers []Ledger) {
	_ = w.state.Purge(ctx, partsKey(d.Task.Job, d.Capture))
	ledgers = append(ledgers, w.unfinished(ctx, d, ledgers)...)
	for part := range ledgers {
		_ = w.state.Purge(ctx, ledgerKey(d.Task.Job, d.Capture, ledgers[part].Part))
		for i := range ledgers[part].Attempts {
			w.drop(ctx, ledgers[part].Attempts[i].Tables...)
		}
	}
}
