package gbdt

import (
	"slices"
)

// Explanation says how a row's margin comes about: the bias, which is what the
// model expects without knowing the row, and what each feature adds to it. They
// sum to the margin.
type Explanation struct {
	Bias     float64   // log-odds
	Features []float64 // log-odds, one a feature; 0 if the row's path does not depend on it
}

// Margin returns the sum of all parts.
func (e *Explanation) Margin() float64 {
	sum := e.Bias
	for _, x := range e.Features {
		sum += x
	}
	return sum
}

// Explain returns the Shapley values of a row's features (Lundberg et al.,
// 2020: path-dependent TreeSHAP, exact): XGBoost's pred_contribs. NaN in a row
// is an absent value. A row of another width is an error (ErrWidth).
func (m *Model) Explain(row []float32) (*Explanation, error) {
	if err := m.checkWidth(len(row)); err != nil {
		return nil, err
	}
	return m.explain(func(f int32) float32 { return row[f] }), nil
}

// ExplainSparse is Explain for a row given by its present values; the columns
// in index rise strictly.
func (m *Model) ExplainSparse(index []uint32, value []float32) (*Explanation, error) {
	if err := m.checkSparse(index, value); err != nil {
		return nil, err
	}
	return m.explain(func(f int32) float32 { return lookup(index, value, f) }), nil
}

func (m *Model) explain(value func(feature int32) float32) *Explanation {
	e := &Explanation{Bias: float64(m.baseMargin()), Features: make([]float64, m.features)}
	var w walk
	var s shapley
	for _, t := range m.trees {
		for w.start(t); w.next(); {
			e.Bias += w.value() * s.add(e.Features, w.value(), w.steps(), value)
		}
	}
	return e
}

// step is one feature's part of a path: the row goes along if its value is from
// low up to but not with high, or absent and absent values do. Of the training
// rows that come to the path's splits by the feature, share goes along.
type step struct {
	feature   int32
	low, high float32
	absent    bool
	share     float64
}

func (s *step) takes(x float32) bool {
	if x != x {
		return s.absent
	}
	return (x >= s.low || s.low == negativeInfinity) && (x < s.high || s.high == positiveInfinity)
}

// walk visits the leaves of a tree, each with the steps of its path, on a stack
// of its own: how deep a tree is must not choose how deep we recurse.
type walk struct {
	tree  tree
	todo  []visit
	path  [][]step // by depth
	depth int
	leaf  *node
}

type visit struct {
	node, parent int32
	depth        int
}

func (w *walk) start(t tree) {
	w.tree = t
	w.todo = append(w.todo[:0], visit{parent: noNode})
}

// next goes on to the next leaf, if there is one.
func (w *walk) next() bool {
	for len(w.todo) > 0 {
		v := w.todo[len(w.todo)-1]
		w.todo = w.todo[:len(w.todo)-1]
		w.enter(v)
		n := &w.tree[v.node]
		if n.leaf() {
			w.leaf, w.depth = n, v.depth
			return true
		}
		w.todo = append(w.todo, visit{n.left, v.node, v.depth + 1}, visit{n.right, v.node, v.depth + 1})
	}
	return false
}

func (w *walk) value() float64 { return float64(w.leaf.value) }
func (w *walk) steps() []step  { return w.path[w.depth] }

// enter makes the steps to a node out of those to its parent.
func (w *walk) enter(v visit) {
	if v.depth == len(w.path) {
		w.path = append(w.path, nil)
	}
	if v.parent == noNode {
		w.path[0] = w.path[0][:0]
		return
	}
	parent := &w.tree[v.parent]
	steps := append(w.path[v.depth][:0], w.path[v.depth-1]...)
	at := slices.IndexFunc(steps, func(s step) bool { return s.feature == parent.feature })
	if at < 0 {
		at = len(steps)
		steps = append(steps, step{parent.feature, negativeInfinity, positiveInfinity, true, 1})
	}
	steps[at].narrow(parent, v.node == parent.left)
	steps[at].share *= w.tree.share(parent, v.node)
	w.path[v.depth] = steps
}

// narrow adds the demand of a split's side.
func (s *step) narrow(n *node, left bool) {
	if left {
		s.high = min(s.high, n.value)
	} else {
		s.low = max(s.low, n.value)
	}
	s.absent = s.absent && n.absentLeft == left
}

// share is the part of a node's training rows that went to a child; half if
// none came to the node. It divides by what went to both: a file may say
// otherwise of the node.
func (t tree) share(n *node, child int32) float64 {
	all := float64(t[n.left].cover) + float64(t[n.right].cover)
	if all == 0 {
		return 0.5
	}
	return float64(t[child].cover) / all
}

// shapley adds up Shapley values path by path. weight[k] is, over the subsets
// of k of the steps so far, the sum of the products of share (steps not in the
// subset) and of whether the row goes along (steps in it), each subset weighed
// as Shapley does: what Lundberg et al. call EXTEND.
type shapley struct {
	weight []float64
	along  []float64 // by step: 1 if the row goes along, else 0
}

// add adds a path's share of the Shapley values to phi, and returns the product
// of all shares.
func (s *shapley) add(phi []float64, leaf float64, steps []step, value func(int32) float32) (all float64) {
	s.weight, s.along = append(s.weight[:0], 1), s.along[:0]
	all = 1
	for i := range steps {
		along := 0.0
		if steps[i].takes(value(steps[i].feature)) {
			along = 1
		}
		s.along = append(s.along, along)
		s.extend(steps[i].share, along)
		all *= steps[i].share
	}
	for i := range steps {
		if along, share := s.along[i], steps[i].share; along != share {
			phi[steps[i].feature] += s.without(len(steps), share, along) * (along - share) * leaf
		}
	}
	return all
}

func (s *shapley) extend(share, along float64) {
	w := append(s.weight, 0)
	d := float64(len(w))
	for k := len(w) - 2; k >= 0; k-- {
		w[k+1] += along * w[k] * float64(k+1) / d
		w[k] *= share * (d - 1 - float64(k)) / d
	}
	s.weight = w
}

// without returns the sum of the weights as if a step had not been there:
// UNWIND.
func (s *shapley) without(n int, share, along float64) (sum float64) {
	d := float64(n + 1)
	next := s.weight[n]
	for k := n - 1; k >= 0; k-- {
		if along != 0 {
			w := next * d / (float64(k+1) * along)
			sum += w
			next = s.weight[k] - w*share*(d-1-float64(k))/d
		} else {
			sum += s.weight[k] * d / (share * (d - 1 - float64(k)))
		}
	}
	return sum
}
