package gbdt

import (
	"math"
	"slices"
)

// load bins sparse rows. Two columns that follow each other join a block when
// they are mostly present together, as the features of one protocol are.
func (s *Sparse) load(m *matrix, cfg *Config) {
	parts := s.count(m, cfg)
	s.cut(m, parts, cfg)
	of := m.groupColumns(parts)
	m.place(cfg.Absent)
	total := s.findRuns(m, of, cfg)
	m.alloc(func(b int) int { return total[b] })
	for b := range m.blocks {
		m.blocks[b].row = make([]uint16, total[b])
	}
	scratch := make([][]float32, workers(cfg.Goroutines, m.segments()))
	parallel(cfg.Goroutines, m.segments(), func(w, seg int) {
		scratch[w] = s.fillRecords(m, seg, of, scratch[w])
	})
}

// part counts, by column, the entries of some rows that follow each other.
type part struct {
	from, to int64 // entries
	present  []int // rows with a value
	together []int // rows with this column and the next
}

// count divides the rows among the workers and counts the columns' values.
func (s *Sparse) count(m *matrix, cfg *Config) []part {
	parts := make([]part, workers(cfg.Goroutines, m.segments()))
	parallel(cfg.Goroutines, len(parts), func(_, i int) {
		p := &parts[i]
		p.from, p.to = s.Indptr[i*m.rows/len(parts)], s.Indptr[(i+1)*m.rows/len(parts)]
		p.present, p.together = make([]int, s.Width), make([]int, s.Width)
		last := uint32(s.Width)
		for i, c := range s.Index[p.from:p.to] {
			if x := s.Value[p.from+int64(i)]; x != x {
				continue
			}
			p.present[c]++
			if c == last+1 { // also true across rows, once in a while: it is a guess only
				p.together[last]++
			}
			last = c
		}
	})
	for _, p := range parts {
		for c, n := range p.present {
			m.columns[c].present += n
		}
	}
	return parts
}

// cut chooses the columns' bins from a sample of their values.
func (s *Sparse) cut(m *matrix, parts []part, cfg *Config) {
	keys := make([][]int32, s.Width)
	for c := range keys {
		keys[c] = make([]int32, min(m.columns[c].present, sampleRows))
	}
	before := make([][]int, len(parts)) // values of each column before a part
	for i := range parts {
		before[i] = make([]int, s.Width)
		if i > 0 {
			for c, n := range parts[i-1].present {
				before[i][c] = before[i-1][c] + n
			}
		}
	}
	parallel(cfg.Goroutines, len(parts), func(_, i int) { s.sample(&parts[i], keys, before[i], m) })
	parallel(cfg.Goroutines, s.Width, func(_, c int) { m.columns[c].cut(keys[c], m.rows, cfg) })
}

// sample takes a part's share of the samples of columns' values. Seen counts
// the values of each column so far.
func (s *Sparse) sample(p *part, keys [][]int32, seen []int, m *matrix) {
	pick := make([]picker, s.Width)
	for c := range pick {
		pick[c] = newPicker(m.columns[c].present)
		pick[c].skip(seen[c])
	}
	for i, c := range s.Index[p.from:p.to] {
		x := s.Value[p.from+int64(i)]
		if x != x {
			continue
		}
		if pick[c].next == seen[c] {
			keys[c][pick[c].stratum] = orderedKey(x)
			pick[c].advance()
		}
		seen[c]++
	}
}

// cut chooses a column's bins from the keys of a sample.
func (c *column) cut(keys []int32, rows int, cfg *Config) {
	values := count(keys)
	if cfg.Absent == AbsentZero && c.present > 0 {
		values = insertZero(values, scaled(rows-c.present, len(keys), c.present))
	}
	c.cuts = newCuts(values, cfg.binsFor(rows, c.present), c.present <= sampleRows)
}

// scaled returns n*a/b, but at least 1 of at least 1.
func scaled(n, a, b int) int { return max(min(n, 1), n*a/b) }

// maxBlock is the most columns of a block: wide ones would waste room on rows
// that have few of their columns.
const maxBlock = 64

// groupColumns forms blocks and returns the block of each column, or -1.
func (m *matrix) groupColumns(parts []part) (of []int32) {
	of = make([]int32, len(m.columns))
	last := -1 // column
	for c := range m.columns {
		of[c] = -1
		if !m.columns[c].splits(m.rows) {
			continue
		}
		if !m.joins(last, c, parts) {
			m.blocks = append(m.blocks, block{})
		}
		b := &m.blocks[len(m.blocks)-1]
		b.columns = append(b.columns, c)
		of[c] = int32(len(m.blocks) - 1)
		last = c
	}
	return of
}

// joins says whether a column shares the block of the one before.
func (m *matrix) joins(last, c int, parts []part) bool {
	if last < 0 || last+1 != c || len(m.blocks[len(m.blocks)-1].columns) == maxBlock {
		return false
	}
	together := 0
	for _, p := range parts {
		together += p.together[last]
	}
	return 2*together >= max(m.columns[last].present, m.columns[c].present)
}

// findRuns counts the records of each block in each segment, and returns the
// number of each block's.
func (s *Sparse) findRuns(m *matrix, of []int32, cfg *Config) (total []int) {
	parallel(cfg.Goroutines, m.segments(), func(_, seg int) {
		records := make([]int, len(m.blocks))
		s.eachRecord(m, seg, of, func(b int32, _ int, _, _ int64) { records[b]++ })
		for b, n := range records {
			if n > 0 {
				m.runs[seg] = append(m.runs[seg], run{b, 0, n})
			}
		}
	})
	total = make([]int, len(m.blocks))
	for _, runs := range m.runs {
		for i := range runs {
			r := &runs[i]
			r.from, r.to = total[r.block], total[r.block]+r.to
			total[r.block] = r.to
		}
	}
	return total
}

// eachRecord calls yield with the entries of each record of a segment.
func (s *Sparse) eachRecord(m *matrix, seg int, of []int32, yield func(b int32, row int, from, to int64)) {
	first, end := m.rowsOf(seg)
	for r := first; r < end; r++ {
		for i := s.Indptr[r]; i < s.Indptr[r+1]; {
			b, from := of[s.Index[i]], i
			for i++; i < s.Indptr[r+1] && of[s.Index[i]] == b; i++ {
			}
			if b >= 0 {
				yield(b, r-first, from, i)
			}
		}
	}
}

// fillRecords writes the records of a segment. It first puts the values of each
// block's records together, column by column, so that a column's cuts stay in
// cache while its values become bins. It returns the scratch to use next time.
func (s *Sparse) fillRecords(m *matrix, seg int, of []int32, scratch []float32) []float32 {
	at, size := make([]int, len(m.blocks)), 0 // in scratch, of each block's values
	next := make([]int, len(m.blocks))        // record
	records := make([]int, len(m.blocks))
	for _, r := range m.runs[seg] {
		at[r.block], next[r.block], records[r.block] = size, r.from, r.to-r.from
		size += (r.to - r.from) * len(m.blocks[r.block].columns)
	}
	scratch = slices.Grow(scratch[:0], size)[:size]
	nan := float32(math.NaN())
	for i := range scratch {
		scratch[i] = nan
	}
	s.eachRecord(m, seg, of, func(b int32, row int, from, to int64) {
		block := &m.blocks[b]
		block.row[next[b]] = uint16(row)
		for i := from; i < to; i++ {
			scratch[at[b]+(int(s.Index[i])-block.columns[0])*records[b]] = s.Value[i]
		}
		next[b]++
		at[b]++
	})
	for _, r := range m.runs[seg] {
		values := scratch[at[r.block]-records[r.block]:]
		for i, c := range m.blocks[r.block].columns {
			m.fillColumn(c, r.from, values[i*records[r.block]:][:records[r.block]])
		}
	}
	return scratch
}
