package gbdt

import "math"

// The exponential is computed with additions, multiplications and a
// comparison, in an order that vectors can follow. Products are converted
// before they are added, which forbids fused operations: every machine, with
// vectors or without, gets the same bits.
//
// e^x = 2^n * e^r with |r| <= ln2/2 (Cody and Waite, 1980); adding and taking
// away 1.5*2^52 rounds to the integer n. The polynomial is Taylor's, in
// Estrin's order; it errs by less than 6e-9 of e^x.
const (
	expLimit = 40.0 // e^-40 is far below what a residual resolves
	rounder  = 3 << 51
	log2e    = 1 / math.Ln2
	ln2High  = 6.93147180369123816490e-01
	ln2Low   = 1.90821492927058770002e-10
	c2       = 1.0 / 2
	c3       = 1.0 / 6
	c4       = 1.0 / 24
	c5       = 1.0 / 120
	c6       = 1.0 / 720
	c7       = 1.0 / 5040
)

// exp returns e^x for |x| <= 700.
func exp(x float64) float64 {
	n := float64(x*log2e) + rounder
	scale := math.Float64bits(n) << 52
	n -= rounder
	r := x - float64(n*ln2High) - float64(n*ln2Low)
	r2 := float64(r * r)
	low := (1 + r) + float64(r2*(c2+float64(c3*r)))
	high := c4 + float64(c5*r) + float64(r2*(c6+float64(c7*r)))
	p := low + float64(float64(r2*r2)*high)
	return math.Float64frombits(math.Float64bits(p) + scale)
}

// logistic returns 1/(1+e^-x).
func logistic(x float64) float64 {
	if x < -expLimit {
		x = -expLimit
	}
	if x > expLimit {
		x = expLimit
	}
	return 1 / (1 + exp(-x))
}
