package model

import (
	"errors"
	"math"
	"testing"

	"botnetdetect/feature"

	"pgregory.net/rapid"
)

// TestExpress: a score is turned by Bayes' rule, and back; verdicts and order stay the same.
func TestExpress(t *testing.T) {
	m := behaviourModel(t)
	if own, known := m.Prior(); own != 0.5 || !known {
		t.Fatalf("prior %v, known: %v", own, known)
	}
	rapid.Check(t, func(t *rapid.T) {
		p, score := rapid.Float64Range(1e-6, 1-1e-6).Draw(t, "prior"), rapid.Float64Range(1e-6, 1-1e-6).Draw(t, "score")
		at, err := m.AtPrior(p)
		if err != nil {
			t.Fatal(err)
		}
		likelihoods := score / (1 - score) // at a prior of 1/2
		got, want := at.Express(score), p*likelihoods/(p*likelihoods+1-p)
		if math.Abs(got-want) > 1e-9 || math.Abs(at.Internal(got)-score) > 1e-6 {
			t.Errorf("%v at %v is %v, want %v; back it is %v", score, p, got, want, at.Internal(got))
		}
		if at.Botnet(score) != m.Botnet(score) || at.ExpressedAt() != p {
			t.Errorf("the verdict on %v changes with the prior", score)
		}
	})
	for _, sure := range []float64{0, 1} {
		if at, err := m.AtPrior(0.01); err != nil || at.Express(sure) != sure {
			t.Errorf("%v becomes %v (%v)", sure, at.Express(sure), err)
		}
	}
	for _, wrong := range []float64{0, 1, -1, math.NaN()} {
		if _, err := m.AtPrior(wrong); err == nil {
			t.Errorf("a prior of %v was taken", wrong)
		}
	}
}

// TestPrior: models of pairs assume the share of their training, others nothing.
func TestPrior(t *testing.T) {
	m, err := Default(feature.Aware)
	if err != nil {
		t.Fatal(err)
	}
	want := float64(m.Training.Botnet) / float64(m.Training.Benign+m.Training.Botnet)
	if got, known := m.Prior(); got != want || !known || m.ExpressedAt() != want || m.Express(0.3) != 0.3 {
		t.Errorf("prior %v, want %v", got, want)
	}
	m.Training = Training{}
	if _, err := m.AtPrior(0.5); !errors.Is(err, ErrNoPrior) || m.ExpressedAt() != 0 {
		t.Errorf("a model without training: %v", err)
	}
}
