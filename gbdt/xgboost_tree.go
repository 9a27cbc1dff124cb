package gbdt

import (
	"fmt"
	"math"
	"slices"
)

// fileTree is a tree as a file has it, before anything of it is trusted.
type fileTree struct {
	left, right, parent, feature, value, defaultLeft, gain, cover, weight []float64
}

func (v *value) tree(features int) (tree, error) {
	f, err := v.fileTree()
	if err != nil {
		return nil, err
	}
	order, err := f.order()
	if err != nil {
		return nil, err
	}
	place := make([]int32, len(f.left))
	for i, n := range order {
		place[n] = int32(i)
	}
	t := make(tree, len(order))
	for i, n := range order {
		if t[i], err = f.node(n, features); err != nil {
			return nil, fmt.Errorf("node %d: %w", n, err)
		}
		if !t[i].leaf() {
			t[i].left, t[i].right = place[t[i].left], place[t[i].right]
		}
	}
	return t, nil
}

func (v *value) fileTree() (*fileTree, error) {
	f := new(fileTree)
	nodes, err := v.wantInt(1, math.MaxInt32, "tree_param", "num_nodes")
	if err != nil {
		return nil, err
	}
	for _, a := range []struct {
		to  *[]float64
		key string
	}{
		{&f.left, "left_children"}, {&f.right, "right_children"}, {&f.parent, "parents"},
		{&f.feature, "split_indices"}, {&f.value, "split_conditions"}, {&f.defaultLeft, "default_left"},
		{&f.gain, "loss_changes"}, {&f.cover, "sum_hessian"}, {&f.weight, "base_weights"},
	} {
		if *a.to, err = v.wantNumbers(a.key); err != nil {
			return nil, err
		}
		if len(*a.to) != nodes {
			return nil, fmt.Errorf("%s has %d numbers for %d nodes", a.key, len(*a.to), nodes)
		}
	}
	return f, v.checkSplits(nodes)
}

// checkSplits turns away categorical splits and leaves of several values.
func (v *value) checkSplits(nodes int) error {
	if v.members.find("split_type") != nil {
		kinds, err := v.wantNumbers("split_type")
		if err != nil {
			return err
		}
		for n, k := range kinds {
			if k != 0 || n >= nodes {
				return fmt.Errorf("node %d: split type %v, want only numbers to be split", n, k)
			}
		}
	}
	if v.members.find("tree_param").members.find("size_leaf_vector") == nil {
		return nil
	}
	_, err := v.wantInt(0, 1, "tree_param", "size_leaf_vector")
	return err
}

// order returns the nodes that can be reached from the root, parents first. It
// finds cycles, nodes with two parents, and paths that are too long.
func (f *fileTree) order() ([]int32, error) {
	depth := make([]int16, len(f.left)) // 0 if not reached
	depth[0] = 1
	order := []int32{0}
	for i := 0; i < len(order); i++ {
		n := order[i]
		left, right, err := f.children(n)
		if err != nil {
			return nil, fmt.Errorf("node %d: %w", n, err)
		}
		if left == noNode {
			continue
		}
		if depth[n] > maxFileDepth {
			return nil, fmt.Errorf("node %d: more than %d splits above", n, maxFileDepth)
		}
		for _, child := range []int32{left, right} {
			if depth[child] != 0 || f.parent[child] != float64(n) {
				return nil, fmt.Errorf("node %d: child %d has another parent", n, child)
			}
			depth[child] = depth[n] + 1
			order = append(order, child)
		}
	}
	return keepOrder(order, f), nil
}

// keepOrder sorts the nodes as in the file, if there parents come first.
func keepOrder(order []int32, f *fileTree) []int32 {
	for _, n := range order[1:] {
		if f.parent[n] > float64(n) {
			return order
		}
	}
	sorted := append([]int32(nil), order...)
	slices.Sort(sorted)
	return sorted
}

// children returns a node's children, or noNode twice.
func (f *fileTree) children(n int32) (left, right int32, err error) {
	l, r := f.left[n], f.right[n]
	if l == noNode && r == noNode {
		return noNode, noNode, nil
	}
	for _, c := range []float64{l, r} {
		if c != math.Trunc(c) || c < 1 || c >= float64(len(f.left)) {
			return 0, 0, fmt.Errorf("child %v of %d nodes", c, len(f.left))
		}
	}
	if l == r {
		return 0, 0, fmt.Errorf("child %v twice", l)
	}
	return int32(l), int32(r), nil
}

// node checks one node and returns it, with children as numbered in the file.
func (f *fileTree) node(n int32, features int) (node, error) {
	left, right, err := f.children(n)
	if err != nil {
		return node{}, err
	}
	out := node{left: left, right: right}
	for _, x := range []struct {
		to   *float32
		from float64
		name string
	}{
		{&out.value, f.value[n], "split_conditions"}, {&out.gain, f.gain[n], "loss_changes"},
		{&out.cover, f.cover[n], "sum_hessian"}, {&out.weight, f.weight[n], "base_weights"},
	} {
		*x.to = float32(x.from)
		if *x.to-*x.to != 0 {
			return node{}, fmt.Errorf("%s is %v: %w", x.name, x.from, ErrValue)
		}
	}
	if out.cover < 0 {
		return node{}, fmt.Errorf("sum_hessian is %v, want at least 0", out.cover)
	}
	if out.leaf() {
		return out, nil
	}
	feature, way := f.feature[n], f.defaultLeft[n]
	if feature != math.Trunc(feature) || feature < 0 || feature >= float64(features) {
		return node{}, fmt.Errorf("feature %v of %d", feature, features)
	}
	if way != 0 && way != 1 {
		return node{}, fmt.Errorf("default_left is %v, want 0 or 1", way)
	}
	out.feature, out.absentLeft = int32(feature), way == 1
	return out, nil
}
