package gbdt

import "math"

// split parts the rows of a node by one column.
type split struct {
	gain        float64
	column      int
	last, next  int     // last bin that goes left, and first with rows that goes right
	value       float32 // rows below it go left
	absentLeft  bool
	left, right total
}

// better says whether s is to be preferred. Equal gains go to the first column,
// so that the order in which columns are searched does not matter.
func (s *split) better(t *split) bool {
	return s.gain > t.gain || (s.gain == t.gain && s.gain > 0 && s.column < t.column)
}

// searcher finds the best split of one column of a node.
type searcher struct {
	rule   *rule
	column *column
	number int
	node   *tip
	best   split
}

// searchColumn returns the best split of a column, or one without gain.
func searchColumn(r *rule, m *matrix, number int, node *tip) split {
	s := searcher{rule: r, column: &m.columns[number], number: number, node: node}
	if s.column.absent < s.column.bins() {
		s.scan(total{}, false)
		return s.best
	}
	absent := node.hist.at(s.column.cell + s.column.absent)
	s.scan(total{}, false)
	if absent.rows > 0 {
		s.scan(absent, true)
		s.apart(absent)
	}
	return s.best
}

// scan tries all thresholds. Left starts with the absent rows, if they go left.
func (s *searcher) scan(left total, absentLeft bool) {
	c, h, r, all := s.column, s.node.hist, s.rule, s.node.total
	rows := h.rows[c.cell:][:c.bins()]
	sum, weight := h.sum[c.cell:][:len(rows)], h.weight
	if weight != nil {
		weight = weight[c.cell:][:len(rows)]
	}
	limit := s.limit()
	last := -1 // bin with rows
	for b, n := range rows {
		if n == 0 {
			continue
		}
		if last >= 0 {
			gl, wl := float64(left.sum)*r.sumUnit, float64(left.weight)*r.weightUnit
			gr, wr := float64(all.sum-left.sum)*r.sumUnit, float64(all.weight-left.weight)*r.weightUnit
			if diff := gl*wr - gr*wl; diff*diff > limit*wl*wr {
				s.consider(left, last, b, absentLeft)
				limit = s.limit()
			}
		}
		left.sum += sum[b]
		left.rows += int64(n)
		if weight == nil {
			left.weight += int64(n)
		} else {
			left.weight += weight[b]
		}
		last = b
	}
}

// limit says cheaply which splits cannot be better than the best: those whose
// diff, squared, is not above limit times the weights of both sides. It leaves
// room for rounding.
func (s *searcher) limit() float64 {
	r := s.rule
	if r.l2 != 0 || r.monotone != nil {
		return -1
	}
	return max(s.best.gain, r.minGain) * (1 - 1e-9) * float64(s.node.total.weight) * r.weightUnit
}

// consider keeps the split between two bins that have rows, and none between
// them, if it is better.
func (s *searcher) consider(left total, last, next int, absentLeft bool) {
	right := s.node.total.minus(left)
	if gain := s.rule.gain(s.node, s.number, left, right); gain > s.best.gain {
		s.best = split{gain: gain, column: s.number, last: last, next: next, absentLeft: absentLeft, left: left, right: right}
	}
}

// apart tries to send all present rows left and the absent ones right.
func (s *searcher) apart(absent total) {
	c := s.column
	left := s.node.total.minus(absent)
	if gain := s.rule.gain(s.node, s.number, left, absent); gain > s.best.gain && c.high[c.bins()-1] < math.MaxFloat32 {
		s.best = split{gain: gain, column: s.number, last: c.bins() - 1, next: c.bins(), left: left, right: absent}
	}
}

// settle decides what was left open while searching: the threshold, and where
// absent values go if the node has none (to the larger side), or are zeros.
func (s *split) settle(c *column, absent total) {
	s.last, s.value = c.threshold(s.last, s.next)
	switch {
	case c.absent < c.bins():
		s.absentLeft = 0 < s.value
	case absent.rows == 0:
		s.absentLeft = s.left.weight >= s.right.weight
	}
}
