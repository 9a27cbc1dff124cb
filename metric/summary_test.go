package metric

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestQuantile(t *testing.T) {
	f := func(values []float64, q float64, want Figure) {
		t.Helper()
		if got := Quantile(values, q); !same(got, want) {
			t.Errorf("Quantile(%v, %v) = %v, want %v", values, q, got, want)
		}
	}
	nan, inf := math.NaN(), math.Inf(1)
	f(nil, 0.5, undefined())
	f([]float64{nan}, 0.5, undefined())
	f([]float64{1, 2}, -0.1, undefined())
	f([]float64{1, 2}, 1.1, undefined())
	f([]float64{1, 2}, nan, undefined())
	f([]float64{7}, 0.3, 7)
	f([]float64{3, 1, 2}, 0, 1)
	f([]float64{3, 1, 2}, 0.5, 2)
	f([]float64{3, 1, 2}, 0.75, 2.5)
	f([]float64{3, 1, 2}, 1, 3)
	f([]float64{4, nan, 1, 2, 3}, 0.5, 2.5)
	f([]float64{1, inf, inf, inf}, 0.5, Figure(inf)) // never detected, three times of four
}

func TestQuantileIsAnOrderStatistic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 1, 30).Draw(t, "values")
		given := slices.Clone(values)
		n := len(values)
		k := rapid.IntRange(0, n-1).Draw(t, "k")
		q := 0.0
		if n > 1 {
			q = float64(k) / float64(n-1)
		}
		got := Quantile(values, q)
		if !slices.Equal(values, given) {
			t.Fatal("the values were moved")
		}
		slices.Sort(values)
		if !near(got, Figure(values[k]), 1e-9) {
			t.Errorf("quantile %v is %v, want value %d in order, %v", q, got, k, values[k])
		}
	})
}

func TestSummarize(t *testing.T) {
	f := func(figures []Figure, want Summary) {
		t.Helper()
		got := Summarize(figures)
		if got.Defined != want.Defined || got.Undefined != want.Undefined ||
			!same(got.Min, want.Min) || !same(got.Median, want.Median) || !same(got.Max, want.Max) {
			t.Errorf("Summarize(%v) = %+v, want %+v", figures, got, want)
		}
	}
	nan := undefined()
	f(nil, Summary{Min: nan, Median: nan, Max: nan})
	f([]Figure{nan, nan}, Summary{Undefined: 2, Min: nan, Median: nan, Max: nan})
	f([]Figure{0.5, nan, 0, 1, 0.6}, Summary{Defined: 4, Undefined: 1, Min: 0, Median: 0.55, Max: 1})
}
