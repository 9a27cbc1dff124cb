package gbdt

import "fmt"

// Picked is some rows of a dense table, in an order of their own, without a copy of their values:
// a model of them is that of a Dense that holds copies, bit by bit.
type Picked struct {
	Of     Dense
	Places []uint32 // of each row in Of, below its rows; one may be there more than once
}

// Rows returns how many rows are picked.
func (p *Picked) Rows() int { return len(p.Places) }

// Columns returns the number of columns.
func (p *Picked) Columns() int { return len(p.Of) }

func (p *Picked) checkShape() error {
	for r, at := range p.Places {
		if int64(at) >= int64(p.Of.Rows()) {
			return fmt.Errorf("row %d is picked from place %d of %d: %w", r, at, p.Of.Rows(), ErrWidth)
		}
	}
	return p.Of.checkShape()
}

func (p *Picked) check(cfg *Config) error {
	if err := p.checkShape(); err != nil {
		return err
	}
	return firstError(cfg.Goroutines, len(p.Of), func(c int) error {
		for r, at := range p.Places {
			if x := p.Of[c][at]; !valid(x, cfg.Absent) {
				return fmt.Errorf("row %d, column %d: %v is %w", r, c, x, ErrValue)
			}
		}
		return nil
	})
}

func (p *Picked) load(m *matrix, cfg *Config) { m.loadDense(cfg, p.values) }

// values copies the values of some rows in a column to scratch, which it grows if need be.
func (p *Picked) values(c, from, to int, scratch []float32) []float32 {
	scratch = scratch[:0]
	if cap(scratch) < to-from {
		scratch = make([]float32, 0, to-from)
	}
	for _, at := range p.Places[from:to] {
		scratch = append(scratch, p.Of[c][at])
	}
	return scratch
}

func (p *Picked) fill(b *batch, from, to int) {
	b.rows = to - from
	for i, in := range b.forest.inputs {
		column := p.Of[in.feature]
		for r, at := range p.Places[from:to] {
			x := column[at]
			if x != x {
				x = in.absent
			}
			b.own[i][r] = x
		}
	}
}
