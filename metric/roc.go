package metric

// AUC is the area under the ROC curve: the chance that a botnet example scores
// above a benign one, a tie counting one half (Hanley and McNeil 1982). It is
// undefined unless both classes are there.
//
// The pairs are counted in integers, so the result is exact but for the last
// division, as long as twice the number of pairs stays below 2⁶³ (two billion
// examples of each class).
func (r Ranking) AUC() Figure {
	var above, halves int // botnet examples scored higher; half pairs won
	for _, t := range r.ties {
		halves += t.benign * (2*above + t.botnet)
		above += t.botnet
	}
	return ratio(halves, 2*r.botnet*r.benign)
}

// ROCPoint is the rates at one threshold.
type ROCPoint struct {
	Threshold float64 `json:"threshold"` // botnet at or above this score
	FPR       float64 `json:"fpr"`       // share of benign examples flagged
	TPR       float64 `json:"tpr"`       // share of botnet examples flagged
}

// ROC is the corners of the ROC curve from (0, 0), where nothing is flagged, to
// (1, 1). Between corners the curve is straight, and the points there are left
// out, so a good detector's curve is short however many examples it ranks. It
// is nil unless both classes are there.
func (r Ranking) ROC() []ROCPoint {
	if r.botnet == 0 || r.benign == 0 {
		return nil
	}
	corners := r.corners()
	points := make([]ROCPoint, len(corners))
	for i, c := range corners {
		points[i] = ROCPoint{
			Threshold: c.score,
			FPR:       float64(c.benign) / float64(r.benign),
			TPR:       float64(c.botnet) / float64(r.botnet),
		}
	}
	return points
}

// corners is the ROC curve in counts: how many of each class are flagged at a
// threshold, for the thresholds at which the curve turns, and for both ends.
func (r Ranking) corners() []tie {
	corners := []tie{{score: r.aboveAll()}}
	var flagged tie
	for _, t := range r.ties {
		flagged.score = t.score
		flagged.botnet += t.botnet
		flagged.benign += t.benign
		if n := len(corners); n >= 2 && straight(corners[n-2], corners[n-1], flagged) {
			corners = corners[:n-1]
		}
		corners = append(corners, flagged)
	}
	return corners
}

// straight reports whether b lies on the line from a to c, exactly.
func straight(a, b, c tie) bool {
	return (b.benign-a.benign)*(c.botnet-b.botnet) == (b.botnet-a.botnet)*(c.benign-b.benign)
}

// ThresholdAtFPR is the threshold that keeps the false-positive rate on these
// examples within the budget, a rate such as 10⁻³, and flags as many as it can
// otherwise.
//
// It is the lowest score that occurs here and at which the share of benign
// examples at or above it is at most the budget. Benign examples with the same
// score are flagged all or none, so the rate may stay below the budget, never
// above. Where even the highest score breaks the budget it is the next float64
// above that score, at which nothing here is flagged.
//
// It is undefined without benign examples. A budget of fewer than one of them
// (budget·Negatives < 1) allows no false positive at all: the rate on new
// traffic is then known only as far as [ClopperPearson] says. Choose it on
// training groups; a threshold chosen on the groups it is tested on flatters.
func (r Ranking) ThresholdAtFPR(budget float64) Figure {
	if r.benign == 0 {
		return undefined()
	}
	threshold := r.aboveAll()
	alerts := 0
	for _, t := range r.ties {
		alerts += t.benign
		if !(float64(alerts)/float64(r.benign) <= budget) {
			break
		}
		threshold = t.score
	}
	return Figure(threshold)
}

// RecallAtFPR is the share of botnet examples flagged at ThresholdAtFPR of the
// same examples: the height of the ROC curve's points, not of the lines between
// them. With the threshold chosen elsewhere, use At and TPR. It is undefined
// unless both classes are there.
func (r Ranking) RecallAtFPR(budget float64) Figure {
	threshold := r.ThresholdAtFPR(budget)
	if !threshold.Defined() {
		return undefined()
	}
	return r.At(float64(threshold)).TPR()
}
