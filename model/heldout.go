package model

import (
	"context"
	"errors"
	"math"
	"slices"

	"botnetdetect/dataset"
	"botnetdetect/gbdt"
)

// HeldOut is how a model's recipe scores botnets of its own training that the trees were
// grown without, one family after the other.
type HeldOut struct {
	Families []HeldFamily `json:"families"`
}

// HeldFamily is a botnet that was left out of training.
type HeldFamily struct {
	Name   string    `json:"name"`
	Flows  int       `json:"flows"`  // that were scored
	Scores []float64 `json:"scores"` // of them, rising; at most mostHeld, at equal distances
}

// mostHeld is how many scores of a family are kept.
const mostHeld = 65

var errHeldOut = errors.New("the scores that the model keeps of botnets held out are not numbers from 0 to 1 that rise")

// check holds what a file says to what holdOut can have written.
func (h *HeldOut) check() error {
	if h == nil {
		return nil
	}
	for _, f := range h.Families {
		if n := len(f.Scores); n > mostHeld || f.Flows < n || !slices.IsSorted(f.Scores) || n > 0 && !(f.Scores[0] >= 0 && f.Scores[n-1] <= 1) {
			return errHeldOut
		}
	}
	return nil
}

// HoldOut scores each family of a set of mode behaviour by trees that were grown on all the
// rest. Of config, what Train takes of it counts.
func HoldOut(ctx context.Context, set dataset.Set, config gbdt.Config) (*HeldOut, error) {
	return lessonOf(set, config).course().holdOut(ctx)
}

// thinned returns n of some values at equal distances, the first and the last among them.
func thinned(values []float64, n int) (kept []float64) {
	if len(values) <= n {
		return values
	}
	for i := range n {
		kept = append(kept, values[i*(len(values)-1)/(n-1)])
	}
	return kept
}

// Recall is how much of botnets that training did not see is found.
type Recall struct {
	Families int     `json:"families"`
	Mean     float64 `json:"mean"` // over families, of the share of flows found
	Worst    float64 `json:"worst"`
	Of       string  `json:"worst_family"`
}

// Recall returns the recall at a threshold; nil if no family was held out. A nil h is one
// that says nothing.
func (h *HeldOut) Recall(threshold float64) *Recall {
	if h == nil || len(h.Families) == 0 {
		return nil
	}
	r := &Recall{Families: len(h.Families), Worst: math.Inf(1)}
	for _, f := range h.Families {
		below, _ := slices.BinarySearch(f.Scores, threshold)
		found := float64(len(f.Scores)-below) / float64(max(len(f.Scores), 1))
		r.Mean += found / float64(r.Families)
		if found < r.Worst {
			r.Worst, r.Of = found, f.Name
		}
	}
	return r
}
