package gbdt

import (
	"context"
	"fmt"
)

// Train fits a model to the examples. It returns ctx's error if ctx ends first;
// ErrEmpty, ErrOneClass, ErrValue or ErrWidth, wrapped in where it was found,
// if the examples cannot be learned from.
func Train(ctx context.Context, set Examples, cfg Config) (*Model, error) {
	m, err := train(ctx, set, cfg)
	if err != nil {
		return nil, fmt.Errorf("cannot train: %w", err)
	}
	return m, nil
}

func train(ctx context.Context, set Examples, cfg Config) (*Model, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if err := set.check(cfg.Absent); err != nil {
		return nil, err
	}
	t, err := newTrainer(set, &cfg)
	if err != nil {
		return nil, err
	}
	for range cfg.Trees {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		t.addTree()
	}
	return t.model, nil
}

// trainer adds one tree after another to a model.
type trainer struct {
	cfg         *Config
	labels      []uint8
	margin      []float32
	grower      *grower
	step        []float32 // by slot, what the last tree added to its rows' margins
	probability *probability
	model       *Model
}

func newTrainer(set Examples, cfg *Config) (*trainer, error) {
	ones := 0
	for _, y := range set.Labels {
		ones += int(y)
	}
	rows := set.Data.Rows()
	if ones == 0 || ones == rows {
		return nil, ErrOneClass
	}
	t := &trainer{cfg: cfg, labels: set.Labels, margin: make([]float32, rows), step: []float32{0}, probability: newProbability()}
	t.model = &Model{features: set.Data.Columns(), base: float32(float64(ones) / float64(rows)), Attributes: map[string]string{}}
	base := t.model.baseMargin()
	for r := range t.margin {
		t.margin[r] = base
	}
	t.grower = newGrower(newMatrix(set.Data, cfg), cfg)
	return t, nil
}

func newGrower(m *matrix, cfg *Config) *grower {
	g := &grower{m: m, cfg: cfg, rule: rule{unit: 1, minSamples: int64(cfg.MinSamples)}}
	g.rows = rows{stat: make([]int64, m.rows), slot: make([]uint16, m.rows)}
	for range workers(cfg.Goroutines, 1<<10) {
		g.workers = append(g.workers, new(worker))
	}
	return g
}

func (t *trainer) addTree() {
	root := t.residuals()
	tree := t.grower.grow(root)
	t.setLeaves(tree, t.grower.finish())
	t.model.trees = append(t.model.trees, tree)
}

// residuals adds the last tree to the margins and computes the rows' statistics.
func (t *trainer) residuals() total {
	g := t.grower
	parallel(len(g.workers), g.m.segments(), func(w, s int) {
		from, to := g.m.segment(s)
		sum := t.probability.advance(t.margin[from:to], t.labels[from:to], g.rows.slot[from:to], g.rows.stat[from:to], t.step)
		g.workers[w].total.sum += sum
	})
	root := total{rows: int64(g.m.rows), weight: int64(g.m.rows)}
	for _, w := range g.workers {
		root.sum += w.total.sum
		w.total = total{}
	}
	return root
}

// setLeaves takes one Newton step in each leaf: the sum of residuals over the
// sum of p(1-p).
func (t *trainer) setLeaves(tree tree, sums []leafSum) {
	t.step = make([]float32, len(sums))
	cover := make([]float64, len(tree))
	for s, sum := range sums {
		n := t.grower.nodes[s]
		cover[n] = float64(sum.curvature) / curvatureOne
		if sum.curvature > 0 {
			tree[n].value = float32(t.cfg.LearningRate * float64(sum.residual) / residualOne / cover[n])
		}
		t.step[s] = tree[n].value
	}
	for n := len(tree) - 1; n >= 0; n-- {
		if node := &tree[n]; !node.leaf() {
			cover[n] = cover[node.left] + cover[node.right]
		}
		tree[n].cover = float32(cover[n])
	}
}
