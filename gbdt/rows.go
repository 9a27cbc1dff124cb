package gbdt

// rows is the state of the training rows, by row.
type rows struct {
	label  []uint8
	margin []float32
	slot   []uint16 // in the tree being grown

	stat   []int64 // packed residual; 0 if the tree does not see the row
	weight []int64 // what the criterion divides by; nil if all rows weigh 1
	curve  []int64 // p(1-p), times the row's weight, in 1/curvatureOne; nil if all rows weigh 1

	given   []int64 // weight of the row, in 1/residualOne of the largest; nil if all weigh 1
	largest float64 // weight
	sample  sampler
	newton  bool
}

// newRows returns the state before the first tree, all margins 0.
func newRows(set *Examples, cfg *Config) *rows {
	n := len(set.Labels)
	r := &rows{label: set.Labels, margin: make([]float32, n), slot: make([]uint16, n), stat: make([]int64, n), largest: 1}
	r.sample = sampler{seed: cfg.Seed, share: cfg.Rows}
	r.newton = cfg.Criterion == Newton
	if set.Weights != nil || cfg.PositiveWeight != 1 {
		r.setGiven(set, cfg.PositiveWeight)
	}
	if r.given != nil || r.newton {
		r.curve = make([]int64, n)
		r.weight = r.curve
	}
	if r.given != nil && !r.newton {
		r.weight = make([]int64, n)
	}
	return r
}

func (r *rows) setGiven(set *Examples, positive float64) {
	r.largest = 0
	for i := range set.Labels {
		r.largest = max(r.largest, set.weight(i, positive))
	}
	r.given = make([]int64, len(set.Labels))
	for i := range r.given {
		r.given[i] = int64(set.weight(i, positive)/r.largest*residualOne + 0.5)
	}
}

// weight returns the weight of a row, that of its class included.
func (e *Examples) weight(row int, positive float64) float64 {
	w := 1.0
	if e.Weights != nil {
		w = float64(e.Weights[row])
	}
	if e.Labels[row] == 1 {
		w *= positive
	}
	return w
}

// units returns what a sum of residuals, and of weights, is counted in.
func (r *rows) units() (sum, weight float64) {
	sum = r.largest / residualOne
	switch {
	case r.newton:
		return sum, r.largest / curvatureOne
	case r.given != nil:
		return sum, sum
	}
	return sum, 1
}

// advance moves the rows of a segment on to the next tree: it adds to each
// margin the step of the slot that the last tree put the row in, and computes
// the row's statistics. It returns their total.
func (r *rows) advance(p *probability, from, to, tree int, step []float32) total {
	margin, label, slot, stat := r.margin[from:to], r.label[from:to], r.slot[from:to], r.stat[from:to]
	if r.curve == nil && r.sample.share == 1 {
		n := int64(to - from)
		return total{p.advance(margin, label, slot, stat, step), n, n}
	}
	var all total
	for i := range margin {
		margin[i] += step[slot[i]]
		if r.sample.sees(tree, from+i) {
			residual := int64(label[i])<<residualBits - p.at(margin[i])
			all = all.plus(r.set(from+i, residual))
		} else {
			r.hide(from + i)
		}
	}
	return all
}

// set computes the statistics of a row.
func (r *rows) set(i int, residual int64) total {
	given := int64(residualOne)
	if r.given != nil {
		given = r.given[i]
	}
	t := total{sum: times(residual, given), rows: 1, weight: 1}
	r.stat[i] = pack(t.sum)
	if r.curve != nil {
		r.curve[i] = times(curvature(residual), given)
		if r.given != nil && !r.newton {
			r.weight[i] = given
		}
		t.weight = r.weight[i]
	}
	return t
}

// times multiplies by a weight and rounds.
func times(x, given int64) int64 { return (x*given + residualOne/2) >> residualBits }

// hide takes a row out of the tree's sight.
func (r *rows) hide(i int) {
	r.stat[i] = 0
	if r.curve != nil {
		r.curve[i], r.weight[i] = 0, 0
	}
}

// sampler chooses the rows and columns that a tree sees.
type sampler struct {
	seed  uint64
	share float64
}

// sees says whether a tree sees row or column number i. It depends on nothing
// else, so not on the order of asking.
func (s *sampler) sees(tree, i int) bool {
	if s.share == 1 {
		return true
	}
	const unit = 1.0 / (1 << 53)
	return float64(mix(mix(s.seed+uint64(tree))+uint64(i))>>11)*unit < s.share
}
