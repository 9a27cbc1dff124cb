package gbdt

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// lattice draws rows of few values, many of them absent, so that there are
// ties, empty bins and lone rows.
func lattice(t *rapid.T, absent float32) (d Dense, s *Sparse, e Examples) {
	rows, columns := rapid.IntRange(2, 60).Draw(t, "rows"), rapid.IntRange(1, 12).Draw(t, "columns")
	value := rapid.SampledFrom([]float32{-3, -1.5, -0.25, 0, 0.1, 1, 2, 1e9})
	d, s = make(Dense, columns), &Sparse{Width: columns, Indptr: []int64{0}}
	for r := range rows {
		protocol := rapid.IntRange(0, 3).Draw(t, "protocol") // columns come in blocks
		for c := range columns {
			x := absent
			if c%4 == protocol || rapid.IntRange(0, 9).Draw(t, "stray") == 0 {
				x = value.Draw(t, "value")
				s.Index, s.Value = append(s.Index, uint32(c)), append(s.Value, x)
			}
			d[c] = append(d[c], x)
		}
		s.Indptr = append(s.Indptr, int64(len(s.Index)))
		e.Labels = append(e.Labels, uint8(r%2&rapid.IntRange(0, 1).Draw(t, "label")))
	}
	e.Labels[0], e.Labels[1] = 0, 1
	if rapid.Bool().Draw(t, "weighted") {
		for range rows {
			e.Weights = append(e.Weights, rapid.SampledFrom([]float32{0, 0.5, 1, 3}).Draw(t, "weight"))
		}
		e.Weights[0], e.Weights[1] = 1, 2
	}
	return d, s, e
}

func drawConfig(t *rapid.T) Config {
	c := DefaultConfig()
	c.Trees = 4
	c.LearningRate = 0.5
	c.Depth = rapid.IntRange(1, 5).Draw(t, "depth")
	c.Leaves = rapid.SampledFrom([]int{0, 0, 2, 5, 9}).Draw(t, "leaves")
	c.Criterion = rapid.SampledFrom([]Criterion{Residuals, Newton}).Draw(t, "criterion")
	c.MinSamples = rapid.IntRange(1, 4).Draw(t, "samples")
	c.L2 = rapid.SampledFrom([]float64{0, 0, 1}).Draw(t, "L2")
	c.MinWeight = rapid.SampledFrom([]float64{0, 0, 0.5}).Draw(t, "min weight")
	c.MinGain = rapid.SampledFrom([]float64{0, 0, 0.05}).Draw(t, "min gain")
	c.Rows = rapid.SampledFrom([]float64{1, 1, 0.7}).Draw(t, "row share")
	c.Absent = rapid.SampledFrom([]Absent{AbsentZero, AbsentOwn}).Draw(t, "absent")
	c.Goroutines = rapid.IntRange(1, 3).Draw(t, "goroutines")
	return c
}

func TestGrowsAsNaively(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := drawConfig(t)
		absent := float32(0)
		if cfg.Absent == AbsentOwn {
			absent = float32(math.NaN())
		}
		d, s, set := lattice(t, absent)
		for _, data := range []Data{d, s} {
			set.Data = data
			compareNaively(t, &set, d, &cfg)
		}
	})
}

func compareNaively(t *rapid.T, set *Examples, d Dense, cfg *Config) {
	tr, err := newTrainer(set, cfg)
	if err != nil {
		t.Fatal(err)
	}
	for i := range cfg.Trees {
		root := tr.advance(i)
		n := naive{data: d, own: cfg.Absent == AbsentOwn, rule: &tr.grower.rule, cfg: cfg, stats: rowTotals(tr.rows)}
		want := n.grow()
		got := tr.grower.grow(root)
		if !slices.EqualFunc(got, want, func(a, b node) bool { return a == b }) {
			t.Fatalf("tree %d:\ngot  %v\nwant %v", i, got, want)
		}
		tr.setLeaves(got, tr.grower.finish())
		checkLeaves(t, got, d, tr, cfg)
		tr.model.trees = append(tr.model.trees, got)
	}
}

// rowTotals returns the total of each row; nothing of one the tree does not see.
func rowTotals(r *rows) []total {
	all := make([]total, len(r.label))
	for i := range all {
		sum, n := unpack(r.stat[i])
		all[i] = total{sum, n, n}
		if r.weight != nil {
			all[i].weight = r.weight[i]
		}
	}
	return all
}

// checkLeaves compares leaf values with Newton steps in floating point, as far
// as residuals in 1/residualOne can be as exact.
func checkLeaves(t *rapid.T, got tree, d Dense, tr *trainer, cfg *Config) {
	sum, curve := make([]float64, len(got)), make([]float64, len(got))
	for r, y := range tr.rows.label {
		if tr.rows.stat[r] == 0 && tr.rows.sample.share < 1 {
			continue
		}
		n := int32(0)
		for !got[n].leaf() {
			x, left := d[got[n].feature][r], got[n].left
			if x < got[n].value || x != x && got[n].absentLeft {
				n = left
			} else {
				n = got[n].right
			}
		}
		w := 1.0
		if tr.rows.given != nil {
			w = float64(tr.rows.given[r]) / residualOne * tr.rows.largest
		}
		p := 1 / (1 + math.Exp(-float64(tr.rows.margin[r])))
		sum[n] += w * (float64(y) - p)
		curve[n] += w * p * (1 - p)
	}
	for n := range got {
		if !got[n].leaf() || curve[n] == 0 {
			continue
		}
		within := 1e-5 + tr.rows.largest*float64(len(tr.rows.label))/residualOne/curve[n]
		if want := cfg.LearningRate * sum[n] / (curve[n] + cfg.L2); math.Abs(float64(got[n].value)-want) > within*(1+math.Abs(want)) {
			t.Fatalf("leaf %d is %v, want %v", n, got[n].value, want)
		}
	}
}
