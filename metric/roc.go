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
