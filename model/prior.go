package model

import (
	"errors"
	"fmt"
	"math"

	"botnetdetect/feature"
)

// ErrNoPrior says that a model's scores cannot be expressed at another prior.
var ErrNoPrior = errors.New("the model does not say which share of botnet it assumes: what it was trained on is not known")

// Prior returns the prior that scores assume, and whether it is known. In mode behaviour it is the share of
// botnet hosts: both classes weigh the same in training, so it is 1/2. Else it is
// the share of botnet flows in training.
func (m *Model) Prior() (p float64, known bool) {
	switch t := m.Training; {
	case t.Benign <= 0 || t.Botnet <= 0:
		return 0, false
	case m.Mode == feature.Behavioural:
		return 0.5, true
	default:
		return float64(t.Botnet) / float64(t.Benign+t.Botnet), true
	}
}

// AtPrior returns m with scores that Express gives at another prior, above 0 and below 1. Verdicts
// stay the same.
func (m *Model) AtPrior(p float64) (*Model, error) {
	own, known := m.Prior()
	if !known {
		return nil, ErrNoPrior
	}
	if !(p > 0 && p < 1) {
		return nil, fmt.Errorf("the prior %v is not above 0 and below 1", p)
	}
	at := *m
	at.prior, at.shift = p, logOdds(p)-logOdds(own)
	return &at, nil
}

// ExpressedAt returns the prior that Express expresses scores at, 0 if that is not known.
func (m *Model) ExpressedAt() float64 {
	if m.prior != 0 {
		return m.prior
	}
	p, _ := m.Prior()
	return p
}

// Express returns a score as a probability at the prior that was asked for: its odds, times the odds
// of that prior, divided by those of the model's own. Without AtPrior that is the score
// itself. Verdicts rest on scores that are not expressed.
func (m *Model) Express(score float64) float64 { return shifted(score, m.shift) }

// Internal is the score that Express expresses so.
func (m *Model) Internal(expressed float64) float64 { return shifted(expressed, -m.shift) }

func shifted(p, shift float64) float64 {
	if shift == 0 || p <= 0 || p >= 1 {
		return p
	}
	return 1 / (1 + math.Exp(-(logOdds(p) + shift)))
}

func logOdds(p float64) float64 { return math.Log(p) - math.Log1p(-p) }
