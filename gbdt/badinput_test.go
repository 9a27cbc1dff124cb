package gbdt

import (
	"context"
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"
)

func TestBadInput(t *testing.T) {
	f := func(what string, set Examples, change func(*Config), is error, says string) {
		t.Helper()
		cfg := DefaultConfig()
		if change != nil {
			change(&cfg)
		}
		m, err := Train(context.Background(), set, cfg)
		if m != nil || err == nil || (is != nil && !errors.Is(err, is)) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: error %v, want %v that says %q", what, err, is, says)
		}
	}
	nan, inf := float32(math.NaN()), positiveInfinity
	y := []uint8{0, 1, 1}
	good := Dense{{1, 2, 3}, {3, 2, 1}}
	rows := func(indptr []int64, index []uint32, value ...float32) Examples {
		return Examples{Data: &Sparse{Width: 5, Indptr: indptr, Index: index, Value: value}, Labels: y}
	}
	f("no data", Examples{}, nil, ErrEmpty, "no rows")
	f("no rows", Examples{Data: Dense{{}}}, nil, ErrEmpty, "no rows")
	f("no columns", Examples{Data: Dense{}}, nil, ErrEmpty, "no rows")
	f("no sparse columns", Examples{Data: &Sparse{Width: -1, Indptr: []int64{0, 0, 0}}, Labels: y[:2]}, nil, ErrEmpty, "no rows")
	if many := int64(1 << 31); strconv.IntSize == 64 {
		f("too many rows", Examples{Data: sized{rows: int(many), columns: 3}}, nil, nil, "2147483648 rows by 3 columns, want at most 2147483647")
	}
	f("too many columns", Examples{Data: sized{rows: 3, columns: 1<<24 + 1}}, nil, nil, "3 rows by 16777217 columns")
	f("no sparse rows", Examples{Data: &Sparse{Width: 3}}, nil, ErrEmpty, "no rows")
	f("NaN", Examples{Data: Dense{{1, 2, 3}, {1, nan, 2}}, Labels: y}, nil, ErrValue, "row 1, column 1: NaN")
	f("infinity", Examples{Data: Dense{{1, 2, -inf}}, Labels: y}, nil, ErrValue, "row 2, column 0: -Inf")
	f("infinity as absent", Examples{Data: Dense{{1, 2, inf}}, Labels: y}, func(c *Config) { c.Absent = AbsentOwn }, ErrValue, "row 2, column 0: +Inf")
	f("column too short", Examples{Data: Dense{{1, 2, 3}, {1, 2}}, Labels: y}, nil, ErrWidth, "column 1 has 2 rows")
	f("labels too few", Examples{Data: good, Labels: y[:2]}, nil, ErrWidth, "2 labels for 3 rows")
	f("label 2", Examples{Data: good, Labels: []uint8{0, 1, 2}}, nil, nil, "row 2: label is 2")
	f("one class", Examples{Data: good, Labels: []uint8{1, 1, 1}}, nil, ErrOneClass, "both classes")
	f("one class with weight", Examples{Data: good, Labels: y, Weights: []float32{0, 1, 1}}, nil, ErrOneClass, "both classes")
	f("weight below 0", Examples{Data: good, Labels: y, Weights: []float32{1, 1, -1}}, nil, ErrValue, "row 2: weight is -1")
	f("weight NaN", Examples{Data: good, Labels: y, Weights: []float32{1, nan, 1}}, nil, ErrValue, "row 1: weight is NaN")
	f("weights add up to infinity", Examples{Data: good, Labels: y, Weights: []float32{1, 3e38, 1}},
		func(c *Config) { c.PositiveWeight = 1e300 }, ErrValue, "infinity")
	f("weights too many", Examples{Data: good, Labels: y, Weights: make([]float32, 4)}, nil, ErrWidth, "4 weights for 3 rows")
	f("sparse column too large", rows([]int64{0, 1, 1, 2}, []uint32{1, 5}, 1, 1), nil, ErrWidth, "row 2: column 5 at position 0")
	f("sparse columns fall", rows([]int64{0, 0, 2, 2}, []uint32{3, 1}, 1, 1), nil, ErrWidth, "row 1: column 1 at position 1")
	f("sparse column twice", rows([]int64{0, 0, 2, 2}, []uint32{3, 3}, 1, 1), nil, ErrWidth, "row 1: column 3 at position 1")
	f("sparse NaN", rows([]int64{0, 0, 2, 2}, []uint32{2, 3}, 1, nan), nil, ErrValue, "row 1, column 3: NaN")
	f("sparse values too few", rows([]int64{0, 0, 2, 2}, []uint32{2, 3}, 1), nil, ErrWidth, "2 indices beside 1 values")
	f("sparse rows overlap", rows([]int64{0, 2, 1, 2}, []uint32{2, 3}, 1, 1), nil, nil, "row 1: Indptr goes from 2 to 1")
	f("sparse rows past the end", rows([]int64{0, 1, 9, 2}, []uint32{2, 3}, 1, 1), nil, nil, "row 1: Indptr goes from 1 to 9")
	f("sparse rows not all", rows([]int64{0, 1, 1, 1}, []uint32{2, 3}, 1, 1), nil, nil, "want 0 to 2")
	f("no trees", Examples{Data: good, Labels: y}, func(c *Config) { c.Trees = 0 }, nil, "Trees is 0")
	f("NaN rate", Examples{Data: good, Labels: y}, func(c *Config) { c.LearningRate = math.NaN() }, nil, "LearningRate is NaN")
	f("monotone too long", Examples{Data: good, Labels: y}, func(c *Config) { c.Monotone = make([]int8, 3) }, ErrWidth, "Monotone")
	f("base of another width", Examples{Data: good, Labels: y}, func(c *Config) { c.Base = &Model{features: 3} }, ErrWidth, "Base has 3 features")
	f("patience without validation", Examples{Data: good, Labels: y}, func(c *Config) { c.Patience = 3 }, nil, "Patience needs Validation")
	f("validation of another width", Examples{Data: good, Labels: y},
		func(c *Config) { c.Validation = &Examples{Data: good[:1], Labels: y} }, ErrWidth, "validation has 1 columns")
	f("validation without weight", Examples{Data: good, Labels: y},
		func(c *Config) { c.Validation = &Examples{Data: good, Labels: y, Weights: make([]float32, 3)} }, ErrValue, "validation: all rows weigh 0")
	f("validation with NaN", Examples{Data: good, Labels: y},
		func(c *Config) { c.Validation = &Examples{Data: Dense{{1, nan, 2}, {1, 2, 3}}, Labels: y} }, ErrValue, "validation: row 1, column 0: NaN")
}

// sized is data that only says how large it is.
type sized struct {
	Data
	rows, columns int
}

func (s sized) Rows() int    { return s.rows }
func (s sized) Columns() int { return s.columns }

// A class may be as rare as one row in more than a float32 tells from none.
func TestRareClass(t *testing.T) {
	d, y := Dense{{1, 2, 3, 4}}, []uint8{0, 0, 0, 1}
	for _, w := range [][]float32{{1e9, 1e9, 1e9, 1}, {1e-30, 1e-30, 1e-30, 1}, {1, 1, 1, 1e-38}, {1, 1, 1, 1e38}} {
		m, err := Train(context.Background(), Examples{Data: d, Labels: y, Weights: w}, DefaultConfig())
		if err != nil {
			t.Errorf("weights %v: %v", w, err)
			continue
		}
		for r, p := range probabilities(t, m, d) {
			if !(p > 0 && p < 1) {
				t.Errorf("weights %v: row %d has probability %v", w, r, p)
			}
		}
	}
}
