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
	fresh   bool   // no split has been applied: all rows are in slot 0, whatever their marks say
	leaves  []leaf // by slot
}

// leaf is where the rows of a slot are.
type leaf struct {
	node  int32
	total total
}

// worker is what one goroutine needs for itself.
type worker struct {
	tallies []*tally   // by target
	pos     [][]uint16 // by target, of its records
	room    [fewTargets][]uint16
	target  []uint16 // by slot, 1 and up; 0 for none
	start   []int    // by target, in room[0]
	val     []int64  // by record
	slot    []uint16 // by record
	best    []split  // by tip
	total   total
	curves  []int64 // by slot, two each
}

// grow grows a tree on the rows' statistics, whose total is root.
func (g *grower) grow(root total) tree {
	g.tree = tree{{left: noNode, right: noNode}}
	g.leaves, g.fresh = append(g.leaves[:0], leaf{0, root}), true
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
	if len(g.leaves) == g.cfg.Leaves {
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
		if left.depth == g.cfg.Depth || len(g.leaves) == g.cfg.Leaves {
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
	end := node{left: noNode, right: noNode}
	g.tree = append(g.tree, end, end)
	g.tree[t.node] = node{left: n, right: n + 1, feature: int32(s.column), value: s.value, absentLeft: s.absentLeft, gain: float32(s.gain)}
	left = &tip{node: n, slot: t.slot, depth: t.depth + 1, total: s.left}
	right = &tip{node: n + 1, slot: t.slot, depth: t.depth + 1, total: s.right}
	left.bounds, right.bounds = g.rule.divide(t.bounds, s)
	moved := left
	if s.absentLeft {
		moved = right
	}
	moved.slot = uint16(len(g.leaves))
	g.leaves = append(g.leaves, leaf{})
	for _, t := range []*tip{left, right} {
		g.leaves[t.slot] = leaf{t.node, t.total}
	}
	g.pending[len(g.pending)-1].add(g.m, t, moved.slot)
	return left, right
}

// search builds the histograms of small tips from their rows, takes them away
// from their siblings', which are their parents' until then, and finds the
// best splits of both. The root has no sibling.
func (g *grower) search(small, large []*tip) {
	for _, t := range small {
		t.hist = g.histogram()
	}
	g.sweep(small)
	all := append(small[:len(small):len(small)], large...)
	for _, w := range g.workers {
		w.best = make([]split, len(all))
	}
	parts := g.parts(len(small))
	parallel(len(g.workers), len(g.m.columns), func(w, c int) {
		if g.m.columns[c].lane < 0 {
			return
		}
		g.subtract(c, parts, small, large)
		if g.wanted == nil || g.wanted[c] {
			g.searchColumn(g.workers[w], c, all)
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

// parts returns the workers' tallies by target.
func (g *grower) parts(targets int) [][]*tally {
	parts := make([][]*tally, targets)
	for i := range parts {
		for _, w := range g.workers {
			parts[i] = append(parts[i], w.tallies[i])
		}
	}
	return parts
}

// subtract completes a column of the small tips' histograms from the workers'
// parts, and takes it away from their siblings'.
func (g *grower) subtract(number int, parts [][]*tally, small, large []*tip) {
	c := &g.m.columns[number]
	block := g.m.lanes[c.lane].block
	for i, t := range small {
		live := t.hist.live[block]
		if live {
			t.hist.clear(c)
			t.hist.take(parts[i], block, c)
			t.hist.complete(c, t.total)
		}
		switch {
		case large == nil || !large[i].hist.live[block]:
		case live:
			large[i].hist.subtract(t.hist, c)
		default:
			large[i].hist.subtractAbsent(t.total, c)
		}
	}
}

// searchColumn looks for better splits of tips by a column.
func (g *grower) searchColumn(w *worker, number int, tips []*tip) {
	block := g.m.lanes[g.m.columns[number].lane].block
	for i, t := range tips {
		if t.hist.live[block] {
			if s := searchColumn(&g.rule, g.m, number, t); s.better(&w.best[i]) {
				w.best[i] = s
			}
		}
	}
}

func (g *grower) settle(t *tip) {
	if t.best.gain > 0 {
		c := &g.m.columns[t.best.column]
		t.best.settle(c, t.hist.at(c.cell+c.absent))
	}
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
