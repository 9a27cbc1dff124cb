package metric

// PRPoint is recall and precision at one threshold.
type PRPoint struct {
	Threshold float64 `json:"threshold"` // botnet at or above this score
	Recall    float64 `json:"recall"`    // share of botnet examples flagged
	Precision float64 `json:"precision"` // share of flagged examples that are botnet
}

// PR is the precision-recall curve by rising recall, to be drawn as steps: a
// point's precision holds from the recall of the point before it (0 for the
// first) to its own. Thresholds that add no recall are left out. It is nil where
// no example is botnet.
func (r Ranking) PR() []PRPoint {
	var points []PRPoint
	var c Confusion
	for _, t := range r.ties {
		c.TP += t.botnet
		c.FP += t.benign
		if t.botnet > 0 {
			points = append(points, PRPoint{
				Threshold: t.score,
				Recall:    float64(c.TP) / float64(r.botnet),
				Precision: float64(c.TP) / float64(c.TP+c.FP),
			})
		}
	}
	return points
}

// AveragePrecision is the area under the steps of the precision-recall curve,
// Σ (recallᵢ - recallᵢ₋₁)·precisionᵢ, which is PR-AUC without the optimism of
// straight lines between points (Davis and Goadrich 2006) and scikit-learn's
// average_precision_score. A detector that knows nothing has the share of
// botnet examples. It is undefined where no example is botnet.
func (r Ranking) AveragePrecision() Figure {
	return r.averagePrecision(func(tp, fp int) Figure { return ratio(tp, tp+fp) })
}

// AveragePrecisionAt is AveragePrecision where a share baseRate of the traffic
// is botnet, instead of the share among these examples; each point's precision
// is [PrecisionAtBaseRate]. It is undefined unless both classes are there, and
// for a baseRate outside [0, 1].
func (r Ranking) AveragePrecisionAt(baseRate float64) Figure {
	return r.averagePrecision(func(tp, fp int) Figure {
		return PrecisionAtBaseRate(baseRate, ratio(tp, r.botnet), ratio(fp, r.benign))
	})
}

// averagePrecision is the area under a curve whose precision is what precision
// says of the counts flagged.
func (r Ranking) averagePrecision(precision func(tp, fp int) Figure) Figure {
	if r.botnet == 0 {
		return undefined()
	}
	var area Figure
	tp, fp := 0, 0
	for _, t := range r.ties {
		tp += t.botnet
		fp += t.benign
		if t.botnet > 0 {
			area += Figure(t.botnet) * precision(tp, fp)
		}
	}
	return area / Figure(r.botnet)
}

// PrecisionAtBaseRate is the precision of a detector with these rates where a
// share baseRate of the traffic is botnet: π·tpr / (π·tpr + (1-π)·fpr), Bayes'
// rule as Axelsson (2000) applies it to intrusion detection. A test set is far
// richer in botnets than a network is, so its own precision flatters.
//
// An fpr of 0 gives 1, however few benign examples it was measured on: where
// they are few, pass the upper end of the rate's [ClopperPearson] interval.
// Undefined where a rate is, where nothing at all is flagged, and for a baseRate
// outside [0, 1].
func PrecisionAtBaseRate(baseRate float64, tpr, fpr Figure) Figure {
	if !(baseRate >= 0 && baseRate <= 1) {
		return undefined()
	}
	right := Figure(baseRate) * tpr
	return right / (right + Figure(1-baseRate)*fpr) // 0/0 is NaN: undefined
}
