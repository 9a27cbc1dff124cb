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
