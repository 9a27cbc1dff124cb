package synthetic

import (
	"math"
	"math/rand/v2"
)

// dice draws from the distributions that docs/synthetic.md names.
type dice struct{ *rand.Rand }

// stream returns dice of their own for one purpose, so that what is drawn for one does
// not shift what is drawn for another.
func stream(seed, purpose uint64) dice {
	return dice{rand.New(rand.NewPCG(seed, purpose))}
}

func (d dice) chance(p float64) bool { return d.Float64() < p }

func (d dice) uniform(lo, hi float64) float64 { return lo + (hi-lo)*d.Float64() }

// logUniform is uniform in the logarithm.
func (d dice) logUniform(lo, hi float64) float64 {
	return math.Exp(d.uniform(math.Log(lo), math.Log(hi)))
}

func (d dice) logNormal(median, sigma float64) float64 {
	return median * math.Exp(sigma*d.NormFloat64())
}

// between draws a whole number, both ends included.
func (d dice) between(lo, hi int) int { return lo + d.IntN(hi-lo+1) }

// count is logUniform, rounded to a whole number.
func (d dice) count(lo, hi int) int { return int(math.Round(d.logUniform(float64(lo), float64(hi)))) }

// exponential has the given mean.
func (d dice) exponential(mean float64) float64 { return mean * d.ExpFloat64() }

// pick draws one of items, each as likely.
func pick[T any](d dice, items ...T) T { return items[d.IntN(len(items))] }

// choose draws an index with the given shares.
func (d dice) choose(shares []float64) int {
	u := d.Float64()
	for i, w := range shares {
		if u -= w; u < 0 {
			return i
		}
	}
	return len(shares) - 1
}
