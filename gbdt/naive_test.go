package gbdt

import "slices"

// The naive twin of growing a tree: it looks at every row for every threshold,
// with the same statistics of rows and the same rule, and no bins, histograms,
// blocks or slots.
type naive struct {
	data  Dense // NaN where absent
	own   bool
	rule  *rule
	stats []total
	cfg   *Config
	tree  tree
}

type naiveTip struct {
	rows  []int
	depth int
	best  naiveSplit
	node  int32
}

type naiveSplit struct {
	gain       float64
	column     int
	value      float32
	absentLeft bool
}

func (n *naive) grow() tree {
	root := &naiveTip{}
	for r := range n.stats {
		root.rows = append(root.rows, r)
	}
	n.tree = tree{{left: noNode, right: noNode}}
	n.search(root)
	leaves := 1
	for tips := []*naiveTip{root}; len(tips) > 0; {
		at := n.choose(tips)
		t := tips[at]
		tips = slices.Delete(tips, at, at+1)
		if t.best.gain <= 0 || t.depth == n.cfg.Depth || leaves == n.cfg.Leaves {
			continue
		}
		leaves++
		left, right := n.split(t)
		tips = append(tips, left, right)
	}
	return n.tree
}

// choose takes the tips in order, or the one that gains most.
func (n *naive) choose(tips []*naiveTip) (best int) {
	if n.cfg.Leaves > 0 {
		for i, t := range tips {
			if t.depth != n.cfg.Depth && (tips[best].depth == n.cfg.Depth || t.best.gain > tips[best].best.gain) {
				best = i
			}
		}
	}
	return best
}

func (n *naive) split(t *naiveTip) (left, right *naiveTip) {
	at := int32(len(n.tree))
	n.tree = append(n.tree, node{left: noNode, right: noNode}, node{left: noNode, right: noNode})
	s := t.best
	n.tree[t.node] = node{left: at, right: at + 1, feature: int32(s.column), value: s.value, absentLeft: s.absentLeft, gain: float32(s.gain)}
	left, right = &naiveTip{node: at, depth: t.depth + 1}, &naiveTip{node: at + 1, depth: t.depth + 1}
	for _, r := range t.rows {
		x := n.data[s.column][r]
		if x < s.value || x != x && s.absentLeft {
			left.rows = append(left.rows, r)
		} else {
			right.rows = append(right.rows, r)
		}
	}
	n.search(left)
	n.search(right)
	return left, right
}

func (n *naive) search(t *naiveTip) {
	for c := range n.data {
		n.searchColumn(t, c)
	}
}

func (n *naive) searchColumn(t *naiveTip, c int) {
	values := []float32{}
	var absent total
	for _, r := range t.rows {
		if x := n.data[c][r]; n.stats[r].rows == 0 {
			continue // not in the tree's sample
		} else if x != x {
			absent = absent.plus(n.stats[r])
		} else {
			values = append(values, x)
		}
	}
	slices.Sort(values)
	values = slices.Compact(values)
	if len(values) == 0 {
		return
	}
	for _, absentLeft := range []bool{false, true} {
		for i := 1; i < len(values); i++ {
			n.try(t, naiveSplit{column: c, value: above(middle(values[i-1], values[i])), absentLeft: absentLeft}, absent)
		}
		if absent.rows == 0 {
			return
		}
	}
	n.try(t, naiveSplit{column: c, value: above(float64(largest(n.data[c])))}, absent)
}

func largest(values []float32) float32 {
	most := negativeInfinity
	for _, x := range values {
		if x > most {
			most = x
		}
	}
	return most
}

func (n *naive) try(t *naiveTip, s naiveSplit, absent total) {
	var left, right total
	for _, r := range t.rows {
		x := n.data[s.column][r]
		if x < s.value || x != x && s.absentLeft {
			left = left.plus(n.stats[r])
		} else {
			right = right.plus(n.stats[r])
		}
	}
	s.gain = n.rule.gain(&tip{bounds: unbounded}, s.column, left, right)
	if s.gain <= t.best.gain {
		return
	}
	switch {
	case !n.own:
		s.absentLeft = 0 < s.value
	case absent.rows == 0:
		s.absentLeft = left.weight >= right.weight
	}
	t.best = s
}
