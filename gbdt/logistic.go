package gbdt

import "math"

// logistic returns 1/(1+e^-x), within 1e-9 of it relative to the smaller of
// the result and 1 minus the result. It uses additions, multiplications and
// one division only, in an order that vectors can follow, and no fused
// operations: every machine gives the same bits.
func logistic(x float64) float64 { return 1 / (1 + exp(-x)) }

// Cody and Waite's (1980) reduction: e^x = 2^n * e^r with |r| <= ln2/2. Adding
// and taking away 1.5*2^52 rounds to an integer.
const (
	expLimit = 700.0
	rounder  = 3 << 51
	log2e    = 1 / math.Ln2
	ln2High  = 6.93147180369123816490e-01
	ln2Low   = 1.90821492927058770002e-10
)

func exp(x float64) float64 {
	x = min(max(x, -expLimit), expLimit)
	n := float64(x*log2e) + rounder
	power := int64(math.Float64bits(n)) << 52
	n -= rounder
	r := float64(x-float64(n*ln2High)) - float64(n*ln2Low)
	p := 1.0 / 5040
	p = float64(p*r) + 1.0/720
	p = float64(p*r) + 1.0/120
	p = float64(p*r) + 1.0/24
	p = float64(p*r) + 1.0/6
	p = float64(p*r) + 0.5
	p = float64(p*r) + 1
	p = float64(p*r) + 1
	return math.Float64frombits(uint64(int64(math.Float64bits(p)) + power))
}

// residualOf returns the label minus the probability, times residualOne. Both
// classes are computed alike, so that a small residual is as exact as a large one.
func residualOf(margin float32, label uint8) int64 {
	sign := 1 - 2*float64(label)
	r := float64(residualOne/(1+exp(-sign*float64(margin)))) + rounder
	n := int64(math.Float64bits(r)) - int64(math.Float64bits(rounder))
	return n * (2*int64(label) - 1)
}

// curvature returns p(1-p), times 2^32, given the residual of either label.
func curvature(residual int64) int64 {
	return (max(residual, -residual)<<residualBits - residual*residual) >> (2*residualBits - curvatureBits)
}

const (
	curvatureBits = 32
	curvatureOne  = 1 << curvatureBits
)
