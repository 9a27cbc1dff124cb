package gbdt

// rule says what a split is worth.
type rule struct {
	unit       float64 // of total.weight
	l2         float64
	minGain    float64
	minSamples int64
	minWeight  float64
}

// gain returns by how much a split lowers the loss, or 0 if the rule forbids
// it. Without L2 it is friedman_mse, wl*wr/(wl+wr) * (mean left - mean right)²
// (Friedman 2001, formula 35), which is Chen and Guestrin's (2016, formula 7)
// when weights are second derivatives.
func (r *rule) gain(node *tip, column int, left, right total) float64 {
	if left.rows < r.minSamples || right.rows < r.minSamples {
		return 0
	}
	wl, wr := float64(left.weight)*r.unit, float64(right.weight)*r.unit
	if wl <= 0 || wr <= 0 || wl < r.minWeight || wr < r.minWeight {
		return 0
	}
	gl, gr := float64(left.sum)/residualOne, float64(right.sum)/residualOne
	var gain float64
	if r.l2 == 0 {
		diff := gl*wr - gr*wl
		gain = diff * diff / (wl * wr * (wl + wr))
	} else {
		gain = gl*gl/(wl+r.l2) + gr*gr/(wr+r.l2) - (gl+gr)*(gl+gr)/(wl+wr+r.l2)
	}
	if gain <= r.minGain {
		return 0
	}
	return gain
}
