package gbdt

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"testing"
)

// flows makes rows like sums over flows: heavy tails, many zeros.
func flows(rows int, seed uint64) (Dense, []uint8) {
	r := rand.New(rand.NewPCG(seed, 1))
	d := make(Dense, 5)
	for c := range d {
		d[c] = make([]float32, rows)
	}
	y := make([]uint8, rows)
	for i := range rows {
		for c := range d {
			if r.IntN(3) > 0 {
				d[c][i] = float32(math.Exp(2 * r.NormFloat64()))
			}
		}
		if d[0][i]+d[1][i] > 2*d[2][i]+float32(r.ExpFloat64()) {
			y[i] = 1
		}
	}
	return d, y
}

// coarse makes rows of ten values a column and much noise, so that every node
// has many rows and no two columns part one in the same way.
func coarse(rows int, seed uint64) (Dense, []uint8) {
	r := rand.New(rand.NewPCG(seed, 2))
	d := make(Dense, 5)
	y := make([]uint8, rows)
	for i := range rows {
		sum := 0.0
		for c := range d {
			x := r.IntN(10)
			d[c] = append(d[c], float32(math.Exp2(float64(x))))
			sum += float64((x + c) % 7 * (c + 1))
		}
		if r.Float64() < 1/(1+math.Exp(5-sum/9)) {
			y[i] = 1
		}
	}
	return d, y
}

// sparse leaves the zeros out.
func sparse(d Dense) *Sparse {
	s := &Sparse{Width: d.Columns(), Indptr: []int64{0}}
	for r := range d.Rows() {
		for c := range d {
			if x := d[c][r]; x != 0 {
				s.Index, s.Value = append(s.Index, uint32(c)), append(s.Value, x)
			}
		}
		s.Indptr = append(s.Indptr, int64(len(s.Index)))
	}
	return s
}

func mustTrain(t testing.TB, data Data, y []uint8, change func(*Config)) *Model {
	t.Helper()
	cfg := DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	m, err := Train(context.Background(), Examples{Data: data, Labels: y}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func file(t testing.TB, m *Model) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := m.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
