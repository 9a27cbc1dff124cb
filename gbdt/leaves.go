package gbdt

// finish sends the rows through the splits still pending, and returns by slot
// the sum of p(1-p) of its rows, in 1/curvatureOne.
func (g *grower) finish() (curves []int64) {
	g.padPending()
	for _, w := range g.workers {
		w.curves = make([]int64, 2*len(g.leaves))
	}
	parallel(len(g.workers), g.m.segments(), func(n, s int) {
		from, to := g.m.rowsOf(s)
		g.route(s)
		g.sumCurves(g.workers[n].curves, from, to)
	})
	g.routed()
	curves = make([]int64, len(g.leaves))
	for _, w := range g.workers {
		for i, c := range w.curves {
			curves[i%len(curves)] += c
		}
	}
	return curves
}

// sumCurves adds up the rows of a segment in two halves: most rows are in the
// slot of the row before, whose sum would have to be waited for.
func (g *grower) sumCurves(curves []int64, from, to int) {
	slot := g.rows.slot[from:to]
	a, b := curves[:len(g.leaves)], curves[len(g.leaves):]
	if curve := g.rows.curve; curve != nil {
		for i, c := range curve[from:to] {
			a[slot[i]] += c
		}
		return
	}
	stat := g.rows.stat[from:to][:len(slot)]
	for i := 1; i < len(slot); i += 2 {
		a[slot[i-1]] += curvature(stat[i-1] >> countBits)
		b[slot[i]] += curvature(stat[i] >> countBits)
	}
	if last := len(slot) - 1; last&1 == 0 {
		a[slot[last]] += curvature(stat[last] >> countBits)
	}
}

// setLeaves takes one Newton step in each leaf: the sum of residuals over the
// sum of p(1-p).
func (t *trainer) setLeaves(tree tree, curves []int64) {
	leaves := t.grower.leaves
	residual, cover := make([]float64, len(tree)), make([]float64, len(tree))
	for s, leaf := range leaves {
		residual[leaf.node] = float64(leaf.total.sum) / residualOne * t.rows.largest
		cover[leaf.node] = float64(curves[s]) / curvatureOne * t.rows.largest
	}
	for n := len(tree) - 1; n >= 0; n-- {
		if node := &tree[n]; !node.leaf() {
			residual[n] = residual[node.left] + residual[node.right]
			cover[n] = cover[node.left] + cover[node.right]
		}
	}
	values := newtonSteps(tree, residual, cover, t.cfg)
	for n := range tree {
		tree[n].cover, tree[n].weight = float32(cover[n]), float32(values[n])
		if tree[n].leaf() {
			tree[n].value = float32(t.cfg.LearningRate * values[n])
		}
	}
	t.step = make([]float32, len(leaves))
	for s, leaf := range leaves {
		t.step[s] = tree[leaf.node].value
	}
}

// newtonSteps returns the value of each node. Under monotone constraints a
// node's value stays within bounds that the splits above it set.
func newtonSteps(tree tree, residual, cover []float64, cfg *Config) (values []float64) {
	values = make([]float64, len(tree))
	for n := range tree {
		if cover[n] > 0 {
			values[n] = residual[n] / (cover[n] + cfg.L2)
		}
	}
	if cfg.Monotone == nil {
		return values
	}
	allowed := make([]bounds, len(tree))
	allowed[0] = unbounded
	for n := range tree {
		b := allowed[n]
		values[n] = b.clamp(values[n])
		if node := &tree[n]; !node.leaf() {
			left, right := b.clamp(values[node.left]), b.clamp(values[node.right])
			allowed[node.left], allowed[node.right] = b.divide(cfg.Monotone[node.feature], (left+right)/2)
		}
	}
	return values
}
