package gbdt

import (
	"fmt"
	"math"
	"slices"
)

// watch follows the loss on the validation examples while trees are added.
type watch struct {
	cfg    *Config
	set    *Examples // nil without
	margin []float32 // nil before the first tree
	curve  []float64
	best   int // trees with the lowest loss, among those added
}

func newWatch(cfg *Config, columns int) (*watch, error) {
	w := &watch{cfg: cfg, set: cfg.Validation}
	if w.set == nil {
		return w, nil
	}
	if err := w.set.check(cfg); err != nil {
		return nil, fmt.Errorf("validation: %w", err)
	}
	if w.set.Data.Columns() != columns {
		return nil, fmt.Errorf("validation has %d columns, the training data %d: %w", w.set.Data.Columns(), columns, ErrWidth)
	}
	if len(w.set.Weights) > 0 && slices.Max(w.set.Weights) == 0 {
		return nil, fmt.Errorf("validation: all rows weigh 0: %w", ErrValue)
	}
	return w, nil
}

// add takes note of the model's last tree and says whether to stop.
func (w *watch) add(m *Model) (done bool) {
	loss := math.NaN()
	if w.set != nil {
		w.addLast(m)
		loss = w.set.logLoss(w.margin)
		w.curve = append(w.curve, loss)
		if loss < w.curve[max(0, w.best-1)] || w.best == 0 {
			w.best = len(w.curve)
		}
	}
	if w.cfg.Progress != nil {
		w.cfg.Progress(len(m.trees), loss)
	}
	return w.cfg.Patience > 0 && len(w.curve)-w.best >= w.cfg.Patience
}

// addLast adds the model's last tree to the margins, before the first time all.
func (w *watch) addLast(m *Model) {
	last := m.trees
	if w.margin == nil {
		w.margin = make([]float32, len(w.set.Labels))
		for r := range w.margin {
			w.margin[r] = m.baseMargin()
		}
	} else {
		last = m.trees[len(m.trees)-1:]
	}
	newForest(last).addAll(w.margin, w.set.Data, w.cfg.Goroutines)
}

// finish takes back the trees after the best, if that was asked for.
func (w *watch) finish(m *Model) {
	m.Curve = w.curve
	if w.cfg.Patience > 0 {
		m.trees = m.trees[:len(m.trees)-(len(w.curve)-w.best)]
	}
	m.compile()
}

// logLoss returns the mean of -ln(probability of the label), by weight.
func (e *Examples) logLoss(margin []float32) float64 {
	sum, weight := 0.0, 0.0
	for r, x := range margin {
		w := e.weight(r, 1)
		sum += w * crossEntropy(float64(x), e.Labels[r])
		weight += w
	}
	return sum / weight
}

// crossEntropy returns -ln of the probability of the label.
func crossEntropy(margin float64, label uint8) float64 {
	if label == 1 {
		margin = -margin
	}
	return max(margin, 0) + math.Log1p(math.Exp(-math.Abs(margin)))
}
