package evaluate

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"botnetdetect/dataset"
	"botnetdetect/feature"
	"botnetdetect/gbdt"
)

// Table holds one kind of features: a row a flow of the corpus.
type Table struct {
	Names []string // of the columns
	Data  gbdt.Data

	first map[string]uint32 // protocol → first of its nine columns; nil where columns are no blocks
}

// NewTable names the columns of data.
func NewTable(names []string, data gbdt.Data) (*Table, error) {
	if len(names) != data.Columns() {
		return nil, fmt.Errorf("cannot make table: %d names for %d columns", len(names), data.Columns())
	}
	return &Table{Names: names, Data: data}, nil
}

// blockTable lays out a set's blocks as model.Train does, so that training on the table
// gives the trees that "botnetdetect train" would: protocols by name, nine columns each.
func blockTable(set dataset.Set) *Table {
	t := &Table{first: make(map[string]uint32)}
	var protocols []string
	for i := range set.Examples {
		for _, b := range set.Examples[i].Traffic {
			if _, seen := t.first[b.Protocol]; !seen {
				t.first[b.Protocol] = 0
				protocols = append(protocols, b.Protocol)
			}
		}
	}
	slices.Sort(protocols)
	for _, p := range protocols {
		t.first[p] = uint32(len(t.Names))
		for i := range feature.Count {
			t.Names = append(t.Names, feature.FullName(p, i))
		}
	}
	rows := make([][]feature.Block, len(set.Examples))
	for i := range rows {
		rows[i] = set.Examples[i].Traffic
	}
	t.Data = t.lay(rows, set.Mode == feature.Agnostic)
	return t
}

// lay puts blocks into the table's columns; protocols that it has no columns for are
// passed over, as a trained model does.
func (t *Table) lay(rows [][]feature.Block, dense bool) gbdt.Data {
	s := &gbdt.Sparse{Width: len(t.Names), Indptr: []int64{0}}
	for _, blocks := range rows {
		blocks = slices.DeleteFunc(slices.Clone(blocks), func(b feature.Block) bool {
			_, ok := t.first[b.Protocol]
			return !ok
		})
		slices.SortFunc(blocks, func(x, y feature.Block) int { return cmp.Compare(t.first[x.Protocol], t.first[y.Protocol]) })
		for _, b := range blocks {
			for i, value := range b.Values {
				s.Index = append(s.Index, t.first[b.Protocol]+uint32(i))
				s.Value = append(s.Value, single(value))
			}
		}
		s.Indptr = append(s.Indptr, int64(len(s.Index)))
	}
	if dense {
		return densify(s)
	}
	return s
}

// single rounds to float32, within its finite range.
func single(x float64) float32 {
	return float32(min(max(x, -math.MaxFloat32), math.MaxFloat32))
}

func densify(s *gbdt.Sparse) gbdt.Dense {
	d := make(gbdt.Dense, s.Width)
	for c := range d {
		d[c] = make([]float32, s.Rows())
	}
	for r := range s.Rows() {
		for k := s.Indptr[r]; k < s.Indptr[r+1]; k++ {
			d[s.Index[k]][r] = s.Value[k]
		}
	}
	return d
}

// Pick returns some rows of data, in the order asked for.
func Pick(data gbdt.Data, rows []int) (gbdt.Data, error) {
	switch d := data.(type) {
	case gbdt.Dense:
		return pickDense(d, rows), nil
	case *gbdt.Sparse:
		return pickSparse(d, rows), nil
	}
	return nil, fmt.Errorf("cannot pick rows of data of kind %T", data)
}

func pickDense(d gbdt.Dense, rows []int) gbdt.Dense {
	picked := make(gbdt.Dense, len(d))
	for c := range d {
		picked[c] = make([]float32, len(rows))
		for i, r := range rows {
			picked[c][i] = d[c][r]
		}
	}
	return picked
}

func pickSparse(s *gbdt.Sparse, rows []int) *gbdt.Sparse {
	picked := &gbdt.Sparse{Width: s.Width, Indptr: make([]int64, 1, len(rows)+1)}
	for _, r := range rows {
		from, to := s.Indptr[r], s.Indptr[r+1]
		picked.Index = append(picked.Index, s.Index[from:to]...)
		picked.Value = append(picked.Value, s.Value[from:to]...)
		picked.Indptr = append(picked.Indptr, int64(len(picked.Index)))
	}
	return picked
}

// column returns one column of data, 0 where a value is absent.
func column(data gbdt.Data, c int) []float32 {
	switch d := data.(type) {
	case gbdt.Dense:
		return d[c]
	case *gbdt.Sparse:
		values := make([]float32, d.Rows())
		for r := range values {
			from, to := d.Indptr[r], d.Indptr[r+1]
			if i, ok := slices.BinarySearch(d.Index[from:to], uint32(c)); ok {
				values[r] = d.Value[from+int64(i)]
			}
		}
		return values
	}
	return nil
}

// align returns the table's data in the columns that names ask for; columns that it does
// not have are 0, others fall away, as a trained model takes them.
func align(t *Table, names []string) gbdt.Data {
	if s, sparse := t.Data.(*gbdt.Sparse); sparse {
		return alignSparse(s, t.Names, names)
	}
	own := make(map[string]int, len(t.Names))
	for i, name := range t.Names {
		own[name] = i
	}
	d := make(gbdt.Dense, len(names))
	for i, name := range names {
		if c, ok := own[name]; ok {
			d[i] = column(t.Data, c)
		} else {
			d[i] = make([]float32, t.Data.Rows())
		}
	}
	return d
}

// alignSparse needs both lists of names in one order, as blockTable makes them.
func alignSparse(s *gbdt.Sparse, from, to []string) *gbdt.Sparse {
	at := make(map[string]uint32, len(to))
	for i, name := range to {
		at[name] = uint32(i)
	}
	aligned := &gbdt.Sparse{Width: len(to), Indptr: []int64{0}}
	for r := range s.Rows() {
		for k := s.Indptr[r]; k < s.Indptr[r+1]; k++ {
			if c, ok := at[from[s.Index[k]]]; ok {
				aligned.Index, aligned.Value = append(aligned.Index, c), append(aligned.Value, s.Value[k])
			}
		}
		aligned.Indptr = append(aligned.Indptr, int64(len(aligned.Index)))
	}
	return aligned
}
