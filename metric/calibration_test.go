package metric

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestProbabilityFigures(t *testing.T) {
	f := func(scores []float64, signs string, brier, logLoss, ece Figure) {
		t.Helper()
		r := rank(t, scores, labels(signs))
		got := [3]Figure{r.Brier(), r.LogLoss(), r.ECE(DefaultBins)}
		for i, want := range [3]Figure{brier, logLoss, ece} {
			if !near(got[i], want, 1e-14) {
				t.Errorf("(%v, %s): Brier, log loss and ECE are %v, want %v at %d", scores, signs, got, want, i)
			}
		}
	}
	f(nil, "", undefined(), undefined(), undefined())
	f([]float64{0.5, 1.1}, "++", undefined(), undefined(), undefined())
	f([]float64{-0.1, 0.5}, "++", undefined(), undefined(), undefined())
	f([]float64{1, 0}, "+-", 0, 0x1p-52, 0)
	f([]float64{0, 1}, "+-", 1, 52*math.Ln2, 1)
	f([]float64{0.5, 0.5}, "+-", 0.25, math.Ln2, 0)
	f([]float64{0.5}, "-", 0.25, math.Ln2, 0.5)
	f([]float64{0.25, 0.25, 0.75, 0.75}, "--++", 0.0625, Figure(-math.Log(0.75)), 0.25)
	f([]float64{0.25, 0.29, 0.75}, "-++", (0.0625+0.71*0.71+0.0625)/3,
		Figure(-2*math.Log(0.75)-math.Log(0.29))/3, (2*(0.5-0.27)+0.25)/3)
}

func TestReliability(t *testing.T) {
	f := func(scores []float64, signs string, n int, want ...Bin) {
		t.Helper()
		if got := rank(t, scores, labels(signs)).Reliability(n); !slices.Equal(got, want) {
			t.Errorf("Reliability(%v, %s, %d) = %+v, want %+v", scores, signs, n, got, want)
		}
	}
	f(nil, "", 10)
	f([]float64{0.5}, "+", 0)
	f([]float64{0.5}, "+", -1)
	f([]float64{0, 1}, "-+", 1, Bin{0, 1, 1, 1, 0.5, 0.5})
	f([]float64{0, 0.25, 0.5, 1}, "--++", 2, Bin{0, 0.5, 1, 2, 0.25, 1.0 / 3}, Bin{0.5, 1, 1, 0, 1, 1})
	f([]float64{0.3, 0.7}, "+-", 10, Bin{0.2, 0.3, 1, 0, 0.3, 1}, Bin{0.6, 0.7, 0, 1, 0.7, 0})
}

// TestBinOf tries the scores at and beside every edge: where a product rounds
// across an edge, the edge must decide.
func TestBinOf(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 10, 15, 49, 100, 1000} {
		for i := 1; i <= n; i++ {
			low, high := float64(i-1)/float64(n), float64(i)/float64(n)
			want := Bin{Low: low, High: high}
			for _, score := range []float64{math.Nextafter(low, 1), (low + high) / 2, high} {
				if got := binOf(score, n); got != want {
					t.Errorf("binOf(%v, %d) = (%v, %v], want (%v, %v]", score, n, got.Low, got.High, low, high)
				}
			}
		}
		if got := binOf(0, n); got.Low != 0 || got.High != 1/float64(n) {
			t.Errorf("binOf(0, %d) = %+v", n, got)
		}
	}
}

func TestReliabilityLosesNoExample(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawExamples(t, "examples")
		r := rank(t, e.scores, e.labels)
		n := rapid.IntRange(1, 30).Draw(t, "bins")
		botnet, benign, above := 0, 0, 0.0
		for _, b := range r.Reliability(n) {
			if b.Low < above || b.MeanScore < b.Low || b.MeanScore > b.High || b.Botnet+b.Benign == 0 {
				t.Errorf("bin %+v, after one that ends at %v", b, above)
			}
			botnet, benign, above = botnet+b.Botnet, benign+b.Benign, b.High
		}
		if botnet != r.Positives() || benign != r.Negatives() {
			t.Errorf("the bins hold %d and %d of %d and %d", botnet, benign, r.Positives(), r.Negatives())
		}
	})
}
