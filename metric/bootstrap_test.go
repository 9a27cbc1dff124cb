package metric

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// naiveBootstrap copies out the examples of the groups drawn and ranks them
// again; the draws are seen through Resample.
func naiveBootstrap(t *rapid.T, groups []examples, s Resampling, figure func(Ranking) Figure) Interval {
	return Resample(len(groups), s, func(times []int) []Figure {
		var drawn examples
		for g, n := range times {
			for range n {
				drawn.scores = append(drawn.scores, groups[g].scores...)
				drawn.labels = append(drawn.labels, groups[g].labels...)
			}
		}
		return []Figure{figure(rank(t, drawn.scores, drawn.labels))}
	})[0]
}

func TestBootstrapAgreesWithCopies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var groups []examples
		var ranked []Ranking
		for range rapid.IntRange(0, 5).Draw(t, "groups") {
			e := drawExamples(t, "group")
			groups = append(groups, e)
			ranked = append(ranked, rank(t, e.scores, e.labels))
		}
		s := Resampling{Replicates: 20, Level: 0.8, Seed: rapid.Uint64().Draw(t, "seed")}
		recall := func(r Ranking) Figure { return r.At(0.5).TPR() }
		threshold := func(r Ranking) Figure { return r.ThresholdAtFPR(0.1) }
		figures := []func(Ranking) Figure{Ranking.AUC, recall, threshold, Ranking.Brier}
		got := Bootstrap(ranked, s, figures...)
		for i, figure := range figures {
			want := naiveBootstrap(t, groups, s, figure)
			if !same(got[i].Low, want.Low) || !same(got[i].High, want.High) {
				t.Errorf("figure %d: %v, copies give %v", i, got[i], want)
			}
		}
	})
}

// TestResampleKnowsTheMean: the replicates of a mean of 400 groups, half of them
// 0 and half 1, are normal around ½ with deviation 0.025, by the central limit.
func TestResampleKnowsTheMean(t *testing.T) {
	const groups = 400
	s := Resampling{Replicates: 20_000, Seed: 7}
	got := Resample(groups, s, func(times []int) []Figure {
		sum := 0
		for _, n := range times[:groups/2] {
			sum += n
		}
		return []Figure{Figure(sum) / groups}
	})[0]
	for _, d := range []Figure{0.5 - got.Low, got.High - 0.5} {
		if math.Abs(float64(d)-1.96*0.025) > 0.003 {
			t.Errorf("interval %v, want ½ ± 0.049", got)
		}
	}
}

func TestResampleDraws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		groups := rapid.IntRange(0, 8).Draw(t, "groups")
		s := Resampling{Replicates: 5, Seed: rapid.Uint64().Draw(t, "seed")}
		record := func() (draws [][]int) {
			Resample(groups, s, func(times []int) []Figure {
				draws = append(draws, slices.Clone(times))
				return nil
			})
			return draws
		}
		first := record()
		for _, times := range first {
			sum := 0
			for _, n := range times {
				sum += n
			}
			if sum != groups || len(times) != groups {
				t.Errorf("drew %v of %d groups", times, groups)
			}
		}
		if again := record(); !slices.EqualFunc(first, again, slices.Equal) {
			t.Errorf("one seed drew %v, then %v", first, again)
		}
	})
}

func TestBootstrapWithoutEnough(t *testing.T) {
	good := rank(t, []float64{0.9, 0.1}, labels("+-"))
	benign := rank(t, []float64{0.2, 0.1}, labels("--"))
	f := func(defined bool, groups ...Ranking) {
		t.Helper()
		got := Bootstrap(groups, Resampling{}, Ranking.AUC)
		if len(got) != 1 || got[0].Defined() != defined {
			t.Errorf("intervals of %d groups: %v, want defined: %t", len(groups), got, defined)
		}
	}
	f(false)
	f(false, good) // one group cannot say how groups differ
	f(true, good, good)
	f(true, good, benign)                                // 1 draw of 4 has no botnet
	f(false, benign, benign)                             // no draw has
	f(true, good, benign, benign, benign)                // (3/4)⁴: about 1 in 3 has none
	f(false, Ranking{}, Ranking{}, Ranking{}, Ranking{}) // no examples at all
	if got := Bootstrap([]Ranking{good, good}, Resampling{}); len(got) != 0 {
		t.Errorf("no figures have intervals %v", got)
	}
}

func TestResamplingDefaults(t *testing.T) {
	f := func(s, want Resampling) {
		t.Helper()
		if got := s.filled(); got != want {
			t.Errorf("%+v means %+v, want %+v", s, got, want)
		}
	}
	f(Resampling{}, Resampling{1000, 0.95, 0})
	f(Resampling{-1, math.NaN(), 3}, Resampling{1000, 0.95, 3})
	f(Resampling{10, 1, 3}, Resampling{10, 0.95, 3})
	f(Resampling{10, 0.5, 3}, Resampling{10, 0.5, 3})
}

// TestPercentilesNeedHalf: exactly half of the replicates defined is enough.
func TestPercentilesNeedHalf(t *testing.T) {
	nan := undefined()
	if got := percentiles([]Figure{nan, 2, 1, nan}, 0.5); got != (Interval{Low: 1.25, High: 1.75}) {
		t.Errorf("half defined: %v", got)
	}
	if got := percentiles([]Figure{nan, 2, nan}, 0.5); got.Defined() {
		t.Errorf("a third defined: %v", got)
	}
}
