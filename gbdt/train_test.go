package gbdt

import (
	"bytes"
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Zeros that are left out are zeros, so the data's form does not matter.
func TestSparseEqualsDense(t *testing.T) {
	d, y := flows(3000, 1)
	if !bytes.Equal(file(t, mustTrain(t, d, y, nil)), file(t, mustTrain(t, sparse(d), y, nil))) {
		t.Error("dense and sparse training differ")
	}
}

// The same bits come out however many goroutines there are, whether a worker's
// sums spill or not, and whatever is drawn at random.
func TestGoroutinesDoNotMatter(t *testing.T) {
	f := func(what string, data Data, y []uint8, change func(*Config)) {
		t.Helper()
		train := func(goroutines int) []byte {
			return file(t, mustTrain(t, data, y, func(c *Config) {
				c.Trees, c.Goroutines = 5, goroutines
				change(c)
			}))
		}
		one := train(1)
		for _, n := range []int{2, 3, 8} {
			if !bytes.Equal(train(n), one) {
				t.Errorf("%s: %d goroutines make another model than 1", what, n)
			}
		}
	}
	d, y := flows(2*spillRows, 8)
	f("more rows than a sum holds", d[:2], y, func(*Config) {})
	d, y = flows(70_000, 9)
	f("dense", d, y, func(*Config) {})
	f("sparse", sparse(d), y, func(c *Config) { c.Rows, c.Columns, c.Seed = 0.5, 0.5, 3 })
	f("leaf by leaf", d, y, func(c *Config) { c.Leaves, c.Depth, c.Criterion = 12, 0, Newton })
}

func TestSeedMatters(t *testing.T) {
	d, y := flows(2000, 1)
	train := func(seed uint64) []byte {
		return file(t, mustTrain(t, d, y, func(c *Config) { c.Rows, c.Columns, c.Seed = 0.6, 0.6, seed }))
	}
	if !bytes.Equal(train(1), train(1)) {
		t.Error("one seed makes two models")
	}
	if bytes.Equal(train(1), train(2)) {
		t.Error("two seeds make one model")
	}
}

func TestColumnsShare(t *testing.T) {
	d, y := flows(2000, 1)
	for i, tree := range mustTrain(t, d, y, func(c *Config) { c.Columns, c.Depth = 0.4, 6 }).trees {
		used := map[int32]bool{}
		for _, n := range tree {
			if !n.leaf() {
				used[n.feature] = true
			}
		}
		if len(used) > 2 {
			t.Errorf("tree %d splits by %d columns, want at most 2 of 5", i, len(used))
		}
	}
}

// A row that weighs 2 counts as two rows.
func TestWeightsAreCopies(t *testing.T) {
	d, y := coarse(2000, 3)
	set := Examples{Data: d, Labels: y}
	twice := make(Dense, len(d))
	var labels []uint8
	for r := range y {
		set.Weights = append(set.Weights, float32(1+r%2))
		for range 1 + r%2 {
			labels = append(labels, y[r])
			for c := range d {
				twice[c] = append(twice[c], d[c][r])
			}
		}
	}
	for _, criterion := range []Criterion{Residuals, Newton} {
		cfg := DefaultConfig()
		cfg.Criterion = criterion
		weighted, err := Train(context.Background(), set, cfg)
		if err != nil {
			t.Fatal(err)
		}
		copied := mustTrain(t, twice, labels, func(c *Config) { c.Criterion = criterion })
		near(t, "probability", probabilities(t, weighted, d), probabilities(t, copied, d), 1e-5)
	}
}

func TestPositiveWeight(t *testing.T) {
	d, y := coarse(2000, 3)
	set := Examples{Data: d, Labels: y}
	for _, label := range y {
		set.Weights = append(set.Weights, 1+2*float32(label))
	}
	weighted, err := Train(context.Background(), set, DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	m := mustTrain(t, d, y, func(c *Config) { c.PositiveWeight = 3 })
	near(t, "probability", probabilities(t, m, d), probabilities(t, weighted, d), 0)
}

// Training on is the same as not having stopped.
func TestBase(t *testing.T) {
	d, y := flows(2000, 4)
	whole := mustTrain(t, d, y, func(c *Config) { c.Trees, c.Rows = 20, 0.8 })
	half := mustTrain(t, d, y, func(c *Config) { c.Trees, c.Rows = 12, 0.8 })
	half.Attributes["from"] = "half"
	on := mustTrain(t, d, y, func(c *Config) { c.Trees, c.Rows, c.Base = 8, 0.8, half })
	if on.Attributes["from"] != "half" || half.Trees() != 12 {
		t.Error("the base lost its attributes or gained trees")
	}
	delete(on.Attributes, "from")
	if !bytes.Equal(file(t, on), file(t, whole)) {
		t.Error("12 trees and 8 more are not the 20 trees of one training")
	}
}

func TestValidation(t *testing.T) {
	d, y := coarse(3000, 5)
	test, labels := coarse(1000, 6)
	var seen []float64
	m := mustTrain(t, d, y, func(c *Config) {
		c.Trees, c.LearningRate, c.Patience = 500, 0.5, 5
		c.Validation = &Examples{Data: sparse(test), Labels: labels}
		c.Progress = func(_ int, loss float64) { seen = append(seen, loss) }
	})
	if !slices.Equal(seen, m.Curve) {
		t.Error("Progress did not see the curve")
	}
	if len(m.Curve) == 500 || len(m.Curve) != m.Trees()+5 {
		t.Errorf("%d trees kept of %d, want all but the last 5", m.Trees(), len(m.Curve))
	}
	if best := slices.Min(m.Curve); best != m.Curve[m.Trees()-1] {
		t.Errorf("kept trees of loss %v, the best was %v", m.Curve[m.Trees()-1], best)
	}
	loss := 0.0
	for r, p := range probabilities(t, m, test) {
		loss -= math.Log(math.Abs(float64(1-labels[r]) - p))
	}
	near(t, "loss", []float64{m.Curve[m.Trees()-1]}, []float64{loss / 1000}, 1e-7)
}

func TestLeaves(t *testing.T) {
	d, y := flows(3000, 7)
	for _, tree := range mustTrain(t, d, y, func(c *Config) { c.Leaves, c.Depth = 10, 0 }).trees {
		leaves := 0
		for _, n := range tree {
			if n.leaf() {
				leaves++
			}
		}
		if leaves != 10 {
			t.Fatalf("%d leaves, want 10", leaves)
		}
	}
	deep := mustTrain(t, d, y, func(c *Config) { c.Leaves = 8 })
	level := mustTrain(t, d, y, nil)
	near(t, "as many leaves as depth 3 has, at depth 3", probabilities(t, deep, d), probabilities(t, level, d), 1e-6)
}

// Along a column with a constraint, the model only goes its way.
func TestMonotone(t *testing.T) {
	d, y := flows(2000, 8)
	rapid.Check(t, func(t *rapid.T) {
		cfg := DefaultConfig()
		cfg.Trees, cfg.Depth = 15, rapid.IntRange(1, 6).Draw(t, "depth")
		cfg.Criterion = rapid.SampledFrom([]Criterion{Residuals, Newton}).Draw(t, "criterion")
		cfg.L2 = rapid.SampledFrom([]float64{0, 1}).Draw(t, "L2")
		for range d {
			cfg.Monotone = append(cfg.Monotone, int8(rapid.IntRange(-1, 1).Draw(t, "way")))
		}
		m, err := Train(context.Background(), Examples{Data: d, Labels: y}, cfg)
		if err != nil {
			t.Fatal(err)
		}
		checkMonotone(t, m, cfg.Monotone)
	})
}

func checkMonotone(t *rapid.T, m *Model, ways []int8) {
	row := make([]float32, len(ways))
	for c := range row {
		row[c] = float32(math.Exp(rapid.Float64Range(-4, 4).Draw(t, "x")))
	}
	for c, way := range ways {
		last := float32(0)
		for i, x := range []float32{0, 0.01, 0.1, 0.5, 1, 2, 5, 20, 1e9} {
			old := row[c]
			row[c] = x
			margin, _ := m.Margin(row)
			if i > 0 && float32(way)*(margin-last) < 0 {
				t.Fatalf("column %d, way %d: margin goes from %v to %v at %v", c, way, last, margin, x)
			}
			last, row[c] = margin, old
		}
	}
}

func TestConstantColumns(t *testing.T) {
	m := mustTrain(t, Dense{{7, 7, 7, 7}}, []uint8{0, 1, 1, 1}, nil)
	near(t, "probability", probabilities(t, m, Dense{{7, 8}}), []float64{0.75, 0.75}, 1e-6)
}

func TestCancel(t *testing.T) {
	d, y := flows(100, 1)
	ctx, cancel := context.WithCancel(context.Background())
	cfg := DefaultConfig()
	cfg.Progress = func(trees int, _ float64) {
		if trees == 3 {
			cancel()
		}
		if trees > 3 {
			t.Fatal("a tree after the end")
		}
	}
	if _, err := Train(ctx, Examples{Data: d, Labels: y}, cfg); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}
