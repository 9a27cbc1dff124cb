package evaluate

import (
	"cmp"
	"slices"

	"botnetdetect/gbdt"
)

// Importance is how much a feature helps.
type Importance struct {
	Feature string  `json:"feature"`
	Share   float64 `json:"share"` // of the gain of all splits, 0 to 1, as the mean over folds
}

// importances is how many features a summary lists.
const importances = 20

// gainShares returns each column's share of the gain of all splits; nil if there is none.
func gainShares(trees *gbdt.Model) []float64 {
	if trees == nil {
		return nil
	}
	total := 0.0
	var shares []float64
	for _, i := range trees.Importance() {
		shares = append(shares, i.TotalGain)
		total += i.TotalGain
	}
	if total <= 0 {
		return nil
	}
	for i := range shares {
		shares[i] /= total
	}
	return shares
}

// mostImportant returns the features with the largest mean share over trials.
func mostImportant(trials []*trial) (top []Importance) {
	names := trials[0].table.Names
	sum, n := make([]float64, len(names)), 0.0
	for _, t := range trials {
		if t.gain == nil {
			continue
		}
		n++
		for i, share := range t.gain {
			sum[i] += share
		}
	}
	for i, s := range sum {
		if s > 0 {
			top = append(top, Importance{Feature: names[i], Share: s / n})
		}
	}
	slices.SortStableFunc(top, func(x, y Importance) int { return cmp.Compare(y.Share, x.Share) })
	return top[:min(len(top), importances)]
}
