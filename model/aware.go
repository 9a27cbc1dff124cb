package model

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"botnetdetect/dataset"
	"botnetdetect/feature"
	"botnetdetect/gbdt"
)

// Lot says which examples of tables are drawn to train on. The zero Lot is all of them.
type Lot struct {
	place []uint32 // where each example stands, those drawn first; nil is where it is
	drawn int      // examples
}

// Draw draws a share of n examples as dataset.Set.Split does: the same, in the same order.
func Draw(n int, share float64, seed uint64) Lot {
	l := Lot{make([]uint32, n), int(share * float64(n))}
	for at, i := range dataset.Shuffled(n, seed) {
		l.place[i] = uint32(at)
	}
	return l
}

// of returns where an example stands among those drawn, and false if it is not drawn.
func (l *Lot) of(i int) (at int, drawn bool) {
	switch {
	case l.place == nil:
		return i, true
	case i >= len(l.place):
		return 0, false
	}
	at = int(l.place[i])
	return at, at < l.drawn
}

// size returns how many of n examples are drawn.
func (l *Lot) size(n int) int {
	if l.place == nil {
		return n
	}
	return l.drawn
}

var errChanged = errors.New("the files changed while they were read")

// Aware is what a protocol-aware model learns from: 72 bytes for each protocol of an example, where
// a Set takes several hundred.
type Aware struct {
	Training Training // without recipe
	Rest     [2]int   // examples that were not drawn, by label

	model  *Model // without trees
	table  *gbdt.Sparse
	labels []uint8
}

// ReadAware reads the drawn examples of tables, all of which are read twice: first for the protocols that
// there are.
func ReadAware(ctx context.Context, t *dataset.Tables, lot Lot) (*Aware, error) {
	names, blocks, err := survey(ctx, t, &lot)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no examples: %w", gbdt.ErrEmpty)
	}
	a := &Aware{Training: Training{Sources: make(map[string]int)}, table: newTable(len(names), blocks), labels: make([]uint8, len(blocks))}
	if a.model, err = New(&gbdt.Model{FeatureNames: names}, feature.Aware, 0.5); err != nil {
		return nil, err
	}
	captures, i := make(map[string]bool), -1
	err = t.Each(ctx, func(e *dataset.Example) error {
		i++
		at, drawn := lot.of(i)
		if !drawn {
			a.Rest[bit(e.Botnet)]++
			return nil
		}
		a.Training.count(e, captures)
		return a.fill(at, e)
	})
	a.Training.Captures = len(captures)
	return a, err
}

// Train trains a model, as Train does on the set of the same examples.
func (a *Aware) Train(ctx context.Context, config gbdt.Config) (*Model, error) {
	trees, err := gbdt.Train(ctx, gbdt.Examples{Data: a.table, Labels: a.labels}, config)
	if err != nil {
		return nil, err
	}
	m := a.model
	trees.FeatureNames, m.trees = m.trees.FeatureNames, trees
	m.Training = a.Training
	m.Training.Recipe = recipe(config)
	return m, nil
}

// EachRest hands the examples of tables that were not drawn to use.
func (l *Lot) EachRest(ctx context.Context, t *dataset.Tables, use func(*dataset.Example) error) error {
	i := -1
	return t.Each(ctx, func(e *dataset.Example) error {
		i++
		if _, drawn := l.of(i); drawn {
			return nil
		}
		return use(e)
	})
}

// survey returns the full names of the features of the drawn examples, and how many protocols
// each of these has.
func survey(ctx context.Context, t *dataset.Tables, lot *Lot) (names []string, blocks []uint16, err error) {
	blocks = make([]uint16, lot.size(t.Rows()))
	seen, at := make(map[string]bool), 0
	var own []string
	err = t.Each(ctx, func(e *dataset.Example) error {
		i := at
		if at++; i >= t.Rows() {
			return errChanged
		}
		place, drawn := lot.of(i)
		if !drawn {
			return nil
		}
		own = own[:0]
		for k := range e.Traffic {
			own = append(own, plain(e.Traffic[k].Protocol))
			seen[own[k]] = true
		}
		slices.Sort(own)
		blocks[place] = uint16(len(slices.Compact(own)))
		return nil
	})
	if err == nil && at != t.Rows() {
		err = errChanged
	}
	return fullNames(seen), blocks, err
}

// newTable returns a table with room for examples of so many protocols each.
func newTable(width int, blocks []uint16) *gbdt.Sparse {
	s := &gbdt.Sparse{Width: width, Indptr: make([]int64, 1, len(blocks)+1)}
	for _, n := range blocks {
		s.Indptr = append(s.Indptr, s.Indptr[len(s.Indptr)-1]+int64(n)*feature.Count)
	}
	cells := s.Indptr[len(blocks)]
	s.Index, s.Value = make([]uint32, cells), make([]float32, cells)
	return s
}

// fill writes an example into its place.
func (a *Aware) fill(at int, e *dataset.Example) error {
	if at >= len(a.labels) {
		return errChanged
	}
	a.labels[at] = bit(e.Botnet)
	row, from, to := a.model.row(e.Traffic), a.table.Indptr[at], a.table.Indptr[at+1]
	if int64(len(row.index)) != to-from {
		return fmt.Errorf("an example of %d features had %d before: %w", len(row.index), to-from, errChanged)
	}
	copy(a.table.Index[from:to], row.index)
	copy(a.table.Value[from:to], row.value)
	return nil
}

// count counts an example, of a capture that is noted.
func (t *Training) count(e *dataset.Example, captures map[string]bool) {
	t.Benign, t.Botnet = t.Benign+int(1-bit(e.Botnet)), t.Botnet+int(bit(e.Botnet))
	if e.Capture != "" && !captures[e.Capture] {
		captures[strings.Clone(e.Capture)] = true
	}
	if e.Source != "" {
		t.Sources[map[bool]string{false: "Benign/", true: "Botnet/"}[e.Botnet]+e.Source]++
	}
}
