package evaluate

import (
	"cmp"
	"context"
	"math"
	"slices"

	"botnetdetect/gbdt"
)

// stump calls a flow botnet by one feature alone.
type stump struct {
	column int
	cut    float32
	above  bool    // botnet is above the cut, else at or below it
	gain   float64 // Youden's J on the training flows: recall + specificity − 1
}

// fitStump chooses the feature and cut with the best balanced accuracy on the training
// flows, the first of equals. A score is 1 on the botnet side, else 0.
func fitStump(_ context.Context, train Examples) (Trained, error) {
	best := stump{cut: float32(math.Inf(1)), above: true} // nothing is above it
	for c := range train.Data.Columns() {
		if s := bestCut(column(train.Data, c), train.Labels); s.gain > best.gain {
			s.column = c
			best = s
		}
	}
	return Trained{Threshold: 0.5, Score: best.score}, nil
}

// bestCut seeks the cut through one feature: halfway between two values that occur.
func bestCut(values []float32, labels []uint8) (best stump) {
	order := make([]int, len(values))
	total := [2]float64{}
	for i := range order {
		order[i] = i
		total[labels[i]]++
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(values[i], values[j]) })
	below := [2]float64{}
	for k, i := range order[:max(0, len(order)-1)] {
		below[labels[i]]++
		next := values[order[k+1]]
		if values[i] == next {
			continue
		}
		j := below[0]/total[0] - below[1]/total[1] // for botnet above the cut
		if gain := max(j, -j); gain > best.gain {
			best = stump{cut: between(values[i], next), above: j > 0, gain: gain}
		}
	}
	return best
}

// between returns the middle of two values, or the lower where float32 has none between.
func between(low, high float32) float32 {
	if middle := float32((float64(low) + float64(high)) / 2); middle < high {
		return middle
	}
	return low
}

func (s stump) score(scores []float64, data gbdt.Data) error {
	for i, x := range column(data, s.column) {
		scores[i] = 0
		if x > s.cut == s.above {
			scores[i] = 1
		}
	}
	return nil
}
