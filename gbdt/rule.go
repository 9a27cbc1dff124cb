package gbdt

import "math"

// rule says what a split is worth.
type rule struct {
	sumUnit    float64 // of total.sum
	weightUnit float64 // of total.weight
	l2         float64
	minGain    float64
	minSamples int64
	minWeight  float64
	monotone   []int8 // by column; nil for none
}

// bounds are what values of a node may be, so that the model is monotone.
type bounds struct{ low, high float64 }

var unbounded = bounds{math.Inf(-1), math.Inf(1)}

func (b bounds) clamp(x float64) float64 { return min(max(x, b.low), b.high) }

// gain returns by how much a split lowers the loss, or 0 if the rule forbids
// it. Without L2 it is friedman_mse, wl*wr/(wl+wr) * (mean left - mean right)²
// (Friedman 2001, formula 35), which is also the gain of Chen and Guestrin
// (2016, formula 7) when weights are second derivatives. Products are converted
// before they are added, which forbids fused operations: see exp.
func (r *rule) gain(node *tip, column int, left, right total) float64 {
	if left.rows < r.minSamples || right.rows < r.minSamples {
		return 0
	}
	wl, wr := float64(left.weight)*r.weightUnit, float64(right.weight)*r.weightUnit
	if wl <= 0 || wr <= 0 || wl < r.minWeight || wr < r.minWeight {
		return 0
	}
	gl, gr := float64(left.sum)*r.sumUnit, float64(right.sum)*r.sumUnit
	var gain float64
	switch {
	case r.monotone != nil:
		gain = r.boundedGain(node.bounds, r.monotone[column], gl, gr, wl+r.l2, wr+r.l2)
	case r.l2 == 0:
		diff := float64(gl*wr) - float64(gr*wl)
		gain = diff * diff / (wl * wr * (wl + wr))
	default:
		gain = gl*gl/(wl+r.l2) + gr*gr/(wr+r.l2) - (gl+gr)*(gl+gr)/(wl+wr+r.l2)
	}
	if gain <= r.minGain || gain <= r.noise(left.rows+right.rows, wl+wr) {
		return 0
	}
	return gain
}

// noise is what rounding the residuals of alike rows could make a split gain.
func (r *rule) noise(rows int64, weight float64) float64 {
	sum := float64(rows) * r.sumUnit
	return sum * sum / weight
}

// boundedGain is gain where the node's values may not be what is best for them.
func (r *rule) boundedGain(b bounds, way int8, gl, gr, wl, wr float64) float64 {
	left, right := b.clamp(gl/wl), b.clamp(gr/wr)
	if float64(way)*(right-left) < 0 {
		return 0
	}
	won := func(g, w, value float64) float64 { return float64((2*g - float64(w*value)) * value) }
	whole := wl + wr - r.l2
	return won(gl, wl, left) + won(gr, wr, right) - won(gl+gr, whole, b.clamp((gl+gr)/whole))
}

// divide returns the bounds of the two sides of a split.
func (r *rule) divide(b bounds, s *split) (left, right bounds) {
	if r.monotone == nil {
		return b, b
	}
	return b.divide(r.monotone[s.column], (b.clamp(r.value(s.left))+b.clamp(r.value(s.right)))/2)
}

// divide returns the bounds of two children that values must rise (way 1) or
// fall (-1) between.
func (b bounds) divide(way int8, middle float64) (left, right bounds) {
	left, right = b, b
	switch way {
	case 1:
		left.high, right.low = middle, middle
	case -1:
		left.low, right.high = middle, middle
	}
	return left, right
}

func (r *rule) value(t total) float64 {
	return float64(t.sum) * r.sumUnit / (float64(t.weight)*r.weightUnit + r.l2)
}
