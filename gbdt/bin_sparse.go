package gbdt

import "slices"

// load bins sparse rows. Two columns that follow each other join a block when
// they are mostly present together, as the features of one protocol are.
func (s *Sparse) load(m *matrix, cfg *Config) {
	together := s.present(m)
	s.cut(m, cfg)
	of := m.groupColumns(together)
	m.place(cfg.Absent)
	first := s.findRuns(m, of)
	m.alloc(func(b int) int { return first[b] })
	for b := range m.blocks {
		m.blocks[b].row = make([]uint16, first[b])
	}
	parallel(cfg.Goroutines, m.segments(), func(_, seg int) { s.fillRecords(m, seg, of) })
}

// present counts the rows that have each column, and those that have it and the next.
func (s *Sparse) present(m *matrix) (together []int) {
	together = make([]int, s.Width)
	last := uint32(s.Width)
	for _, c := range s.Index {
		m.columns[c].present++
		if c == last+1 { // also true across rows, once in a while: it is a guess only
			together[last]++
		}
		last = c
	}
	return together
}

// cut chooses the columns' bins from a sample of their values.
func (s *Sparse) cut(m *matrix, cfg *Config) {
	keys, pick := make([][]int32, s.Width), make([]picker, s.Width)
	seen := make([]int, s.Width)
	for c := range keys {
		pick[c] = newPicker(m.columns[c].present)
		keys[c] = make([]int32, 0, pick[c].wanted)
	}
	for i, c := range s.Index {
		if x := s.Value[i]; x == x {
			if pick[c].pick(seen[c]) {
				keys[c] = append(keys[c], orderedKey(x))
			}
			seen[c]++
		}
	}
	parallel(cfg.Goroutines, s.Width, func(_, c int) {
		col := &m.columns[c]
		values := count(keys[c])
		if cfg.Absent == AbsentZero && seen[c] > 0 {
			values = insertZero(values, scaled(m.rows-col.present, len(keys[c]), seen[c]))
		}
		col.cuts = newCuts(values, cfg.binsFor(m.rows, seen[c]), seen[c] <= sampleRows)
	})
}

// scaled returns n*a/b, but at least 1 of at least 1.
func scaled(n, a, b int) int { return max(min(n, 1), n*a/b) }

// maxBlock is the most columns of a block: wide ones would waste room on rows
// that have few of their columns.
const maxBlock = 64

// groupColumns forms blocks and returns the block of each column, or -1.
func (m *matrix) groupColumns(together []int) (of []int32) {
	of = make([]int32, len(m.columns))
	last := -1 // column
	for c := range m.columns {
		of[c] = -1
		if !m.columns[c].splits(m.rows) {
			continue
		}
		if !m.joins(last, c, together) {
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
func (m *matrix) joins(last, c int, together []int) bool {
	if last < 0 || last+1 != c || len(m.blocks[len(m.blocks)-1].columns) == maxBlock {
		return false
	}
	return 2*together[last] >= max(m.columns[last].present, m.columns[c].present)
}

// findRuns counts the records of each block in each segment, and returns the
// number of each block's.
func (s *Sparse) findRuns(m *matrix, of []int32) (total []int) {
	total = make([]int, len(m.blocks))
	for seg := range m.runs {
		begin := slices.Clone(total)
		s.eachRecord(m, seg, of, func(b int32, _ int, _, _ int64) { total[b]++ })
		for b := range total {
			if total[b] > begin[b] {
				m.runs[seg] = append(m.runs[seg], run{b, begin[b], total[b]})
			}
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

// fillRecords writes the records of a segment.
func (s *Sparse) fillRecords(m *matrix, seg int, of []int32) {
	next := make([]int, len(m.blocks))
	for _, run := range m.runs[seg] {
		next[run.block] = run.from
		for record := run.from; record < run.to; record++ {
			for _, c := range m.blocks[run.block].columns {
				m.set(&m.columns[c], record, m.columns[c].absent)
			}
		}
	}
	s.eachRecord(m, seg, of, func(b int32, row int, from, to int64) {
		record := next[b]
		next[b]++
		m.blocks[b].row[record] = uint16(row)
		for i := from; i < to; i++ {
			c := &m.columns[s.Index[i]]
			if x := s.Value[i]; x == x {
				m.set(c, record, c.bin(x))
			}
		}
	})
}
