package metric

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestPR(t *testing.T) {
	f := func(scores []float64, signs string, want ...PRPoint) {
		t.Helper()
		if got := rank(t, scores, labels(signs)).PR(); !slices.Equal(got, want) {
			t.Errorf("PR(%v, %s) = %v, want %v", scores, signs, got, want)
		}
	}
	f(nil, "")
	f([]float64{1, 2}, "--")
	f([]float64{2, 1}, "++", PRPoint{2, 0.5, 1}, PRPoint{1, 1, 1})
	f([]float64{4, 3, 2, 1}, "-+-+", PRPoint{3, 0.5, 0.5}, PRPoint{1, 1, 0.5})
	f([]float64{3, 3, 2, 1}, "+-+-", PRPoint{3, 0.5, 0.5}, PRPoint{2, 1, 2.0 / 3})
}

func TestAveragePrecision(t *testing.T) {
	f := func(scores []float64, signs string, want Figure) {
		t.Helper()
		if got := rank(t, scores, labels(signs)).AveragePrecision(); !near(got, want, 1e-15) {
			t.Errorf("AveragePrecision(%v, %s) = %v, want %v", scores, signs, got, want)
		}
	}
	f(nil, "", undefined())
	f([]float64{1, 2}, "--", undefined())
	f([]float64{1, 2}, "++", 1)
	f([]float64{1, 1, 1, 1}, "+---", 0.25)
	f([]float64{0.1, 0.4, 0.35, 0.8}, "--++", 5.0/6) // the example of sklearn.metrics.average_precision_score
}

// TestAveragePrecisionIsTheAreaUnderPR sums the steps that PR draws.
func TestAveragePrecisionIsTheAreaUnderPR(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawExamples(t, "examples")
		r := rank(t, e.scores, e.labels)
		if r.Positives() == 0 {
			t.Skip("no botnet")
		}
		var area, recall float64
		for _, p := range r.PR() {
			area += (p.Recall - recall) * p.Precision
			recall = p.Recall
		}
		if got := r.AveragePrecision(); !near(got, Figure(area), 1e-14) {
			t.Errorf("AveragePrecision = %v, the steps hold %v", got, area)
		}
	})
}

// TestAveragePrecisionAtItsOwnBaseRate: with the examples' own share of botnets
// nothing is weighed anew.
func TestAveragePrecisionAtItsOwnBaseRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawExamples(t, "examples")
		r := rank(t, e.scores, e.labels)
		share := float64(r.Positives()) / float64(len(e.scores))
		want := r.AveragePrecision()
		if r.Negatives() == 0 {
			want = undefined()
		}
		if got := r.AveragePrecisionAt(share); !near(got, want, 1e-14) {
			t.Errorf("AveragePrecisionAt(%v) = %v, want %v", share, got, want)
		}
	})
}

func TestPrecisionAtBaseRate(t *testing.T) {
	f := func(baseRate float64, tpr, fpr, want Figure) {
		t.Helper()
		if got := PrecisionAtBaseRate(baseRate, tpr, fpr); !near(got, want, 1e-15) {
			t.Errorf("PrecisionAtBaseRate(%v, %v, %v) = %v, want %v", baseRate, tpr, fpr, got, want)
		}
	}
	f(0.01, 0.97, 1e-3, 97.0/106.9) // 0.0097 / (0.0097 + 0.00099)
	f(0.5, 0.8, 0.2, 0.8)
	f(0.5, 1, 0, 1)
	f(0.5, 0, 1, 0)
	f(0, 1, 0.5, 0)
	f(1, 0.5, 1, 1)
	f(0.5, 0, 0, undefined())
	f(0.5, undefined(), 0.1, undefined())
	f(0.5, 0.5, undefined(), undefined())
	f(-0.1, 1, 1, undefined())
	f(1.1, 1, 1, undefined())

	c := Confusion{TP: 8, FN: 2, FP: 1, TN: 99}
	if got, want := c.PrecisionAtBaseRate(0.01), PrecisionAtBaseRate(0.01, 0.8, 0.01); got != want {
		t.Errorf("%+v: precision at 1 %% is %v, want %v", c, got, want)
	}
}
