package cluster

import (
	"context"
	"errors"
	"slices"
)

// Parts says which parts of a capture are complete. Whoever adds to it writes it only if
// nobody else has meanwhile, so whoever adds the last part knows that it was the last: that
// is more than reading the ledgers of the others tells, since a server that lags behind
// may answer. It is kept as JSON.
type Parts struct {
	Of   int   `json:"of"`
	Done []int `json:"done"` // rising
}

// readParts reads a record of parts and checks it.
func readParts(data []byte) (p Parts, err error) {
	if err := decode("parts", data, maxPayload, &p); err != nil {
		return p, err
	}
	if p.Of < 1 || p.Of > maxParts || len(p.Done) > p.Of {
		return p, malformed("parts", "%d of %d are complete", len(p.Done), p.Of)
	}
	for i, part := range p.Done {
		if part < 0 || part >= p.Of || i > 0 && part <= p.Done[i-1] {
			return p, malformed("parts", "parts %v of %d", p.Done, p.Of)
		}
	}
	return p, nil
}

// add notes that a part is complete, and reports whether that is news.
func (p *Parts) add(part int) bool {
	at, found := slices.BinarySearch(p.Done, part)
	if !found {
		p.Done = slices.Insert(p.Done, at, part)
	}
	return !found
}

func (p *Parts) whole() bool { return len(p.Done) == p.Of }

// complete notes that a part of a capture is complete, and reports whether all are. Who is
// told so has the capture judged; if he dies of it, his batch comes to another, who is told
// the same.
func (w *worker) complete(ctx context.Context, b *Batch) (bool, error) {
	if b.Parts == 1 {
		return true, nil
	}
	key := partsKey(b.Job, b.Capture)
	for {
		p := Parts{Of: b.Parts}
		data, revision, err := w.get(ctx, key)
		if err == nil {
			p, err = readParts(data)
		}
		if err != nil && !errors.Is(err, errAbsent) {
			return false, err
		}
		if p.Of != b.Parts {
			return false, malformed("batch", "%s is of %d parts, others of its capture of %d", b.id(), b.Parts, p.Of)
		}
		if !p.add(b.Part) {
			return p.whole(), nil
		}
		if err = w.set(ctx, key, p, revision); !errors.Is(err, errChanged) {
			return p.whole(), err
		}
		breathe(ctx)
	}
}
