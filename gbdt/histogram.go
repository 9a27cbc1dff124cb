package gbdt

// A row's statistics are integers, so that sums are exact and do not depend on
// their order: the residual times 2^26, and beside it in the same int64 a 1
// that counts the row. One addition then sums both. A sum of up to spillRows
// rows does not overflow; before it could, it is unpacked into a histogram.
const (
	residualBits = 26
	residualOne  = 1 << residualBits
	countBits    = 19
	spillRows    = 1 << (countBits - 1)
)

// pack returns a row's statistic.
func pack(residual int64) int64 { return residual<<countBits + 1 }

// unpack returns the sum of residuals and the number of rows.
func unpack(stat int64) (residual, rows int64) {
	return stat >> countBits, stat & (1<<countBits - 1)
}

// total sums up some rows.
type total struct {
	sum    int64 // of residuals, times weights if any; in 1/residualOne
	rows   int64
	weight int64 // what the criterion divides by; in 1/residualOne, equal to rows if all weigh 1
}

func (t total) minus(u total) total {
	return total{t.sum - u.sum, t.rows - u.rows, t.weight - u.weight}
}

func (t total) plus(u total) total {
	return total{t.sum + u.sum, t.rows + u.rows, t.weight + u.weight}
}

// histogram holds a total for each bin of each column, for the rows of a node.
type histogram struct {
	sum    []int64
	rows   []int32
	weight []int64 // nil if each row weighs 1
	live   []bool  // by block: false where the node has no records, and the cells mean nothing
}

func newHistogram(m *matrix, weighted bool) *histogram {
	h := &histogram{sum: make([]int64, m.cells), rows: make([]int32, m.cells), live: make([]bool, len(m.blocks))}
	if weighted {
		h.weight = make([]int64, m.cells)
	}
	return h
}

// at returns the total in a cell.
func (h *histogram) at(cell int) total {
	t := total{sum: h.sum[cell], rows: int64(h.rows[cell])}
	if h.weight == nil {
		t.weight = t.rows
	} else {
		t.weight = h.weight[cell]
	}
	return t
}

// add adds a total to a cell.
func (h *histogram) add(cell int, t total) {
	h.sum[cell] += t.sum
	h.rows[cell] += int32(t.rows)
	if h.weight != nil {
		h.weight[cell] += t.weight
	}
}

// plane holds one sum for each bin of each column.
type plane struct {
	narrow []sums
	wide   []int64
}

func newPlane(m *matrix) plane {
	return plane{make([]sums, m.narrow), make([]int64, m.wide)}
}

// of returns the sums of a column.
func (p *plane) of(c *column) []int64 {
	if c.isWide() {
		return p.wide[c.local : c.local+c.cells]
	}
	return p.narrow[c.local][:c.cells]
}

// tally is a worker's part of a histogram.
type tally struct {
	stat    plane
	weight  *plane     // nil if each row weighs 1
	added   []int      // by block: records in the sums
	spilled *histogram // nil if it never had to spill
}

func newTally(m *matrix, weighted bool) *tally {
	t := &tally{stat: newPlane(m), added: make([]int, len(m.blocks))}
	if weighted {
		w := newPlane(m)
		t.weight = &w
	}
	return t
}

// room counts records of a block that are going to be added, and makes room in
// its sums if they could overflow.
func (t *tally) room(m *matrix, block, records int) {
	if t.added[block]+records > spillRows {
		t.spill(m, block)
	}
	t.added[block] += records
}

// spill moves the sums of a block to a histogram.
func (t *tally) spill(m *matrix, block int) {
	if t.spilled == nil {
		t.spilled = newHistogram(m, t.weight != nil)
	}
	for _, c := range m.blocks[block].columns {
		t.move(t.spilled, &m.columns[c])
	}
	t.added[block], t.spilled.live[block] = 0, true
}

// move adds the sums of a column to a histogram and zeroes them.
func (t *tally) move(h *histogram, c *column) {
	stat := t.stat.of(c)
	sum, rows := h.sum[c.cell:][:len(stat)], h.rows[c.cell:][:len(stat)]
	for b, s := range stat {
		if s != 0 {
			residual, n := unpack(s)
			sum[b] += residual
			rows[b] += int32(n)
			stat[b] = 0
		}
	}
	if t.weight != nil {
		moveWeights(h.weight[c.cell:], t.weight.of(c))
	}
}

func moveWeights(to, from []int64) {
	for b, w := range from {
		to[b] += w
		from[b] = 0
	}
}

// take adds what worker tallies have of a column to a histogram, whose cells
// of it are zero, and zeroes it there.
func (h *histogram) take(tallies []*tally, block int, c *column) {
	for _, t := range tallies {
		if t.added[block] > 0 {
			t.move(h, c)
		}
		if t.spilled != nil && t.spilled.live[block] {
			for b := c.cell; b < c.cell+c.cells; b++ {
				h.add(b, t.spilled.at(b))
			}
			t.spilled.clear(c)
		}
	}
}

func (h *histogram) clear(c *column) {
	clear(h.sum[c.cell:][:c.cells])
	clear(h.rows[c.cell:][:c.cells])
	if h.weight != nil {
		clear(h.weight[c.cell:][:c.cells])
	}
}

// complete adds the rows that no sum counts to the cell of absent values.
func (h *histogram) complete(c *column, all total) {
	for b := c.cell; b < c.cell+c.cells; b++ {
		all = all.minus(h.at(b))
	}
	h.add(c.cell+c.absent, all)
}

// subtract takes the cells of a column of one child away from their parent's,
// which leaves the other child's.
func (h *histogram) subtract(child *histogram, c *column) {
	sum, rows := h.sum[c.cell:][:c.cells], h.rows[c.cell:][:c.cells]
	for b, s := range child.sum[c.cell:][:c.cells] {
		sum[b] -= s
		rows[b] -= child.rows[c.cell+b]
	}
	if h.weight != nil {
		w := h.weight[c.cell:][:c.cells]
		for b, x := range child.weight[c.cell:][:c.cells] {
			w[b] -= x
		}
	}
}

// subtractAbsent is subtract for a child without any value in the column.
func (h *histogram) subtractAbsent(all total, c *column) {
	h.add(c.cell+c.absent, total{-all.sum, -all.rows, -all.weight})
}
