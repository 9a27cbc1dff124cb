package gbdt

import (
	"math"
	"slices"
	"sync"
)

// forest is a sum of trees made ready to be applied to rows.
type forest struct {
	inputs  []input // rising by feature
	first   []int32 // by feature, up to one after the last used: its first input
	nodes   []flatNode
	roots   []int32 // in nodes
	depths  []int   // by tree, most splits from root to leaf
	scales  []scale // of thresholds, rising by input
	scaleOf []int32 // by input, its first scale, and the end
	octets  []octet // the trees, if none is deeper than octetDepth
	pool    sync.Pool
}

// input is a value that trees look at: a feature's, or what stands for it
// where it is absent. That is 0 if all splits send an absent value where they
// send 0. Else it is an infinity, which all splits send to one side; a feature
// whose splits differ in this has two inputs.
type input struct {
	feature int32
	absent  float32
}

// flatNode is a split, whose children follow each other, or a leaf.
type flatNode struct {
	value float32
	input int32
	left  int32 // at a leaf, its own place
	right int32 // places after left: 1, or 0 at a leaf
}

func newForest(trees []tree) *forest {
	f := new(forest)
	zeros := absentAreZeros(trees)
	f.addInputs(trees, zeros)
	for _, t := range trees {
		f.addTree(t, zeros)
	}
	f.addScales()
	if len(f.inputs) > 0 && slices.Max(f.depths) <= octetDepth {
		f.addOctets()
	}
	f.pool.New = func() any { return f.newRow() }
	return f
}

// absentAreZeros says whether all splits send an absent value where 0 goes.
func absentAreZeros(trees []tree) bool {
	for _, t := range trees {
		for i := range t {
			if n := &t[i]; !n.leaf() && n.absentLeft != (0 < n.value) {
				return false
			}
		}
	}
	return true
}

// inputOf returns what a split looks at.
func inputOf(n *node, zeros bool) input {
	switch {
	case zeros:
		return input{n.feature, 0}
	case n.absentLeft:
		return input{n.feature, negativeInfinity}
	}
	return input{n.feature, positiveInfinity}
}

func (f *forest) addInputs(trees []tree, zeros bool) {
	seen := map[input]bool{}
	for _, t := range trees {
		for i := range t {
			if in := inputOf(&t[i], zeros); !t[i].leaf() && !seen[in] {
				seen[in] = true
				f.inputs = append(f.inputs, in)
			}
		}
	}
	slices.SortFunc(f.inputs, func(a, b input) int {
		if a.feature == b.feature && a.absent < b.absent {
			return -1
		}
		return int(a.feature - b.feature)
	})
	for i, in := range f.inputs {
		for len(f.first) <= int(in.feature) {
			f.first = append(f.first, int32(i))
		}
	}
	f.first = append(f.first, int32(len(f.inputs)))
}

// inputsOf returns the range of a feature's inputs.
func (f *forest) inputsOf(feature uint32) (first, end int32) {
	if uint64(feature)+1 >= uint64(len(f.first)) {
		return 0, 0
	}
	return f.first[feature], f.first[feature+1]
}

// addTree appends a tree's nodes, level by level, so that siblings are neighbours.
func (f *forest) addTree(t tree, zeros bool) {
	type visit struct {
		node  int32
		depth int
	}
	first, depth := int32(len(f.nodes)), 0
	queue := []visit{{}}
	for i := 0; i < len(queue); i++ {
		v := queue[i]
		n := &t[v.node]
		depth = v.depth
		if n.leaf() {
			f.nodes = append(f.nodes, flatNode{value: n.value, left: first + int32(i)})
			continue
		}
		at := slices.Index(f.inputs[f.first[n.feature]:], inputOf(n, zeros))
		f.nodes = append(f.nodes, flatNode{n.value, f.first[n.feature] + int32(at), first + int32(len(queue)), 1})
		queue = append(queue, visit{n.left, v.depth + 1}, visit{n.right, v.depth + 1})
	}
	f.roots, f.depths = append(f.roots, first), append(f.depths, depth)
}

// next returns where a value goes. It has no branch: which way is hard to predict.
func (n *flatNode) next(x float32) int32 {
	to := n.left
	if !(x < n.value) {
		to += n.right
	}
	return to
}

// newRow returns room for a row's inputs, all absent.
func (f *forest) newRow() *[]float32 {
	row := make([]float32, len(f.inputs))
	for i, in := range f.inputs {
		row[i] = in.absent
	}
	return &row
}

// sumDense adds the row's leaves to a margin.
func (f *forest) sumDense(margin float32, row []float32) float32 {
	values := f.pool.Get().(*[]float32)
	for i, in := range f.inputs {
		if x := row[in.feature]; x == x {
			(*values)[i] = x
		}
	}
	margin = f.sum(margin, *values)
	for i, in := range f.inputs {
		(*values)[i] = in.absent
	}
	f.pool.Put(values)
	return margin
}

// sumSparse is sumDense for a row given by its present values.
func (f *forest) sumSparse(margin float32, index []uint32, value []float32) float32 {
	values := f.pool.Get().(*[]float32)
	for i, c := range index {
		if x := value[i]; x == x {
			for in, end := f.inputsOf(c); in < end; in++ {
				(*values)[in] = x
			}
		}
	}
	margin = f.sum(margin, *values)
	for _, c := range index {
		for in, end := f.inputsOf(c); in < end; in++ {
			(*values)[in] = f.inputs[in].absent
		}
	}
	f.pool.Put(values)
	return margin
}

// sum adds the leaves that a row's inputs lead to.
func (f *forest) sum(margin float32, values []float32) float32 {
	for _, at := range f.roots {
		n := &f.nodes[at]
		for n.right != 0 {
			n = &f.nodes[n.next(values[n.input])]
		}
		margin += n.value
	}
	return margin
}

var (
	negativeInfinity = float32(math.Inf(-1))
	positiveInfinity = float32(math.Inf(1))
)
