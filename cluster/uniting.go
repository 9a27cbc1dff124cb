package cluster

import (
	"context"
	"errors"
	"io"
	"sync/atomic"

	"botnetdetect/flow"
	"botnetdetect/observe"

	"golang.org/x/sync/errgroup"
)

// unite puts together what the parts of a capture saw.
func (w *worker) unite(ctx context.Context, d *delivery, ledgers []Ledger) (seen observe.Observation, err error) {
	tables := tablesOf(ledgers)
	flows := flow.Options{Behaviour: d.Job.Behaviour, Limit: w.share(d.Weight), Folder: w.Temp}
	seen = observe.Observation{Path: d.Path}
	if seen.Table, err = w.decodeTables(ctx, tables, flows); err != nil {
		return seen, err
	}
	for part := range ledgers {
		last := ledgers[part].winner().Last
		if d.Job.Windows.are() {
			seen.Stats.Add(last.Stats) // each site saw packets of its own
		} else {
			addPart(&seen.Stats, last.Stats, part)
		}
		if last.Err != "" && seen.Err == nil {
			seen.Err = errors.New(last.Err)
		}
	}
	return seen, nil
}

// addPart adds what one part counted. Every part reads all frames, so they count once; what
// had no room counts by pairs.
func addPart(sum *observe.Stats, part observe.Stats, number int) {
	if number == 0 {
		sum.Add(part)
		return
	}
	sum.Add(observe.Stats{LostAnswers: part.LostAnswers, Naming: part.Naming})
}

// spare takes up to so many cores, as far as they are free just now.
func (w *worker) spare(most int) (cores int64) {
	for cores < int64(min(most, w.Cores)) && w.free.TryAcquire(1) {
		cores++
	}
	return cores
}

// stored is a table of an attempt, whose tables together are not more than it could send.
type stored struct {
	*Blob
	rest  *atomic.Int64 // bytes
	total int           // batches
}

func tablesOf(ledgers []Ledger) (all []stored) {
	for i := range ledgers {
		a := ledgers[i].winner()
		rest := new(atomic.Int64)
		rest.Store(int64(a.Total) * maxBatchFlows)
		for i := range a.Tables {
			all = append(all, stored{&a.Tables[i], rest, a.Total})
		}
	}
	return all
}

// decodeTables reads tables, several at a time if cores are free, into collectors that share
// o.Limit. Flows add up whichever of them they come to.
func (w *worker) decodeTables(ctx context.Context, tables []stored, o flow.Options) (*flow.Set, error) {
	extra := w.spare(len(tables) - 1)
	defer w.free.Release(extra)
	if o.Limit > 0 {
		o.Limit = max(1, o.Limit/(1+extra))
	}
	var next atomic.Int64
	collectors := make([]*flow.Collector, 1+extra)
	all, ctx := errgroup.WithContext(ctx)
	for i := range collectors {
		c := flow.NewCollector(o)
		collectors[i] = c
		all.Go(func() error {
			for n := next.Add(1); n <= int64(len(tables)); n = next.Add(1) {
				if err := w.decodeTable(ctx, &tables[n-1], c); err != nil {
					return err
				}
			}
			c.Seal()
			return nil
		})
	}
	err := all.Wait()
	set := flow.NewSet(collectors...)
	if err != nil {
		_ = set.Close()
	}
	return set, err
}

// decodeTable adds the flows of a table.
func (w *worker) decodeTable(ctx context.Context, t *stored, into *flow.Collector) error {
	data, err := w.open(ctx, t.Blob)
	if err != nil {
		return err
	}
	err = into.DecodeAll(&metered{data, t.rest}, w.vocabulary)
	if t.rest.Load() < 0 {
		err = malformed("table", "more than %d batches can hold", t.total)
	}
	return errors.Join(err, data.Close())
}

// metered is a reader of what may not be more than a rest, in which it shares.
type metered struct {
	io.Reader
	rest *atomic.Int64
}

func (m *metered) Read(data []byte) (n int, err error) {
	if m.rest.Load() < 0 {
		return 0, io.EOF
	}
	n, err = m.Reader.Read(data)
	m.rest.Add(-int64(n))
	return n, err
}
