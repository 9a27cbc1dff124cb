package gbdt

// split parts the rows of a node by one column.
type split struct {
	gain        float64
	column      int
	last        int     // last bin that goes left
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
	c, h := s.column, s.node.hist
	rows := h.rows[c.cell:][:c.bins()]
	last := -1 // bin with rows
	for b, n := range rows {
		if n == 0 {
			continue
		}
		if last >= 0 {
			s.consider(left, last, b, absentLeft)
		}
		left = left.plus(h.at(c.cell + b))
		last = b
	}
}

// consider keeps the split between two bins that have rows, and none between
// them, if it is better.
func (s *searcher) consider(left total, last, next int, absentLeft bool) {
	right := s.node.total.minus(left)
	if gain := s.rule.gain(s.node, s.number, left, right); gain > s.best.gain {
		s.best = split{gain: gain, column: s.number, absentLeft: absentLeft, left: left, right: right}
		s.best.last, s.best.value = s.column.threshold(last, next)
	}
}

// apart tries to send all present rows left and the absent ones right.
func (s *searcher) apart(absent total) {
	c := s.column
	value := above(float64(c.high[c.bins()-1]))
	left := s.node.total.minus(absent)
	if gain := s.rule.gain(s.node, s.number, left, absent); gain > s.best.gain && value-value == 0 {
		s.best = split{gain: gain, column: s.number, last: c.bins() - 1, value: value, left: left, right: absent}
	}
}

// settle decides what could be left open while searching: where absent values
// go if the node has none (to the larger side), or are zeros (where 0 goes).
func (s *split) settle(c *column, absent total) {
	switch {
	case c.absent < c.bins():
		s.absentLeft = 0 < s.value
	case absent.rows == 0:
		s.absentLeft = s.left.weight >= s.right.weight
	}
}
