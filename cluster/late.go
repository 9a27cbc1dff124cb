package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// early says that a task is not to be done yet, but after so long.
type early time.Duration

func (e early) Error() string { return fmt.Sprintf("too early by %v", time.Duration(e)) }

// early returns how long a window is still waited for; 0 is not at all.
func (d *delivery) early(now time.Time) early {
	grace := time.Duration(d.Job.Windows.Grace) * time.Second
	return early(max(0, d.sent.Add(grace).Sub(now)))
}

// remind has a window judged when its grace is over, whoever has not sent by then. It is
// called before anything of the site's part is noted, so that no window is forgotten.
func (w *worker) remind(ctx context.Context, job Job, b *Batch) error {
	if !job.Windows.are() {
		return nil
	}
	return w.haveJudged(ctx, &job, b, true)
}

// partsToJudge returns all parts of a capture, or, when the grace of a window is over, those
// that are complete.
func (w *worker) partsToJudge(ctx context.Context, d *delivery) (parts []int, err error) {
	if !d.Late || d.Parts == 1 {
		for part := range d.Parts {
			parts = append(parts, part)
		}
		return parts, nil
	}
	data, _, err := w.get(ctx, partsKey(d.Task.Job, d.Capture))
	if errors.Is(err, errAbsent) {
		return nil, nil // nobody came to the end of it
	}
	if err != nil {
		return nil, err
	}
	p, err := readParts(data)
	return p.Done, err
}

// missing names in an outcome the sites whose part of a window is not in it.
func (o *Outcome) missing(w *Windows, ledgers []Ledger) {
	var there []int
	for i := range ledgers {
		there = append(there, ledgers[i].Part)
	}
	if sites := w.missing(there); len(sites) > 0 {
		o.Err = errorText(fmt.Errorf("nothing came in time from %s", strings.Join(sites, ", ")))
	}
}

// unfinished returns the ledgers of parts that were not complete when a window was judged.
func (w *worker) unfinished(ctx context.Context, d *delivery, ledgers []Ledger) (rest []Ledger) {
	if len(ledgers) == d.Parts {
		return nil
	}
	for part := range d.Parts {
		if slices.ContainsFunc(ledgers, func(l Ledger) bool { return l.Part == part }) {
			continue
		}
		data, _, err := w.get(ctx, ledgerKey(d.Task.Job, d.Capture, part))
		if err != nil {
			continue
		}
		if l, err := readLedger(data); err == nil && l.Part == part {
			rest = append(rest, l)
		}
	}
	return rest
}
