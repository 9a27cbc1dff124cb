package flow

import (
	"math"
	"math/bits"
)

// wide is an unsigned integer of 256 bits, least significant word first: room for
// n·Σt² with n up to 2⁶⁴ and Σt² up to 2¹⁹².
type wide [4]uint64

// scaled returns x·n for x of up to 192 bits, least significant word first.
func scaled(n uint64, x []uint64) (w wide) {
	var carry uint64
	for i, word := range x {
		hi, lo := bits.Mul64(n, word)
		var c uint64
		w[i], c = bits.Add64(lo, carry, 0)
		carry = hi + c
	}
	w[len(x)] = carry
	return w
}

// square returns (hi·2⁶⁴ + lo)².
func square(hi, lo uint64) (w wide) {
	w[1], w[0] = bits.Mul64(lo, lo)
	w[3], w[2] = bits.Mul64(hi, hi)
	ch, cl := bits.Mul64(hi, lo)
	for range 2 { // the cross product counts twice
		var c uint64
		w[1], c = bits.Add64(w[1], cl, 0)
		w[2], c = bits.Add64(w[2], ch, c)
		w[3] += c
	}
	return w
}

// minus returns w − x; it wraps around below zero.
func (w wide) minus(x wide) wide {
	var borrow uint64
	for i := range w {
		w[i], borrow = bits.Sub64(w[i], x[i], borrow)
	}
	return w
}

// less reports whether w < x.
func (w wide) less(x wide) bool {
	for i := len(w) - 1; i > 0; i-- {
		if w[i] != x[i] {
			return w[i] < x[i]
		}
	}
	return w[0] < x[0]
}

// float returns the float64 nearest to w.
func (w wide) float() float64 {
	top := 3
	for top > 0 && w[top] == 0 {
		top--
	}
	if top == 0 {
		return float64(w[0])
	}
	shift := bits.LeadingZeros64(w[top])
	mantissa := w[top]<<shift | w[top-1]>>(64-shift)
	rest := w[top-1] << shift
	for _, word := range w[:top-1] {
		rest |= word
	}
	if rest != 0 {
		mantissa |= 1 // sticky: what was cut off still decides between two neighbours
	}
	return math.Ldexp(float64(mantissa), 64*top-shift)
}

// variance returns the population variance (nΣx² − (Σx)²)/n² of n values, from
// their exact sums: sumHi·2⁶⁴+sumLo = |Σx| and squares = Σx², least significant
// word first. It is exact but for three roundings at the end.
func variance(n, sumHi, sumLo uint64, squares []uint64) float64 {
	if n == 0 {
		return 0
	}
	return scaled(n, squares).minus(square(sumHi, sumLo)).float() / (float64(n) * float64(n))
}
