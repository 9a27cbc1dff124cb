package gbdt

import (
	"context"
	"fmt"
	"math"
)

// Train fits a model to the examples. It returns ctx's error if ctx ends first;
// ErrEmpty, ErrOneClass, ErrValue or ErrWidth, wrapped in where it was found,
// if the examples cannot be learned from.
func Train(ctx context.Context, set Examples, cfg Config) (*Model, error) {
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("cannot train: %w", err)
	}
	if err := set.check(cfg.Absent); err != nil {
		return nil, fmt.Errorf("cannot train: %w", err)
	}
	t, err := newTrainer(set, cfg)
	if err != nil {
		return nil, fmt.Errorf("cannot train: %w", err)
	}
	for range cfg.Trees {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("cannot train: %w", err)
		}
		t.addTree()
	}
	return t.model, nil
}

// A residual is kept as an integer, so that sums do not depend on their order.
const (
	residualBits = 30
	residualOne  = 1 << residualBits
)

type trainer struct {
	cfg      Config
	columns  []column
	labels   []uint8
	margin   []float32
	residual []int64
	at       []int32 // node of each row in the tree being grown
	model    *Model
}

func newTrainer(set Examples, cfg Config) (*trainer, error) {
	ones := 0
	for _, y := range set.Labels {
		ones += int(y)
	}
	rows := set.Data.Rows()
	if ones == 0 || ones == rows {
		return nil, ErrOneClass
	}
	t := &trainer{
		cfg:      cfg,
		columns:  newColumns(set.Data, cfg),
		labels:   set.Labels,
		margin:   make([]float32, rows),
		residual: make([]int64, rows),
		at:       make([]int32, rows),
		model:    &Model{features: set.Data.Columns(), base: float32(float64(ones) / float64(rows)), Attributes: map[string]string{}},
	}
	for r := range t.margin {
		t.margin[r] = t.model.baseMargin()
	}
	return t, nil
}

func (t *trainer) addTree() {
	for r, x := range t.margin {
		t.residual[r] = int64(math.Round((float64(t.labels[r]) - sigmoid(x)) * residualOne))
		t.at[r] = 0
	}
	tree := tree{{left: noNode, right: noNode}}
	level := []int32{0}
	for range t.cfg.Depth {
		level = t.splitLevel(&tree, level)
	}
	t.setLeaves(tree)
	for r, at := range t.at {
		t.margin[r] += tree[at].value
	}
	t.model.trees = append(t.model.trees, tree)
}

func (t *trainer) splitLevel(tree *tree, level []int32) (next []int32) {
	for _, n := range level {
		s := t.bestSplit(n)
		if s.gain <= 0 {
			continue
		}
		left := int32(len(*tree))
		c := &t.columns[s.column]
		threshold := c.cuts.between(s.bin, s.after)
		*tree = append(*tree, node{left: noNode, right: noNode}, node{left: noNode, right: noNode})
		(*tree)[n] = node{left: left, right: left + 1, feature: int32(s.column), value: threshold,
			absentLeft: 0 < threshold, gain: float32(s.gain)}
		t.route(n, left, c, s.bin)
		next = append(next, left, left+1)
	}
	return next
}

// route sends the rows of a node to its children.
func (t *trainer) route(from, left int32, c *column, last int) {
	side := func(bin int) int32 {
		if bin <= last {
			return left
		}
		return left + 1
	}
	absent := side(c.zero)
	moved := make([]int32, 0, len(c.rows))
	for i, r := range c.rows {
		if t.at[r] == from {
			t.at[r] = noNode - 1 - side(int(c.bins[i])) // told apart from rows not yet moved
			moved = append(moved, r)
		}
	}
	for r, at := range t.at {
		if at == from {
			t.at[r] = absent
		}
	}
	for _, r := range moved {
		t.at[r] = noNode - 1 - t.at[r]
	}
}

// setLeaves takes one Newton step in each leaf.
func (t *trainer) setLeaves(tree tree) {
	sum, cover := make([]int64, len(tree)), make([]float64, len(tree))
	hess := make([]int64, len(tree))
	for r, at := range t.at {
		g := t.residual[r]
		sum[at] += g
		hess[at] += (max(g, -g)<<residualBits - g*g) >> residualBits
	}
	for n := len(tree) - 1; n >= 0; n-- {
		node := &tree[n]
		cover[n] = float64(hess[n]) / residualOne
		if !node.leaf() {
			cover[n] = cover[node.left] + cover[node.right]
		} else if hess[n] > 0 {
			node.value = float32(t.cfg.LearningRate * float64(sum[n]) / float64(hess[n]))
		}
		node.cover = float32(cover[n])
	}
}
