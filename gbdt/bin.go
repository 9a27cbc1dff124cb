package gbdt

import (
	"math/bits"
	"slices"
)

// Rows up to which, by default, each value of a column has its own bin, so
// that splits are exact; and the most values looked at to choose a column's bins.
const (
	exactRows  = 1 << 14
	sampleRows = 1 << 16
)

// newMatrix bins the data.
func newMatrix(d Data, cfg *Config) *matrix {
	m := &matrix{rows: d.Rows(), columns: make([]column, d.Columns())}
	m.segment = segmentSize(m.rows, workers(cfg.Goroutines, m.rows))
	m.runs = make([][]run, m.segments())
	d.load(m, cfg)
	return m
}

// binsFor returns the most bins of a column that so many rows have a value in.
func (c *Config) binsFor(rows, present int) int {
	if c.Bins > 0 {
		return c.Bins
	}
	if rows <= exactRows {
		return wideBins
	}
	return min(narrowBins, max(16, present/128))
}

func (d Dense) load(m *matrix, cfg *Config) {
	m.loadDense(cfg, func(c, from, to int, _ []float32) []float32 { return d[c][from:to] })
}

// loadDense bins columns that every row is in. Values returns those of some rows of a column; it may
// use scratch, which is what it returned last to the same worker.
func (m *matrix) loadDense(cfg *Config, values func(c, from, to int, scratch []float32) []float32) {
	scratch := make([][]float32, max(workers(cfg.Goroutines, len(m.columns)), workers(cfg.Goroutines, m.segments())))
	parallel(cfg.Goroutines, len(m.columns), func(w, c int) {
		scratch[w] = values(c, 0, m.rows, scratch[w])
		keys, present := sample(scratch[w])
		m.columns[c].present = present
		m.columns[c].cuts = newCuts(count(keys), cfg.binsFor(m.rows, present), present <= sampleRows)
	})
	clear(scratch) // a whole column each
	var b block
	for c := range m.columns {
		if m.columns[c].splits(m.rows) {
			b.columns = append(b.columns, c)
		}
	}
	m.blocks = []block{b}
	m.place(cfg.Absent)
	m.alloc(func(int) int { return m.rows })
	if haveVectors {
		m.allocByColumn()
	}
	parallel(cfg.Goroutines, m.segments(), func(w, s int) {
		from, to := m.rowsOf(s)
		m.runs[s] = []run{{0, from, to}}
		for _, c := range b.columns {
			scratch[w] = values(c, from, to, scratch[w])
			m.fillColumn(c, from, scratch[w])
		}
	})
}

// splits says whether a column can tell some of so many rows apart.
func (c *column) splits(rows int) bool {
	return c.bins() > 1 || (c.bins() == 1 && c.present < rows)
}

// allocByColumn makes room for narrow lanes column by column.
func (m *matrix) allocByColumn() {
	for i := range m.lanes {
		if l := &m.lanes[i]; l.wide == nil {
			for range l.columns {
				l.byColumn = append(l.byColumn, make([]uint8, m.rows))
			}
		}
	}
}

// fillColumn writes the bins of values, NaN being absent, into records that
// follow each other.
func (m *matrix) fillColumn(at, record int, values []float32) {
	c := &m.columns[at]
	l := &m.lanes[c.lane]
	for i, x := range values {
		b := c.absent
		if x == x {
			b = c.bin(x)
		}
		m.set(c, record+i, b)
		if len(l.byColumn) > 0 {
			l.byColumn[c.at][record+i] = uint8(b)
		}
	}
}

// sample returns the keys of at most sampleRows values that are not NaN, and
// how many such values there are.
func sample(values []float32) (keys []int32, present int) {
	values = withoutNaN(values)
	p := newPicker(len(values))
	keys = make([]int32, 0, p.wanted)
	for p.next < p.total {
		keys = append(keys, orderedKey(values[p.next]))
		p.advance()
	}
	return keys, len(values)
}

func withoutNaN(values []float32) []float32 {
	isNaN := func(x float32) bool { return x != x }
	if !slices.ContainsFunc(values, isNaN) {
		return values
	}
	return slices.DeleteFunc(slices.Clone(values), isNaN)
}

// picker picks a sample spread over all: one at random from each of as many
// equal strata as are wanted. It always picks the same.
type picker struct {
	total, wanted int
	stratum, next int
}

func newPicker(total int) picker {
	p := picker{total: total, wanted: min(total, sampleRows), stratum: -1}
	p.advance()
	return p
}

// skip goes on to the first pick from number i on.
func (p *picker) skip(i int) {
	if p.total > 0 {
		p.stratum = max(0, int(int64(i)*int64(p.wanted)/int64(p.total))-1) - 1
		p.advance()
	}
	for p.next < i {
		p.advance()
	}
}

func (p *picker) advance() {
	p.stratum++
	if p.stratum >= p.wanted {
		p.next = p.total
		return
	}
	first, end := p.bound(p.stratum), p.bound(p.stratum+1)
	hi, _ := bits.Mul64(mix(uint64(p.stratum)), uint64(end-first))
	p.next = first + int(hi)
}

func (p *picker) bound(stratum int) int { return stratum * p.total / p.wanted }

// mix is the finalizer of splitmix64 (Steele, Lea and Flood, 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
