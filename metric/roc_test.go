package metric

import (
	"testing"

	"pgregory.net/rapid"
)

func TestAUC(t *testing.T) {
	f := func(scores []float64, signs string, want Figure) {
		t.Helper()
		if got := rank(t, scores, labels(signs)).AUC(); !same(got, want) {
			t.Errorf("AUC(%v, %s) = %v, want %v", scores, signs, got, want)
		}
	}
	f(nil, "", undefined())
	f([]float64{1, 2}, "++", undefined())
	f([]float64{1, 2}, "--", undefined())
	f([]float64{1, 2}, "-+", 1)
	f([]float64{1, 2}, "+-", 0)
	f([]float64{1, 1}, "+-", 0.5)
	f([]float64{0.1, 0.4, 0.35, 0.8}, "--++", 0.75) // the example of sklearn.metrics.roc_auc_score
	f([]float64{3, 3, 2, 2, 1}, "+-+--", 4.0/6)     // pairs: ½+1+1 of the 3, 0+½+1 of the 2
}

// naiveAUC compares every botnet example with every benign one.
func naiveAUC(e examples) Figure {
	var won, pairs float64
	for i, s := range e.scores {
		for j, o := range e.scores {
			if !e.labels[i] || e.labels[j] {
				continue
			}
			pairs++
			if s > o {
				won++
			} else if s == o {
				won += 0.5
			}
		}
	}
	return Figure(won / pairs)
}

func TestAUCAgreesWithPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawExamples(t, "examples")
		if got, want := rank(t, e.scores, e.labels).AUC(), naiveAUC(e); !same(got, want) {
			t.Errorf("AUC = %v, the pairs say %v", got, want)
		}
	})
}

func TestAUCOfFlippedLabels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawExamples(t, "examples")
		flipped := make([]bool, len(e.labels))
		for i, l := range e.labels {
			flipped[i] = !l
		}
		got := rank(t, e.scores, flipped).AUC()
		if want := 1 - rank(t, e.scores, e.labels).AUC(); !near(got, want, 1e-15) {
			t.Errorf("AUC of flipped labels = %v, want %v", got, want)
		}
	})
}

func TestROC(t *testing.T) {
	f := func(scores []float64, signs string, want ...[2]float64) {
		t.Helper()
		got := rank(t, scores, labels(signs)).ROC()
		if len(got) != len(want) {
			t.Fatalf("ROC(%v, %s) = %v, want %v", scores, signs, got, want)
		}
		for i, p := range got {
			if p.FPR != want[i][0] || p.TPR != want[i][1] {
				t.Errorf("ROC(%v, %s) = %v, want %v", scores, signs, got, want)
			}
		}
	}
	f(nil, "")
	f([]float64{1, 2}, "++")
	f([]float64{1, 2}, "--")
	f([]float64{4, 3, 2, 1}, "++--", [2]float64{0, 0}, [2]float64{0, 1}, [2]float64{1, 1})
	f([]float64{1, 1, 1, 1}, "++--", [2]float64{0, 0}, [2]float64{1, 1})
	f([]float64{2, 2, 1, 1}, "+-+-", [2]float64{0, 0}, [2]float64{1, 1}) // two ties, one slope
	f([]float64{4, 3, 2, 1}, "+-+-",
		[2]float64{0, 0}, [2]float64{0, 0.5}, [2]float64{0.5, 0.5}, [2]float64{0.5, 1}, [2]float64{1, 1})
}

// TestROCHoldsTheAUC integrates the corners, which must lose no area.
func TestROCHoldsTheAUC(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawExamples(t, "examples")
		r := rank(t, e.scores, e.labels)
		curve := r.ROC()
		if curve == nil {
			t.Skip("one class")
		}
		var area float64
		for i := 1; i < len(curve); i++ {
			a, b := curve[i-1], curve[i]
			area += (b.FPR - a.FPR) * (a.TPR + b.TPR) / 2
		}
		if !near(Figure(area), r.AUC(), 1e-14) {
			t.Errorf("the area under %v is %v, AUC is %v", curve, area, r.AUC())
		}
		for _, p := range curve {
			c := r.At(p.Threshold)
			if Figure(p.FPR) != c.FPR() || Figure(p.TPR) != c.TPR() {
				t.Errorf("point %v, but at its threshold the rates are %v and %v", p, c.FPR(), c.TPR())
			}
		}
	})
}

func TestThresholdAtFPR(t *testing.T) {
	// benign at 0.9, twice at 0.5, and at 0.1
	r := rank(t, []float64{0.95, 0.9, 0.7, 0.5, 0.5, 0.5, 0.2, 0.1}, labels("+-+--++-"))
	f := func(budget float64, threshold, recall Figure) {
		t.Helper()
		if got := r.ThresholdAtFPR(budget); got != threshold {
			t.Errorf("ThresholdAtFPR(%v) = %v, want %v", budget, got, threshold)
		}
		if got := r.RecallAtFPR(budget); got != recall {
			t.Errorf("RecallAtFPR(%v) = %v, want %v", budget, got, recall)
		}
	}
	f(0, 0.95, 0.25)
	f(0.24, 0.95, 0.25)
	f(0.25, 0.7, 0.5)
	f(0.5, 0.7, 0.5) // half of the tie at 0.5 would fit, but ties are not split
	f(0.75, 0.2, 1)
	f(1, 0.1, 1)
}

func TestThresholdAtFPRAtTheEnds(t *testing.T) {
	f := func(signs string, threshold, recall Figure) {
		t.Helper()
		r := rank(t, []float64{1, 0.5}[:len(signs)], labels(signs))
		if got := r.ThresholdAtFPR(0.1); !same(got, threshold) {
			t.Errorf("%s: threshold %v, want %v", signs, got, threshold)
		}
		if got := r.RecallAtFPR(0.1); !same(got, recall) {
			t.Errorf("%s: recall %v, want %v", signs, got, recall)
		}
	}
	f("", undefined(), undefined())
	f("++", undefined(), undefined())
	f("-+", 1+0x1p-52, 0) // even the highest score is too low
	f("--", 1+0x1p-52, undefined())
	f("+-", 1, 1)
}

// TestThresholdAtFPRIsTheLowest tries every score, the naive way.
func TestThresholdAtFPRIsTheLowest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawExamples(t, "examples")
		r := rank(t, e.scores, e.labels)
		budget := rapid.Float64Range(0, 1).Draw(t, "budget")
		want := Figure(r.aboveAll())
		for _, s := range e.scores {
			if Figure(s) < want && float64(r.At(s).FPR()) <= budget {
				want = Figure(s)
			}
		}
		if r.Negatives() == 0 {
			want = undefined()
		}
		if got := r.ThresholdAtFPR(budget); !same(got, want) {
			t.Errorf("ThresholdAtFPR(%v) = %v, want %v", budget, got, want)
		}
	})
}
