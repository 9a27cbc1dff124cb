package gbdt

// batchRows is how many rows are predicted at a time: few enough that what a
// tree needs of them stays in first-level cache.
const batchRows = 64

// batch holds the inputs of some rows, at most batchRows.
type batch struct {
	forest *forest
	rows   int
	column [][]float32          // by input, batchRows values without NaN
	own    [][batchRows]float32 // by input, for values that the data does not have in columns
	cells  []cell               // of sparse rows, where own does not hold what absent is; nil for dense rows
	words  []uint64             // ranks of eight rows each, by scale
}

type cell struct{ input, row int32 }

func newBatch(f *forest) *batch {
	n := len(f.inputs)
	b := &batch{forest: f, column: make([][]float32, n), own: make([][batchRows]float32, n)}
	for i, in := range f.inputs {
		b.column[i] = b.own[i][:]
		for r := range b.own[i] {
			b.own[i][r] = in.absent
		}
	}
	if len(f.octets) > 0 {
		b.words = make([]uint64, len(f.scales)*batchRows/8)
		b.rankColumns()
	}
	return b
}

func (d Dense) fill(b *batch, from, to int) {
	b.rows = to - from
	for i, in := range b.forest.inputs {
		column := d[in.feature][from:to]
		if b.rows < batchRows || hasNaN(column) {
			column = b.copied(i, column)
		}
		b.column[i] = column
	}
}

func hasNaN(column []float32) bool {
	for _, x := range column {
		if x != x {
			return true
		}
	}
	return false
}

// copied returns a whole column of the batch's own with these values.
func (b *batch) copied(i int, column []float32) []float32 {
	for r, x := range column {
		if x != x {
			x = b.forest.inputs[i].absent
		}
		b.own[i][r] = x
	}
	return b.own[i][:]
}

func (s *Sparse) fill(b *batch, from, to int) {
	f := b.forest
	if b.cells == nil {
		b.cells = make([]cell, 0, 16*batchRows)
	}
	for _, c := range b.cells {
		b.own[c.input][c.row] = f.inputs[c.input].absent
	}
	b.rows, b.cells = to-from, b.cells[:0]
	for r := range b.rows {
		for i := s.Indptr[from+r]; i < s.Indptr[from+r+1]; i++ {
			x := s.Value[i]
			if x != x {
				continue
			}
			for in, end := f.inputsOf(s.Index[i]); in < end; in++ {
				b.own[in][r] = x
				b.cells = append(b.cells, cell{in, int32(r)})
			}
		}
	}
}

// addAll adds the trees' leaves to the margins of all rows of d, whose shape
// has been checked.
func (f *forest) addAll(margin []float32, d Data, goroutines int) {
	const piece = 64 * batchRows
	pieces := (len(margin) + piece - 1) / piece
	batches := make([]*batch, workers(goroutines, pieces))
	parallel(goroutines, pieces, func(w, i int) {
		if batches[w] == nil {
			batches[w] = newBatch(f)
		}
		b := batches[w]
		for from := i * piece; from < min((i+1)*piece, len(margin)); from += batchRows {
			to := min(from+batchRows, len(margin))
			d.fill(b, from, to)
			b.add(margin[from:to])
		}
	})
}

// add adds the leaves of the batch's rows to their margins.
func (b *batch) add(margin []float32) {
	var sums [batchRows]float32
	copy(sums[:], margin)
	switch {
	case len(b.forest.octets) == 0:
		b.addWalk(&sums)
	case haveVectors:
		b.addVectors(&sums)
	default:
		b.addOctets(&sums)
	}
	copy(margin, sums[:])
}

// addWalk goes through the trees from split to split, each row as many steps
// as the tree is deep: a leaf leads to itself.
func (b *batch) addWalk(sums *[batchRows]float32) {
	f := b.forest
	for t, root := range f.roots {
		for r := 0; r < batchRows; r += 4 {
			i, j, k, l := root, root, root, root
			for range f.depths[t] {
				i, j = b.step(i, r), b.step(j, r+1)
				k, l = b.step(k, r+2), b.step(l, r+3)
			}
			sums[r] += f.nodes[i].value
			sums[r+1] += f.nodes[j].value
			sums[r+2] += f.nodes[k].value
			sums[r+3] += f.nodes[l].value
		}
	}
}

func (b *batch) step(at int32, r int) int32 {
	n := &b.forest.nodes[at]
	return n.next(b.column[n.input][r])
}
