package gbdt

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
)

// Train fits a model to the examples. It returns ctx's error if ctx ends first;
// ErrEmpty, ErrOneClass, ErrValue or ErrWidth, wrapped in where it was found,
// if the examples cannot be learned from. It does not change the examples, nor
// keep them.
func Train(ctx context.Context, set Examples, cfg Config) (*Model, error) {
	m, err := train(ctx, &set, &cfg)
	if err != nil {
		return nil, fmt.Errorf("cannot train: %w", err)
	}
	return m, nil
}

func train(ctx context.Context, set *Examples, cfg *Config) (*Model, error) {
	if err := set.check(cfg); err != nil {
		return nil, err
	}
	if err := cfg.check(set.Data.Columns()); err != nil {
		return nil, err
	}
	w, err := newWatch(cfg, set.Data.Columns())
	if err != nil {
		return nil, err
	}
	t, err := newTrainer(set, cfg)
	if err != nil {
		return nil, err
	}
	for range cfg.Trees {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		t.addTree()
		if done := w.add(t.model); done {
			break
		}
	}
	w.finish(t.model)
	return t.model, nil
}

// trainer adds one tree after another to a model.
type trainer struct {
	cfg         *Config
	rows        *rows
	grower      *grower
	probability *probability
	step        []float32 // by slot, what the last tree added to its rows' margins
	model       *Model
}

func newTrainer(set *Examples, cfg *Config) (*trainer, error) {
	prior, err := set.prior(cfg.PositiveWeight)
	if err != nil {
		return nil, err
	}
	t := &trainer{cfg: cfg, rows: newRows(set, cfg), probability: newProbability(), step: []float32{0}}
	t.model = &Model{features: set.Data.Columns(), base: float32(prior), Attributes: map[string]string{}}
	if cfg.Base != nil {
		t.model = cfg.Base.clone()
	}
	t.model.compile()
	if err := t.model.Margins(t.rows.margin, set.Data); err != nil {
		return nil, err
	}
	t.grower = newGrower(newMatrix(set.Data, cfg), t.rows, cfg)
	return t, nil
}

// prior returns the share of label 1, which the model starts from. Where one
// label is so rare that a float32 cannot tell, it is as near 0 or 1 as can be.
func (e *Examples) prior(positive float64) (float64, error) {
	var weight [2]float64
	for r, y := range e.Labels {
		weight[y] += e.weight(r, positive)
	}
	all := weight[0] + weight[1]
	switch {
	case weight[0] == 0 || weight[1] == 0:
		return 0, ErrOneClass
	case math.IsInf(all, 0):
		return 0, fmt.Errorf("the weights add up to infinity: %w", ErrValue)
	}
	return min(max(weight[1]/all, leastPrior), mostPrior), nil
}

// leastPrior and mostPrior bound where a model starts from.
const (
	leastPrior = 1e-37
	mostPrior  = 1 - 1.0/(1<<24)
)

// clone returns a model that trees can be added to without changing m.
func (m *Model) clone() *Model {
	c := *m
	c.FeatureNames = slices.Clone(m.FeatureNames)
	c.Attributes = maps.Clone(m.Attributes)
	if c.Attributes == nil {
		c.Attributes = map[string]string{}
	}
	c.trees = slices.Clone(m.trees)
	c.Curve = nil
	return &c
}

func newGrower(m *matrix, r *rows, cfg *Config) *grower {
	g := &grower{m: m, cfg: cfg, rows: r}
	g.rule = rule{l2: cfg.L2, minGain: cfg.MinGain, minSamples: int64(cfg.MinSamples), minWeight: cfg.MinWeight, monotone: cfg.Monotone}
	g.rule.sumUnit, g.rule.weightUnit = r.units()
	for range workers(cfg.Goroutines, m.segments()) {
		g.workers = append(g.workers, new(worker))
	}
	return g
}

func (t *trainer) addTree() {
	number := len(t.model.trees)
	t.grower.wanted = chooseColumns(t.cfg, number, t.model.features)
	tree := t.grower.grow(t.advance(number))
	t.setLeaves(tree, t.grower.finish())
	t.model.trees = append(t.model.trees, tree)
}

// advance moves all rows on to the next tree.
func (t *trainer) advance(number int) (root total) {
	g := t.grower
	parallel(len(g.workers), g.m.segments(), func(w, s int) {
		from, to := g.m.rowsOf(s)
		all := t.rows.advance(t.probability, from, to, number, t.step)
		g.workers[w].total = g.workers[w].total.plus(all)
	})
	for _, w := range g.workers {
		root = root.plus(w.total)
		w.total = total{}
	}
	return root
}

// chooseColumns returns which columns a tree may split by, or nil for all.
func chooseColumns(cfg *Config, tree, columns int) []bool {
	if cfg.Columns == 1 {
		return nil
	}
	draw := make([]uint64, columns)
	for c := range draw {
		draw[c] = mix(mix(^cfg.Seed+uint64(tree)) + uint64(c))
	}
	order := slices.Clone(draw)
	slices.Sort(order)
	last := order[max(0, int(math.Round(cfg.Columns*float64(columns)))-1)]
	wanted := make([]bool, columns)
	for c, d := range draw {
		wanted[c] = d <= last
	}
	return wanted
}
