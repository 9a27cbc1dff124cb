package gbdt

import "slices"

// tip is a leaf of a tree that is being grown.
type tip struct {
	node   int32  // in the tree
	slot   uint16 // what the rows in it are marked with
	depth  int
	total  total
	bounds bounds
	hist   *histogram
	best   split
}

// grower grows trees on one matrix.
type grower struct {
	m       *matrix
	cfg     *Config
	rule    rule
	rows    *rows
	wanted  []bool // by column: the tree may split by it; nil for all
	workers []*worker
	free    []*histogram
	pending []moves // splits that rows have not been sent through yet
	tree    tree
	nodes   []int32 // leaf of each slot
}

// worker is what one goroutine needs for itself.
type worker struct {
	tallies []*tally   // by target
	pos     [][]uint16 // by target, of records
	val     []int64
	slot    []uint16
	best    []split // by tip
	total   total
	leaves  []leafSum // by slot
}

// grow grows a tree on the rows' statistics. All rows are in slot 0 and root
// is their total.
func (g *grower) grow(root total) tree {
	g.tree = tree{{left: noNode, right: noNode}}
	g.nodes = append(g.nodes[:0], 0)
	tips := []*tip{{total: root, bounds: unbounded}}
	g.search(tips, nil)
	for chosen, rest := g.choose(tips); len(chosen) > 0; chosen, rest = g.choose(tips) {
		tips = append(rest, g.splitAll(chosen)...)
	}
	return g.tree
}

// choose returns the tips to split next: all that have a split, or the one that
// gains most, if the tree grows leaf by leaf.
func (g *grower) choose(tips []*tip) (chosen, rest []*tip) {
	for _, t := range tips {
		if t.best.gain > 0 {
			chosen = append(chosen, t)
		} else {
			g.release(t)
		}
	}
	if g.cfg.Leaves == 0 || len(chosen) == 0 {
		return chosen, nil
	}
	if len(g.nodes) == g.cfg.Leaves {
		for _, t := range chosen {
			g.release(t)
		}
		return nil, nil
	}
	best := 0
	for i, t := range chosen {
		if t.best.gain > chosen[best].best.gain {
			best = i
		}
	}
	return []*tip{chosen[best]}, slices.Delete(slices.Clone(chosen), best, best+1)
}

// splitAll splits tips, and returns the new ones that may be split further.
func (g *grower) splitAll(tips []*tip) (next []*tip) {
	var small, large []*tip
	g.pending = append(g.pending, moves{})
	for _, t := range tips {
		left, right := g.split(t)
		if left.depth == g.cfg.Depth || len(g.nodes) == g.cfg.Leaves {
			g.release(t)
			continue
		}
		next = append(next, left, right)
		if left.total.rows > right.total.rows {
			left, right = right, left
		}
		right.hist, t.hist = t.hist, nil
		small, large = append(small, left), append(large, right)
	}
	for i, n := 0, g.batch(); i < len(small); i += n {
		end := min(i+n, len(small))
		g.search(small[i:end], large[i:end])
	}
	return next
}

// batch returns how many histograms to build at once, so that the workers'
// parts do not take too much memory.
func (g *grower) batch() int {
	const most = 64 << 20 // bytes
	each := 8 * (g.m.narrow*len(sums{}) + g.m.wide) * len(g.workers)
	return max(2, most/max(1, each))
}

// split makes a tip's split part of the tree. The side that absent values take
// keeps the slot, so that only rows with a record need be looked at.
func (g *grower) split(t *tip) (left, right *tip) {
	s := &t.best
	n := int32(len(g.tree))
	leaf := node{left: noNode, right: noNode}
	g.tree = append(g.tree, leaf, leaf)
	g.tree[t.node] = node{left: n, right: n + 1, feature: int32(s.column), value: s.value, absentLeft: s.absentLeft, gain: float32(s.gain)}
	left = &tip{node: n, slot: t.slot, depth: t.depth + 1, total: s.left}
	right = &tip{node: n + 1, slot: t.slot, depth: t.depth + 1, total: s.right}
	left.bounds, right.bounds = g.rule.divide(t.bounds, s)
	moved := left
	if s.absentLeft {
		moved = right
	}
	moved.slot = uint16(len(g.nodes))
	g.nodes = append(g.nodes, 0)
	g.nodes[left.slot], g.nodes[right.slot] = left.node, right.node
	g.pending[len(g.pending)-1].add(g.m, t, moved.slot)
	return left, right
}

// search builds the histograms of small tips from their rows, takes them away
// from their siblings', which are their parents' until then, and finds the
// best splits of both.
func (g *grower) search(small, large []*tip) {
	for _, t := range small {
		t.hist = g.histogram()
	}
	g.sweep(small)
	all := append(small[:len(small):len(small)], large...)
	for _, w := range g.workers {
		w.best = make([]split, len(all))
	}
	parallel(len(g.workers), len(g.m.columns), func(w, c int) {
		if g.m.columns[c].lane >= 0 {
			g.searchColumn(g.workers[w], c, small, large, all)
		}
	})
	for _, w := range g.workers {
		for i, t := range all {
			if w.best[i].better(&t.best) {
				t.best = w.best[i]
			}
		}
		w.reset()
	}
	for _, t := range all {
		g.settle(t)
	}
}

func (g *grower) settle(t *tip) {
	if t.best.gain > 0 {
		c := &g.m.columns[t.best.column]
		t.best.settle(c, t.hist.at(c.cell+c.absent))
	}
}

func (g *grower) searchColumn(w *worker, number int, small, large, all []*tip) {
	c := &g.m.columns[number]
	block := g.m.lanes[c.lane].block
	for i, t := range small {
		if t.hist.live[block] {
			t.hist.clear(c)
			t.hist.take(g.tallies(i), block, c)
			t.hist.complete(c, t.total)
		}
		if large == nil || !large[i].hist.live[block] {
			continue
		}
		if t.hist.live[block] {
			large[i].hist.subtract(t.hist, c)
		} else {
			large[i].hist.subtractAbsent(t.total, c)
		}
	}
	if g.wanted != nil && !g.wanted[number] {
		return
	}
	for i, t := range all {
		if t.hist.live[block] {
			if s := searchColumn(&g.rule, g.m, number, t); s.better(&w.best[i]) {
				w.best[i] = s
			}
		}
	}
}

// tallies returns the workers' parts of a target's histogram.
func (g *grower) tallies(target int) (parts []*tally) {
	for _, w := range g.workers {
		if target < len(w.tallies) {
			parts = append(parts, w.tallies[target])
		}
	}
	return parts
}

// histogram returns one whose cells mean nothing yet.
func (g *grower) histogram() *histogram {
	if n := len(g.free); n > 0 {
		h := g.free[n-1]
		g.free = g.free[:n-1]
		clear(h.live)
		return h
	}
	return newHistogram(g.m, g.rows.weight != nil)
}

func (g *grower) release(t *tip) {
	if t.hist != nil {
		g.free = append(g.free, t.hist)
		t.hist = nil
	}
}

// leafSum sums up the rows of a leaf.
type leafSum struct {
	residual  int64 // in 1/residualOne
	curvature int64 // p(1-p), in 1/curvatureOne
}

// finish sends the rows through the splits still pending and sums them up by slot.
func (g *grower) finish() []leafSum {
	g.padPending()
	for _, w := range g.workers {
		w.leaves = make([]leafSum, len(g.nodes))
	}
	parallel(len(g.workers), g.m.segments(), func(n, s int) {
		w := g.workers[n]
		from, to := g.m.segment(s)
		g.route(s)
		if g.rows.curve == nil {
			sumLeaves(w.leaves, g.rows.slot[from:to], g.rows.stat[from:to])
		} else {
			sumCurves(w.leaves, g.rows.slot[from:to], g.rows.stat[from:to], g.rows.curve[from:to])
		}
	})
	g.pending = g.pending[:0]
	sums := make([]leafSum, len(g.nodes))
	for _, w := range g.workers {
		for s, l := range w.leaves {
			sums[s].residual += l.residual
			sums[s].curvature += l.curvature
		}
	}
	return sums
}

func sumLeaves(leaves []leafSum, slot []uint16, stat []int64) {
	stat = stat[:len(slot)]
	for i, s := range slot {
		r, _ := unpack(stat[i])
		l := &leaves[s]
		l.residual += r
		l.curvature += curvature(r)
	}
}

// sumCurves is sumLeaves for rows with weights.
func sumCurves(leaves []leafSum, slot []uint16, stat, curve []int64) {
	for i, s := range slot {
		r, _ := unpack(stat[i])
		l := &leaves[s]
		l.residual += r
		l.curvature += curve[i]
	}
}
