package gbdt

import "math"

// probability is a table of 2^26/(1+e^-x): for each 32nd of a unit of x, the
// first terms of its Taylor series there. It errs by less than 0.1, and it
// takes a third of the time of the formula.
type probability [tableSize]cubic

type cubic [4]float64

const (
	tableSteps = 32   // a unit of x
	tableLimit = 20.0 // beyond, the rounded probability is 0 or 1
	tableSize  = 2048 // more than 2*20*32, so that an index needs no check
	tableZero  = tableSize / 2
)

func newProbability() *probability {
	t := new(probability)
	for i := range t {
		x := float64(i-tableZero) / tableSteps
		p := logistic(x)
		d := p * (1 - p) // first derivative; the others follow from it
		const h = 1.0 / tableSteps
		t[i] = cubic{residualOne * p, residualOne * h * d, residualOne * h * h * d * (1 - 2*p) / 2,
			residualOne * h * h * h * d * (1 - float64(6*d)) / 6}
	}
	return t
}

// advance moves rows on to the next tree: it adds to each row's margin the step
// of the slot that the last tree put it in, and computes its statistic. It
// returns the sum of the residuals. All is in one body because a call would
// take as long as the rest.
func (t *probability) advance(margin []float32, label []uint8, slot []uint16, stat []int64, step []float32) (sum int64) {
	if haveVectors {
		var n int
		n, sum = t.advanceVectors(margin, label, slot, stat, step)
		margin, label, slot, stat = margin[n:], label[n:], slot[n:], stat[n:]
	}
	label, slot, stat = label[:len(margin)], slot[:len(margin)], stat[:len(margin)]
	for i, x := range margin {
		x += step[slot[i]]
		margin[i] = x
		if x > tableLimit {
			x = tableLimit
		}
		if x < -tableLimit {
			x = -tableLimit
		}
		s := float64(x * tableSteps)
		n := s + rounder
		c := &t[(math.Float64bits(n)+tableZero)&(tableSize-1)]
		d := s - (n - rounder)
		p := c[0] + float64(d*(c[1]+float64(d*(c[2]+float64(d*c[3]))))) + rounder
		r := int64(label[i])<<residualBits - int64(math.Float64bits(p)-rounderBits)
		stat[i] = r<<countBits + 1
		sum += r
	}
	return sum
}

// at returns the rounded probability times 2^26.
func (t *probability) at(x float32) int64 {
	s := float64(min(max(x, -tableLimit), tableLimit) * tableSteps)
	n := s + rounder
	c := &t[(math.Float64bits(n)+tableZero)&(tableSize-1)]
	d := s - (n - rounder)
	p := c[0] + float64(d*(c[1]+float64(d*(c[2]+float64(d*c[3]))))) + rounder
	return int64(math.Float64bits(p) - rounderBits)
}

// curvature returns p(1-p), times curvatureOne, given the residual of either
// label.
func curvature(residual int64) int64 {
	sign := residual >> 63
	absolute := residual ^ sign - sign
	return absolute * (residualOne - absolute) >> (2*residualBits - curvatureBits)
}

const (
	curvatureBits = 32
	curvatureOne  = 1 << curvatureBits
	rounderBits   = 0x4338000000000000 // of float64(rounder)
)
