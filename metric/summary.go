package metric

import (
	"math"
	"slices"
)

// Summary is the figure of several cells or folds, in a few numbers. The three
// figures are undefined where no cell's is defined.
type Summary struct {
	Defined   int    `json:"defined"`   // cells with a figure
	Undefined int    `json:"undefined"` // cells in which it cannot be measured; no part of the rest
	Min       Figure `json:"min"`
	Median    Figure `json:"median"`
	Max       Figure `json:"max"`
}

// Summarize sums up figures. Whether Min or Max is the worst, the figure tells.
func Summarize(figures []Figure) Summary {
	defined := ordered(figures)
	return Summary{
		Defined:   len(defined),
		Undefined: len(figures) - len(defined),
		Min:       quantile(defined, 0),
		Median:    quantile(defined, 0.5),
		Max:       quantile(defined, 1),
	}
}

// Median is Quantile at ½: the middle value, or the mean of the middle two.
func Median[F ~float64](values []F) Figure { return Quantile(values, 0.5) }

// Quantile is the value below which a share q of the values lies: with the n
// values in order, the one at position q·(n-1), and on the line between two
// where that is no whole number (Hyndman and Fan 1996, type 7; NumPy's default).
// NaN values are left out. It is undefined where none is left, and for q outside
// [0, 1]. The values stay in their order.
func Quantile[F ~float64](values []F, q float64) Figure {
	return quantile(ordered(values), q)
}

// ordered is the values that are numbers, sorted.
func ordered[F ~float64](values []F) []Figure {
	numbers := make([]Figure, 0, len(values))
	for _, v := range values {
		if f := Figure(v); f.Defined() {
			numbers = append(numbers, f)
		}
	}
	slices.Sort(numbers)
	return numbers
}

// quantile is Quantile of values in order, none of them NaN.
func quantile(sorted []Figure, q float64) Figure {
	if len(sorted) == 0 || !(q >= 0 && q <= 1) {
		return undefined()
	}
	whole, part := math.Modf(q * float64(len(sorted)-1))
	i := int(whole)
	if part == 0 || sorted[i] == sorted[i+1] { // the latter keeps Inf-Inf away
		return sorted[i]
	}
	return sorted[i] + Figure(part)*(sorted[i+1]-sorted[i])
}
