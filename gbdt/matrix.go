package gbdt

import "slices"

// Rows are worked on a segment at a time: few enough that their state stays in
// a core's second-level cache, and that workers finish together; not so few
// that the histograms of sparse data go in and out of the first-level cache all
// the time. Row numbers within a segment fit an uint16. The size does not
// change the model.
const (
	leastSegment = 1 << 12
	mostSegment  = 1 << 16
)

// segmentSize returns the rows of a segment, for 8 or more a worker.
func segmentSize(rows, workers int) int {
	size := mostSegment
	for size > leastSegment && size*8*workers > rows {
		size /= 2
	}
	return size
}

// matrix is training data by bins, laid out for building histograms.
//
// Columns that tend to be present in the same rows form a block; a block has a
// record of bins for each row with any of its columns. Dense data is one block
// with a record for every row. Records are in row order and a block's records
// together, so a histogram is built block by block, each in first-level cache,
// however many columns there are in all.
type matrix struct {
	rows    int
	segment int // rows of a segment
	columns []column
	blocks  []block
	lanes   []lane
	runs    [][]run // by segment
	cells   int     // of a node's histogram
	narrow  int     // narrow columns
	wide    int     // sums of all wide columns in a worker's histogram
}

// column says how one column's values become bins and where its sums are.
type column struct {
	*cuts
	absent  int // bin of absent values; with AbsentOwn one after the last
	cells   int // bins, and with AbsentOwn the one of absent values
	cell    int // first cell in a node's histogram
	lane    int
	at      int // place in the lane's records
	present int // rows with a value
	local   int // narrow: its number among them; wide: first sum among theirs
}

// block is a group of columns and the records of the rows that have any of them.
type block struct {
	columns []int
	lanes   []int
	row     []uint16 // of each record, within its segment; nil if every row has a record
}

// run is the records of a block in one segment.
type run struct {
	block    int
	from, to int
}

// lane is one part of a block's records: some columns of at most 255 bins, or
// one column of more.
type lane struct {
	block   int
	columns []int
	narrow  []uint8  // a bin a column, records one after another
	wide    []uint16 // one bin a record; nil in a narrow lane

	// byColumn holds narrow column by column too, where every row has a record
	// and vectors make use of it; else empty.
	byColumn [][]uint8
	local    int // of its first column
}

// Limits of bins. One number is left for absent values.
const (
	narrowBins = 255
	wideBins   = 65_535
)

// sums are a narrow column's in a worker's histogram.
type sums = [narrowBins + 1]int64

func (m *matrix) segments() int { return (m.rows + m.segment - 1) / m.segment }

// rowsOf returns the rows of a segment.
func (m *matrix) rowsOf(s int) (from, to int) {
	return s * m.segment, min((s+1)*m.segment, m.rows)
}

// place gives each column its cells and each block its lanes, once the
// columns' cuts are known.
func (m *matrix) place(a Absent) {
	for c := range m.columns {
		m.placeCells(&m.columns[c], a)
	}
	for i := range m.blocks {
		var narrow []int
		for _, c := range m.blocks[i].columns {
			if m.columns[c].isWide() {
				m.addWide(i, c)
			} else {
				narrow = append(narrow, c)
			}
		}
		for len(narrow) > 0 {
			w := laneWidth(len(narrow))
			m.addNarrow(i, narrow[:w])
			narrow = narrow[w:]
		}
	}
}

func (c *column) isWide() bool { return c.bins() > narrowBins }

func (m *matrix) placeCells(c *column, a Absent) {
	c.cell, c.cells, c.lane = m.cells, c.bins(), -1
	c.absent = c.bin(0)
	if a == AbsentOwn {
		c.absent = c.bins()
		c.cells++
	}
	m.cells += c.cells
}

func (m *matrix) addNarrow(at int, columns []int) {
	b := &m.blocks[at]
	b.lanes = append(b.lanes, len(m.lanes))
	for i, c := range columns {
		m.columns[c].lane, m.columns[c].at, m.columns[c].local = len(m.lanes), i, m.narrow+i
	}
	m.lanes = append(m.lanes, lane{block: at, columns: columns, local: m.narrow})
	m.narrow += len(columns)
}

func (m *matrix) addWide(at, c int) {
	b := &m.blocks[at]
	b.lanes = append(b.lanes, len(m.lanes))
	m.columns[c].lane, m.columns[c].local = len(m.lanes), m.wide
	m.lanes = append(m.lanes, lane{block: at, columns: []int{c}, wide: []uint16{}, local: m.wide})
	m.wide += m.columns[c].cells
}

// laneWidth returns the largest width that there is a kernel for.
func laneWidth(columns int) int {
	switch {
	case columns == 9:
		return 9
	case columns >= 8:
		return 8
	case columns >= 4:
		return 4
	case columns >= 2:
		return 2
	}
	return 1
}

// alloc makes room for the records of each block.
func (m *matrix) alloc(records func(block int) int) {
	for i := range m.blocks {
		n := records(i)
		for _, l := range m.blocks[i].lanes {
			if lane := &m.lanes[l]; lane.wide != nil {
				lane.wide = make([]uint16, n)
			} else {
				lane.narrow = make([]uint8, n*len(lane.columns))
			}
		}
	}
}

// set writes the bin of a column in a record.
func (m *matrix) set(c *column, record, bin int) {
	l := &m.lanes[c.lane]
	if l.wide != nil {
		l.wide[record] = uint16(bin)
	} else {
		l.narrow[record*len(l.columns)+c.at] = uint8(bin)
	}
}

// find returns the records of a block in a segment, if it has any.
func (m *matrix) find(s, block int) (run, bool) {
	runs := m.runs[s]
	i, ok := slices.BinarySearchFunc(runs, block, func(r run, b int) int { return r.block - b })
	if !ok {
		return run{}, false
	}
	return runs[i], true
}
