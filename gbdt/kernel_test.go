package gbdt

import (
	"math"
	"math/rand/v2"
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
	n := segmentRows
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
	posA, posB := make([]uint16, segmentRows), make([]uint16, segmentRows)
	val := make([]int64, segmentRows)
	w := &worker{val: val, slot: posA}
	f := func(name string, rows int, run func()) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				run()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/row")
		})
	}
	f("advance", segmentRows, func() { p.advance(x.margin, x.label, x.slot, x.stat, step) })
	x = newBenchRows()
	f("route", segmentRows, func() { routeNarrow(x.slot, x.rec, 9, moves) })
	x = newBenchRows()
	f("positions", segmentRows, func() { positions(posA, x.slot, 1) })
	f("positions2", segmentRows, func() { positions2(posA, posB, x.slot, 1, 4) })
	f("picked", len(x.pos), func() { w.picked(&block{}, run{}, x.pos, x.stat) })
	f("pick9", len(x.pos), func() { pick9(&s, x.rec, x.pos, val) })
	f("add9", segmentRows, func() { add9(&s, x.rec, x.stat) })
	column := make([]uint8, segmentRows)
	f("route vectors", segmentRows, func() { routeVectors(x.slot, column, 1, moves[1]) })
	f("route first", segmentRows, func() { routeFirst(x.slot, x.rec, 9, moves[1]) })
	x = newBenchRows()
	g := &grower{leaves: make([]leaf, 8), rows: &rows{slot: x.slot, stat: x.stat}}
	f("curves", segmentRows, func() { g.sumCurves(leaves, 0, segmentRows) })
}
