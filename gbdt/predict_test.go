package gbdt

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// drawModel draws trees of any shape, and rows with absent values.
func drawModel(t *rapid.T) (*Model, Dense) {
	const features = 4
	number := rapid.SampledFrom([]float32{-2, -0.5, 0, 0.5, 1, 3})
	m := &Model{features: features, base: 0.3, Attributes: map[string]string{}}
	most, zeros := rapid.IntRange(1, 6).Draw(t, "depth"), rapid.Bool().Draw(t, "zeros")
	for range rapid.IntRange(1, 5).Draw(t, "trees") {
		m.trees = append(m.trees, drawTree(t, most, zeros, number))
	}
	m.compile()
	d := make(Dense, features)
	for range rapid.IntRange(1, 150).Draw(t, "rows") {
		for c := range d {
			x := number.Draw(t, "x")
			if rapid.IntRange(0, 3).Draw(t, "absent") == 0 {
				x = float32(math.NaN())
			}
			d[c] = append(d[c], x)
		}
	}
	return m, d
}

func drawTree(t *rapid.T, most int, zeros bool, number *rapid.Generator[float32]) tree {
	out := tree{{left: noNode, right: noNode, cover: 64}}
	depth := []int{0}
	for i := 0; i < len(out); i++ {
		n := &out[i]
		n.value = number.Draw(t, "value")
		if depth[i] == most || rapid.IntRange(0, 4).Draw(t, "leaf") == 0 {
			continue
		}
		n.feature = int32(rapid.IntRange(0, 3).Draw(t, "feature"))
		n.absentLeft = rapid.Bool().Draw(t, "absent left")
		if zeros {
			n.absentLeft = 0 < n.value
		}
		n.left, n.right = int32(len(out)), int32(len(out)+1)
		left := n.cover * rapid.SampledFrom([]float32{0, 0.25, 0.5, 1}).Draw(t, "share")
		right := n.cover - left
		out = append(out, node{left: noNode, right: noNode, cover: left}, node{left: noNode, right: noNode, cover: right})
		depth = append(depth, depth[i]+1, depth[i]+1)
	}
	return out
}

// naiveMargin follows each tree from its root.
func naiveMargin(m *Model, row []float32) float32 {
	sum := m.baseMargin()
	for _, t := range m.trees {
		n := &t[0]
		for !n.leaf() {
			x, to := row[n.feature], n.right
			if x < n.value || (x != x && n.absentLeft) {
				to = n.left
			}
			n = &t[to]
		}
		sum += n.value
	}
	return sum
}

func rowOf(d Dense, r int) []float32 {
	row := make([]float32, len(d))
	for c := range d {
		row[c] = d[c][r]
	}
	return row
}

// present leaves out what is absent.
func present(row []float32) (index []uint32, value []float32) {
	for c, x := range row {
		if x == x {
			index, value = append(index, uint32(c)), append(value, x)
		}
	}
	return index, value
}

// All ways to predict give the same bits.
func TestPredictsAsNaively(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, d := drawModel(t)
		s := &Sparse{Width: len(d), Indptr: []int64{0}}
		want := make([]float32, d.Rows())
		for r := range want {
			row := rowOf(d, r)
			want[r] = naiveMargin(m, row)
			index, value := present(row)
			s.Index, s.Value = append(s.Index, index...), append(s.Value, value...)
			s.Indptr = append(s.Indptr, int64(len(s.Index)))
			one, _ := m.Margin(row)
			other, _ := m.MarginSparse(index, value)
			if one != want[r] || other != want[r] {
				t.Fatalf("row %v: margin %v, sparse %v, want %v", row, one, other, want[r])
			}
		}
		comparePaths(t, m, want, d, s)
	})
}

func comparePaths(t *rapid.T, m *Model, want []float32, data ...Data) {
	got := make([]float32, len(want))
	check := func(path string, add func(*batch, *[batchRows]float32)) {
		for _, d := range data {
			b := newBatch(m.forest)
			for from := 0; from < len(want); from += batchRows {
				to := min(from+batchRows, len(want))
				var sums [batchRows]float32
				for r := range sums {
					sums[r] = m.baseMargin()
				}
				d.fill(b, from, to)
				add(b, &sums)
				copy(got[from:to], sums[:])
			}
			for r := range want {
				if got[r] != want[r] {
					t.Fatalf("%s of %T: row %d is %v, want %v", path, d, r, got[r], want[r])
				}
			}
		}
	}
	check("walk", (*batch).addWalk)
	if len(m.forest.octets) > 0 {
		check("octets", (*batch).addOctets)
		if haveVectors {
			check("vectors", (*batch).addVectors)
		}
	}
}

// Many thresholds take several scales of ranks.
func TestManyThresholds(t *testing.T) {
	d, y := flows(20_000, 1)
	m := mustTrain(t, d[:3], y, func(c *Config) { c.Trees = 400 })
	if len(m.forest.scales) < 4 {
		t.Fatalf("%d scales for 3 columns: this test wants more", len(m.forest.scales))
	}
	for r, got := range margins(t, m, d[:3]) {
		if want := float64(naiveMargin(m, rowOf(d[:3], r))); got != want {
			t.Fatalf("row %d: %v, want %v", r, got, want)
		}
	}
}

func TestPredictBadInput(t *testing.T) {
	d, y := flows(100, 1)
	m := mustTrain(t, d, y, nil)
	f := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, ErrWidth) {
			t.Errorf("%s: error %v, want %v", what, err, ErrWidth)
		}
	}
	second := func(_ any, err error) error { return err }
	f("short row", second(m.Margin(make([]float32, 4))))
	f("long row", second(m.Probability(make([]float32, 6))))
	f("column too large", second(m.MarginSparse([]uint32{5}, []float32{1})))
	f("columns fall", second(m.ProbabilitySparse([]uint32{3, 2}, []float32{1, 1})))
	f("values too few", second(m.MarginSparse([]uint32{2, 3}, []float32{1})))
	f("columns too few", m.Margins(make([]float32, 100), d[:4]))
	f("margins too few", m.Margins(make([]float32, 99), d))
	f("columns of two lengths", m.Margins(make([]float32, 100), Dense{d[0], d[1], d[2], d[3], d[4][:50]}))
	f("no model", second(new(Model).Margin(nil)))
	f("no model for many", new(Model).Margins(nil, Dense{}))
	f("no model for sparse", second(new(Model).ExplainSparse(nil, nil)))
	if p, _ := m.Probability(nil); p == p {
		t.Errorf("a short row has probability %v, want NaN", p)
	}
	f("explain short row", second(m.Explain(make([]float32, 4))))
	f("explain column too large", second(m.ExplainSparse([]uint32{5}, []float32{1})))
}

// One row takes no memory, and many take no more than a few.
func TestNoAllocations(t *testing.T) {
	d, y := flows(5000, 1)
	m := mustTrain(t, d, y, nil)
	row := rowOf(d, 0)
	index, value := present(row)
	f := func(what string, want float64, run func()) {
		t.Helper()
		if got := testing.AllocsPerRun(20, run); got > want {
			t.Errorf("%s: %v allocations, want at most %v", what, got, want)
		}
	}
	f("a row", 0, func() { m.Margin(row) })
	f("a row's probability", 0, func() { m.Probability(row) })
	f("a sparse row", 0, func() { m.MarginSparse(index, value) })
	many, _ := flows(100_000, 2)
	few := Dense{many[0][:100], many[1][:100], many[2][:100], many[3][:100], many[4][:100]}
	for _, form := range []func(Dense) Data{func(d Dense) Data { return d }, func(d Dense) Data { return sparse(d) }} {
		margin := make([]float32, many.Rows())
		lot, little := form(many), form(few)
		m.Margins(margin, lot) // warms up
		base := testing.AllocsPerRun(20, func() { m.Margins(margin[:100], little) })
		f("100,000 rows", float64(workers(0, 25))*(base+5), func() { m.Margins(margin, lot) })
	}
}
