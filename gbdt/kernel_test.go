package gbdt

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestLogistic(t *testing.T) {
	for x := -39.9; x < 39.9; x += 0.0137 {
		want := 1 / (1 + math.Exp(-x))
		if got := logistic(x); math.Abs(got-want) > 1e-8*want {
			t.Fatalf("logistic(%v) = %v, want %v", x, got, want)
		}
	}
}

func TestResidual(t *testing.T) {
	f := func(margin float32, label uint8) {
		t.Helper()
		want := int64(math.Round((float64(label) - 1/(1+math.Exp(-float64(margin)))) * residualOne))
		if got := residualOf(margin, label); max(got-want, want-got) > 1 {
			t.Errorf("residualOf(%v, %d) = %d, want %d", margin, label, got, want)
		}
	}
	for _, x := range []float32{0, 1, -1, 0.3, 7, -7, 18, -18, 39, -39, 1e9, -1e9} {
		f(x, 0)
		f(x, 1)
	}
}

func residualOf(margin float32, label uint8) int64 {
	stat := []int64{0}
	return newProbability().advance([]float32{margin}, []uint8{label}, []uint16{0}, stat, []float32{0})
}

const benchSize = 1 << 14

// Vectors do what loops do, bit by bit, whatever the number of rows.
func TestVectors(t *testing.T) {
	if !haveVectors {
		t.Skip("needs GOEXPERIMENT=simd on amd64 with AVX2")
	}
	x, p := newBenchRows(), newProbability()
	for i := range x.margin {
		x.margin[i] *= 15 // beyond the table too
	}
	for _, n := range []int{0, 1, 15, 16, 17, 40, 100, 1000} {
		for _, slots := range []int{3, 8, 20} {
			checkAdvance(t, x, p, n, slots)
		}
		checkRoute(t, x, n)
		if haveCompress {
			checkPositions(t, x, n)
		}
	}
}

func checkAdvance(t *testing.T, x *benchRows, p *probability, n, slots int) {
	t.Helper()
	step, slot := make([]float32, slots), make([]uint16, n)
	for i := range step {
		step[i] = float32(i) * 0.37
	}
	for i := range slot {
		slot[i] = uint16(i*7) % uint16(slots)
	}
	margin, stat := slices.Clone(x.margin[:n]), make([]int64, n)
	done, sum := p.advanceVectors(margin, x.label[:n], slot, stat, step)
	want := int64(0)
	for i := range done {
		if m := x.margin[i] + step[slot[i]]; margin[i] != m {
			t.Fatalf("%d rows: margin %d is %v, want %v", n, i, margin[i], m)
		}
		r := int64(x.label[i])<<residualBits - p.at(margin[i])
		want += r
		if stat[i] != pack(r) {
			t.Fatalf("%d rows: statistic %d is %d, want %d", n, i, stat[i], pack(r))
		}
	}
	if sum != want {
		t.Errorf("%d rows: residuals sum to %d, want %d", n, sum, want)
	}
}

func checkRoute(t *testing.T, x *benchRows, n int) {
	t.Helper()
	for _, m := range []move{{low: 0, span: 100, to: 9}, {low: 100, span: 155, to: 9}, {low: 255, span: 1, to: 9}, {low: 3, to: 9}} {
		slot, bins := slices.Clone(x.slot[:n]), x.rec[:n]
		done := routeVectors(slot, bins, 2, m)
		for i := range slot {
			want := x.slot[i]
			if i < done && want == 2 && uint16(bins[i]) >= m.low && uint16(bins[i]) < m.low+m.span {
				want = 9
			}
			if slot[i] != want {
				t.Fatalf("%d rows, %v: row %d with bin %d goes from %d to %d, want %d", n, m, i, bins[i], x.slot[i], slot[i], want)
			}
		}
	}
}

func checkPositions(t *testing.T, x *benchRows, n int) {
	t.Helper()
	pos := make([]uint16, n)
	done, listed := positionsVectors(pos, x.slot[:n], 2)
	var want []uint16
	for i, s := range x.slot[:done] {
		if s == 2 {
			want = append(want, uint16(i))
		}
	}
	if !slices.Equal(pos[:listed], want) {
		t.Errorf("%d rows: slot 2 at %v, want %v", n, pos[:listed], want)
	}
}

type benchRows struct {
	margin []float32
	label  []uint8
	slot   []uint16
	stat   []int64
	rec    []uint8
	pos    []uint16
}

func newBenchRows() *benchRows {
	r := rand.New(rand.NewPCG(1, 2))
	n := benchSize
	b := &benchRows{make([]float32, n), make([]uint8, n), make([]uint16, n), make([]int64, n), make([]uint8, 9*n), nil}
	for i := range n {
		b.margin[i], b.label[i], b.slot[i] = float32(r.NormFloat64()), uint8(r.IntN(2)), uint16(r.IntN(8))
		b.stat[i] = pack(residualOf(b.margin[i], b.label[i]))
		if b.slot[i] < 3 {
			b.pos = append(b.pos, uint16(i))
		}
	}
	for i := range b.rec {
		b.rec[i] = uint8(r.IntN(255))
	}
	return b
}

// The work on one segment, by step.
func BenchmarkStep(b *testing.B) {
	x, p, leaves := newBenchRows(), newProbability(), make([]int64, 16)
	moves, step := make([]move, 8), make([]float32, 8)
	for i := range moves {
		moves[i] = move{at: uint16(i), low: 100, span: 100, to: uint16(i+1) & 7}
	}
	var s [9]sums
	posA, posB := make([]uint16, benchSize), make([]uint16, benchSize)
	val := make([]int64, benchSize)
	w := &worker{val: val, slot: posA}
	f := func(name string, rows int, run func()) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				run()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/row")
		})
	}
	f("advance", benchSize, func() { p.advance(x.margin, x.label, x.slot, x.stat, step) })
	x = newBenchRows()
	f("route", benchSize, func() { routeNarrow(x.slot, x.rec, 9, moves) })
	x = newBenchRows()
	f("positions", benchSize, func() { positions(posA, x.slot, 1) })
	f("positions2", benchSize, func() { positions2(posA, posB, x.slot, 1, 4) })
	f("picked", len(x.pos), func() { w.picked(&block{}, run{}, x.pos, x.stat) })
	f("pick9", len(x.pos), func() { pick9(&s, x.rec, x.pos, val) })
	f("add9", benchSize, func() { add9(&s, x.rec, x.stat) })
	column := make([]uint8, benchSize)
	f("route vectors", benchSize, func() { routeVectors(x.slot, column, 1, moves[1]) })
	f("route first", benchSize, func() { routeFirst(x.slot, x.rec, 9, moves[1]) })
	x = newBenchRows()
	g := &grower{leaves: make([]leaf, 8), rows: &rows{slot: x.slot, stat: x.stat}}
	f("curves", benchSize, func() { g.sumCurves(leaves, 0, benchSize) })
}
