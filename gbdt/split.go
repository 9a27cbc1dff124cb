package gbdt

import "slices"

// column is a column of training data by bins: the rows with a value, and the
// bin of each. All other rows are in bin zero.
type column struct {
	cuts *cuts
	rows []int32
	bins []uint16
	zero int
}

// exactRows is the number of rows up to which each distinct value of a column
// has its own bin by default.
const exactRows = 1 << 16

func newColumns(d Data, cfg Config) []column {
	bins := cfg.Bins
	if bins == 0 {
		bins = 255
		if d.Rows() <= exactRows {
			bins = exactRows - 1
		}
	}
	columns := make([]column, d.Columns())
	values := make([][]float32, d.Columns())
	gather(d, func(r, c int, x float32) {
		columns[c].rows = append(columns[c].rows, int32(r))
		values[c] = append(values[c], x)
	})
	for c := range columns {
		columns[c].fill(values[c], d.Rows(), bins)
	}
	return columns
}

func gather(d Data, yield func(r, c int, x float32)) {
	switch d := d.(type) {
	case Dense:
		for c, col := range d {
			for r, x := range col {
				yield(r, c, x)
			}
		}
	case *Sparse:
		for r := range d.Rows() {
			for i := d.Indptr[r]; i < d.Indptr[r+1]; i++ {
				yield(r, int(d.Index[i]), d.Value[i])
			}
		}
	}
}

func (c *column) fill(values []float32, rows, bins int) {
	value, weight := distinct(slices.Clone(values))
	if absent := rows - len(values); absent > 0 {
		i, found := slices.BinarySearch(value, 0)
		if !found {
			value, weight = slices.Insert(value, i, 0), slices.Insert(weight, i, 0)
		}
		weight[i] += absent
	}
	c.cuts = newCuts(value, weight, bins)
	c.bins = make([]uint16, len(values))
	for i, x := range values {
		c.bins[i] = uint16(c.cuts.bin(x))
	}
	c.zero = c.cuts.bin(0)
}

// split sends the bins up to bin left; after is the next bin that the node has
// rows in.
type split struct {
	gain               float64
	column, bin, after int
}

type total struct {
	sum  int64 // of residuals
	rows int64
}

func (t *trainer) bestSplit(n int32) (best split) {
	var all total
	for r, at := range t.at {
		if at == n {
			all.sum += t.residual[r]
			all.rows++
		}
	}
	for c := range t.columns {
		if s := t.columnSplit(n, c, all); s.gain > best.gain {
			best = s
		}
	}
	return best
}

func (t *trainer) columnSplit(n int32, at int, all total) (best split) {
	c := &t.columns[at]
	hist := make([]total, len(c.cuts.low))
	rest := all
	for i, r := range c.rows {
		if t.at[r] == n {
			b := &hist[c.bins[i]]
			b.sum += t.residual[r]
			b.rows++
			rest.sum -= t.residual[r]
			rest.rows--
		}
	}
	hist[c.zero].sum += rest.sum
	hist[c.zero].rows += rest.rows
	var left total
	last := -1
	for b, h := range hist {
		if h.rows == 0 {
			continue
		}
		if last >= 0 {
			if g := t.gain(left, all); g > best.gain {
				best = split{gain: g, column: at, bin: last, after: b}
			}
		}
		left.sum += h.sum
		left.rows += h.rows
		last = b
	}
	return best
}

// gain is friedman_mse: wl*wr/(wl+wr) * (mean left - mean right)², Friedman
// (2001), formula 35, times the rows of the node.
func (t *trainer) gain(left, all total) float64 {
	right := all.rows - left.rows
	if min(left.rows, right) < int64(t.cfg.MinSamples) {
		return 0
	}
	diff := (float64(left.sum)*float64(all.rows) - float64(all.sum)*float64(left.rows)) / residualOne
	return diff * diff / (float64(left.rows) * float64(right) * float64(all.rows))
}
