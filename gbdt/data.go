package gbdt

import (
	"errors"
	"fmt"
	"math"
)

// Data is a table of float32 values, rows by columns: Dense, *Picked or *Sparse.
type Data interface {
	Rows() int
	Columns() int
	checkShape() error           // of what prediction relies on
	check(cfg *Config) error     // of what training relies on
	load(m *matrix, cfg *Config) // bins
	fill(b *batch, from, to int) // takes rows to predict
}

// Dense holds a table column by column: Dense[c][r]. All columns have one
// length.
type Dense [][]float32

// Rows returns the length of the first column, 0 if there is none.
func (d Dense) Rows() int {
	if len(d) == 0 {
		return 0
	}
	return len(d[0])
}

// Columns returns the number of columns.
func (d Dense) Columns() int { return len(d) }

// Sparse holds a table row by row, present values only (compressed sparse
// rows): row r has the values Value[Indptr[r]:Indptr[r+1]] in the columns
// Index[Indptr[r]:Indptr[r+1]], which rise strictly.
type Sparse struct {
	Width  int       // columns
	Indptr []int64   // len rows+1, from 0, not falling
	Index  []uint32  // columns, below Width
	Value  []float32 // beside Index
}

// Rows returns the number of rows.
func (s *Sparse) Rows() int { return max(0, len(s.Indptr)-1) }

// Columns returns Width.
func (s *Sparse) Columns() int { return s.Width }

// Examples are rows with their labels.
type Examples struct {
	Data    Data
	Labels  []uint8   // 0 or 1, one a row
	Weights []float32 // at least 0, one a row; nil for all 1. They count to 2^-26 of the largest
}

// Errors that Train returns, wrapped in what was found where.
var (
	ErrEmpty    = errors.New("no rows or no columns")
	ErrOneClass = errors.New("all labels are the same: training needs both classes")
	ErrValue    = errors.New("not a finite number")
	ErrWidth    = errors.New("wrong number of values")
)

// maxRows and maxColumns keep every index within an int32.
const (
	maxRows    = math.MaxInt32
	maxColumns = 1 << 24
)

func (e *Examples) check(cfg *Config) error {
	if e.Data == nil || e.Data.Rows() < 1 || e.Data.Columns() < 1 {
		return ErrEmpty
	}
	if e.Data.Rows() > maxRows || e.Data.Columns() > maxColumns {
		return fmt.Errorf("%d rows by %d columns, want at most %d by %d", e.Data.Rows(), e.Data.Columns(), maxRows, maxColumns)
	}
	if len(e.Labels) != e.Data.Rows() {
		return fmt.Errorf("%d labels for %d rows: %w", len(e.Labels), e.Data.Rows(), ErrWidth)
	}
	for r, y := range e.Labels {
		if y > 1 {
			return fmt.Errorf("row %d: label is %d, want 0 or 1", r, y)
		}
	}
	if err := e.checkWeights(); err != nil {
		return err
	}
	return e.Data.check(cfg)
}

func (e *Examples) checkWeights() error {
	if e.Weights != nil && len(e.Weights) != len(e.Labels) {
		return fmt.Errorf("%d weights for %d rows: %w", len(e.Weights), len(e.Labels), ErrWidth)
	}
	for r, w := range e.Weights {
		if !(w >= 0) || w-w != 0 {
			return fmt.Errorf("row %d: weight is %v, want a finite number of at least 0: %w", r, w, ErrValue)
		}
	}
	return nil
}

func (d Dense) check(cfg *Config) error {
	if err := d.checkShape(); err != nil {
		return err
	}
	return firstError(cfg.Goroutines, len(d), func(c int) error {
		for r, x := range d[c] {
			if !valid(x, cfg.Absent) {
				return fmt.Errorf("row %d, column %d: %v is %w", r, c, x, ErrValue)
			}
		}
		return nil
	})
}

func (d Dense) checkShape() error {
	for c, column := range d {
		if len(column) != d.Rows() {
			return fmt.Errorf("column %d has %d rows, column 0 has %d: %w", c, len(column), d.Rows(), ErrWidth)
		}
	}
	return nil
}

func valid(x float32, a Absent) bool {
	if x-x == 0 {
		return true
	}
	return a == AbsentOwn && x != x
}

func (s *Sparse) check(cfg *Config) error {
	if err := s.checkShape(); err != nil {
		return err
	}
	return s.eachRow(func(r int, from, to int64) error {
		for i, x := range s.Value[from:to] {
			if !valid(x, cfg.Absent) {
				return fmt.Errorf("row %d, column %d: %v is %w", r, s.Index[from+int64(i)], x, ErrValue)
			}
		}
		return nil
	})
}

func (s *Sparse) checkShape() error {
	switch {
	case len(s.Index) != len(s.Value):
		return fmt.Errorf("%d indices beside %d values: %w", len(s.Index), len(s.Value), ErrWidth)
	case s.Rows() == 0:
		return nil
	case s.Indptr[0] != 0 || s.Indptr[s.Rows()] != int64(len(s.Index)):
		return fmt.Errorf("row starts (Indptr) go from %d to %d, want 0 to %d", s.Indptr[0], s.Indptr[s.Rows()], len(s.Index))
	}
	return s.eachRow(func(r int, from, to int64) error {
		if from > to || from < 0 || to > int64(len(s.Index)) {
			return fmt.Errorf("row %d: Indptr goes from %d to %d of %d", r, from, to, len(s.Index))
		}
		if err := checkIndex(s.Index[from:to], int(to-from), s.Width); err != nil {
			return fmt.Errorf("row %d: %w", r, err)
		}
		return nil
	})
}

// eachRow calls check with the entries of each row and returns the error of the
// first row that has one.
func (s *Sparse) eachRow(check func(r int, from, to int64) error) error {
	const piece = 1 << 14
	return firstError(0, (s.Rows()+piece-1)/piece, func(p int) error {
		for r := p * piece; r < min((p+1)*piece, s.Rows()); r++ {
			if err := check(r, s.Indptr[r], s.Indptr[r+1]); err != nil {
				return err
			}
		}
		return nil
	})
}

// checkIndex wants a row's columns to rise strictly, below width.
func checkIndex(index []uint32, values, width int) error {
	if len(index) != values {
		return fmt.Errorf("%d indices beside %d values: %w", len(index), values, ErrWidth)
	}
	next := uint32(0)
	for i, c := range index {
		if c < next || int64(c) >= int64(width) {
			return fmt.Errorf("column %d at position %d: want columns to rise strictly and stay below %d: %w", c, i, width, ErrWidth)
		}
		next = c + 1
	}
	return nil
}
