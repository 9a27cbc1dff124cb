package gbdt

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// copied returns a table of its own with the picked rows: the naive twin.
func copied(p *Picked) (d Dense) {
	for _, column := range p.Of {
		var values []float32
		for _, at := range p.Places {
			values = append(values, column[at])
		}
		d = append(d, values)
	}
	return d
}

// Trees of picked rows, and what they say of them, are those of copies.
func TestPickedIsACopy(t *testing.T) {
	f := func(what string, rows, picked int, change func(*Config)) {
		t.Helper()
		d, y := flows(rows, 1)
		r := rand.New(rand.NewPCG(1, 4))
		cfg := DefaultConfig()
		if change(&cfg); cfg.Absent == AbsentOwn {
			for i := range rows / 5 {
				d[i%len(d)][r.IntN(rows)] = float32(math.NaN())
			}
		}
		p := &Picked{Of: d}
		var labels []uint8
		for range picked {
			at := r.IntN(rows)
			p.Places, labels = append(p.Places, uint32(at)), append(labels, y[at])
		}
		before := slices.Clone(p.Places)
		got, want := mustTrain(t, p, labels, change), mustTrain(t, copied(p), labels, change)
		if !bytes.Equal(file(t, got), file(t, want)) {
			t.Errorf("%s: the models differ", what)
		}
		margins, wanted := make([]float32, picked), make([]float32, picked)
		if err := errors.Join(got.Margins(margins, p), want.Margins(wanted, copied(p))); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(margins, wanted) || !slices.Equal(before, p.Places) {
			t.Errorf("%s: the margins differ, or the places were changed", what)
		}
	}
	f("exact bins", 3000, 2000, func(c *Config) { c.Trees = 20 })
	f("sampled bins", 60_000, 70_000, func(c *Config) { c.Trees, c.Criterion, c.L2 = 5, Newton, 1 })
	f("absent values", 20_000, 17_001, func(c *Config) { c.Trees, c.Absent, c.Goroutines = 10, AbsentOwn, 3 })
	f("parts of rows and columns", 20_000, 9_001, func(c *Config) { c.Trees, c.Rows, c.Columns = 10, 0.5, 0.6 })
}

func TestPickedRefuses(t *testing.T) {
	d := Dense{{1, 2, 3}, {4, 5, float32(math.Inf(1))}}
	f := func(want error, p *Picked) {
		t.Helper()
		labels := make([]uint8, len(p.Places))
		if len(labels) > 0 {
			labels[0] = 1
		}
		if _, err := Train(context.Background(), Examples{Data: p, Labels: labels}, DefaultConfig()); !errors.Is(err, want) {
			t.Errorf("%v: the error is %v, want %v", p.Places, err, want)
		}
	}
	f(nil, &Picked{Of: d, Places: []uint32{0, 1, 1}})
	f(ErrEmpty, &Picked{Of: d})
	f(ErrWidth, &Picked{Of: d, Places: []uint32{0, 3}})
	f(ErrValue, &Picked{Of: d, Places: []uint32{0, 2}})
	f(ErrWidth, &Picked{Of: Dense{{1, 2}, {3}}, Places: []uint32{0, 1}})
}
