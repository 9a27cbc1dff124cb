//go:build goexperiment.simd && amd64

package gbdt

import (
	"math/bits"
	"simd/archsimd"
)

// advanceVectors is advance for most rows, at the start: it returns how many,
// and the sum of their residuals. It computes the same, four rows at a time, so
// the same bits.
func (t *probability) advanceVectors(margin []float32, label []uint8, slot []uint16, stat []int64, step []float32) (n int, sum int64) {
	n = len(margin) &^ 15
	n = max(0, min(n, len(label)-16)) &^ 7 // labels are loaded sixteen at a time
	addSteps(margin[:n], slot, step)
	limit, low := archsimd.BroadcastFloat32x4(tableLimit), archsimd.BroadcastFloat32x4(-tableLimit)
	steps, round := archsimd.BroadcastFloat32x4(tableSteps), archsimd.BroadcastFloat64x4(rounder)
	mask, zero := archsimd.BroadcastInt64x4(tableSize-1), archsimd.BroadcastInt64x4(tableZero)
	bias, one := archsimd.BroadcastInt64x4(rounderBits), archsimd.BroadcastInt64x4(1)
	var total archsimd.Int64x4
	for i := 0; i < n; i += 4 {
		x := archsimd.LoadFloat32x4((*[4]float32)(margin[i:])).Min(limit).Max(low)
		s := x.Mul(steps).ConvertToFloat64()
		near := s.Add(round)
		at := near.AsInt64x4().Add(zero).And(mask)
		d := s.Sub(near.Sub(round))
		c0, c1, c2, c3 := t.four(at)
		p := d.Mul(c3).Add(c2).Mul(d).Add(c1).Mul(d).Add(c0).Add(round)
		y := archsimd.LoadUint8x16((*[16]uint8)(label[i:])).ExtendLo4ToUint64().AsInt64x4()
		r := y.ShiftAllLeft(residualBits).Sub(p.AsInt64x4().Sub(bias))
		r.ShiftAllLeft(countBits).Add(one).Store((*[4]int64)(stat[i:]))
		total = total.Add(r)
	}
	lo, hi := total.GetLo(), total.GetHi()
	return n, lo.GetElem(0) + lo.GetElem(1) + hi.GetElem(0) + hi.GetElem(1)
}

// four returns the coefficients at four places of the table, by power.
func (t *probability) four(at archsimd.Int64x4) (c0, c1, c2, c3 archsimd.Float64x4) {
	lo, hi := at.GetLo(), at.GetHi()
	row := func(i int64) archsimd.Int64x4 {
		return archsimd.LoadFloat64x4((*[4]float64)(&t[i&(tableSize-1)])).AsInt64x4()
	}
	a, b, c, d := row(lo.GetElem(0)), row(lo.GetElem(1)), row(hi.GetElem(0)), row(hi.GetElem(1))
	ab02, ab13 := a.InterleaveLoGrouped(b).AsFloat64x4(), a.InterleaveHiGrouped(b).AsFloat64x4()
	cd02, cd13 := c.InterleaveLoGrouped(d).AsFloat64x4(), c.InterleaveHiGrouped(d).AsFloat64x4()
	return ab02.Select128FromPair(0, 2, cd02), ab13.Select128FromPair(0, 2, cd13),
		ab02.Select128FromPair(1, 3, cd02), ab13.Select128FromPair(1, 3, cd13)
}

// addSteps adds to each margin the step of its slot.
func addSteps(margin []float32, slot []uint16, step []float32) {
	if len(step) > 8 {
		slot = slot[:len(margin)]
		for i, s := range slot {
			margin[i] += step[s]
		}
		return
	}
	var table [8]float32
	copy(table[:], step)
	steps := archsimd.LoadFloat32x8(&table)
	for i := 0; i < len(margin); i += 8 {
		to := (*[8]float32)(margin[i:])
		at := archsimd.LoadUint16x8((*[8]uint16)(slot[i:])).ExtendToUint32()
		archsimd.LoadFloat32x8(to).Add(steps.Permute(at)).Store(to)
	}
}

// routeVectors sends the rows of a slot through one move, sixteen at a time, at
// the start, and returns how many. Column holds the rows' bins.
func routeVectors(slot []uint16, column []uint8, from uint16, m move) (n int) {
	n = min(len(slot), len(column)) &^ 15
	mine, to := archsimd.BroadcastUint16x16(from), archsimd.BroadcastUint16x16(m.to)
	below, above := archsimd.BroadcastInt16x16(int16(m.low)-1), archsimd.BroadcastInt16x16(int16(m.low+m.span))
	for i := 0; i < n; i += 16 {
		at := (*[16]uint16)(slot[i:])
		s := archsimd.LoadUint16x16(at)
		b := archsimd.LoadUint8x16((*[16]uint8)(column[i:])).ExtendToUint16().AsInt16x16()
		moved := b.Greater(below).And(above.Greater(b)).And(s.Equal(mine))
		to.Merge(s, moved).Store(at)
	}
	return n
}

// positionsVectors is positions for most rows, at the start: it returns how
// many, and how many of them it has listed.
func positionsVectors(pos, slot []uint16, a uint16) (n, listed int) {
	n = len(slot) &^ 15
	at := archsimd.LoadUint16x16(&[16]uint16{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
	want, next := archsimd.BroadcastUint16x16(a), archsimd.BroadcastUint16x16(16)
	for i := 0; i < n; i += 16 {
		mine := archsimd.LoadUint16x16((*[16]uint16)(slot[i:])).Equal(want)
		at.Compress(mine).Store((*[16]uint16)(pos[listed:]))
		listed += bits.OnesCount16(mine.ToBits())
		at = at.Add(next)
	}
	return n, listed
}
