package gbdt

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Limits of what a file may hold.
const (
	maxFile      = 1 << 28 // bytes
	maxFileDepth = 512     // splits from root to leaf
)

// ErrFormat says that a file is not a model that this package can use.
var ErrFormat = errors.New("not an XGBoost model of gbtree with binary:logistic")

// ReadModel reads a model of objective binary:logistic in XGBoost JSON or
// UBJSON, told apart by content, of versions 1.0 to 3.x. It checks all of the
// file, and trusts none: a file of any content ends in a sound model or an
// error. It reads r to its end.
func ReadModel(r io.Reader) (*Model, error) {
	m, err := readModel(r)
	if err != nil {
		return nil, fmt.Errorf("cannot read model: %w", err)
	}
	return m, nil
}

func readModel(r io.Reader) (*Model, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("more than %d bytes", maxFile)
	}
	doc, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	m, err := doc.model()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	m.compile()
	return m, nil
}

// parse tells JSON from UBJSON by what follows the first brace: a quoted key,
// or a key's length.
func parse(data []byte) (*value, error) {
	body := bytes.TrimLeft(data, " \t\r\n")
	if len(body) == 0 || body[0] != '{' {
		return nil, errors.New("it does not start with {")
	}
	rest := bytes.TrimLeft(body[1:], " \t\r\n")
	if len(rest) > 0 && (rest[0] == '"' || rest[0] == '}') {
		return parseJSON(data)
	}
	return parseUBJSON(body)
}

func (doc *value) model() (*Model, error) {
	if err := doc.checkKind(); err != nil {
		return nil, err
	}
	m := &Model{}
	var err error
	if m.features, err = doc.wantInt(1, maxColumns, "learner", "learner_model_param", "num_feature"); err != nil {
		return nil, err
	}
	if m.base, err = doc.baseScore(); err != nil {
		return nil, err
	}
	if m.Attributes, err = doc.attributes(); err != nil {
		return nil, err
	}
	if m.FeatureNames, err = doc.featureNames(m.features); err != nil {
		return nil, err
	}
	m.trees, err = doc.trees(m.features)
	return m, err
}

// checkKind turns away what is XGBoost's but not two-class trees.
func (doc *value) checkKind() error {
	for _, c := range []struct {
		want string
		path []string
	}{
		{"gbtree", []string{"learner", "gradient_booster", "name"}},
		{"binary:logistic", []string{"learner", "objective", "name"}},
	} {
		got, err := doc.wantText(c.path...)
		if err != nil {
			return err
		}
		if got != c.want {
			return fmt.Errorf("%s is %q, want %q", name(c.path), got, c.want)
		}
	}
	return nil
}

// baseScore reads a probability, alone or, as of 3.1, in brackets.
func (doc *value) baseScore() (float32, error) {
	s, err := doc.wantText("learner", "learner_model_param", "base_score")
	if err != nil {
		return 0, err
	}
	alone := strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")
	p, err := strconv.ParseFloat(alone, 32)
	if err != nil || !(float32(p) > 0 && float32(p) < 1) {
		return 0, fmt.Errorf("base_score is %q, want a probability between 0 and 1", s)
	}
	return float32(p), nil
}

func (doc *value) attributes() (map[string]string, error) {
	all := map[string]string{}
	learner, err := doc.want(object, "learner")
	if err != nil {
		return nil, err
	}
	a, ok := learner.members["attributes"]
	if !ok {
		return all, nil
	}
	if a.kind != object {
		return nil, fmt.Errorf("attributes are %v, want an object", a.kind)
	}
	for k, v := range a.members {
		if v.kind != text {
			return nil, fmt.Errorf("attribute %q is %v, want a string", k, v.kind)
		}
		all[k] = v.text
	}
	return all, nil
}

func (doc *value) featureNames(features int) ([]string, error) {
	learner, err := doc.want(object, "learner")
	if err != nil || learner.members["feature_names"] == nil {
		return nil, err
	}
	names, err := learner.wantTexts("feature_names")
	if err != nil {
		return nil, err
	}
	if len(names) != 0 && len(names) != features {
		return nil, fmt.Errorf("%d feature names for %d features", len(names), features)
	}
	return names, nil
}

func (doc *value) trees(features int) ([]tree, error) {
	model, err := doc.want(object, "learner", "gradient_booster", "model")
	if err != nil {
		return nil, err
	}
	list, err := model.want(array, "trees")
	if err != nil {
		return nil, err
	}
	if _, err := model.wantInt(len(list.list), len(list.list), "gbtree_model_param", "num_trees"); err != nil {
		return nil, err
	}
	if err := model.checkClasses(len(list.list)); err != nil {
		return nil, err
	}
	trees := make([]tree, len(list.list))
	for i, t := range list.list {
		if trees[i], err = t.tree(features); err != nil {
			return nil, fmt.Errorf("tree %d: %w", i, err)
		}
	}
	return trees, nil
}

// checkClasses wants all trees to be of the one class that two-class models have.
func (v *value) checkClasses(trees int) error {
	info, err := v.wantNumbers("tree_info")
	if err != nil {
		return err
	}
	if len(info) != trees {
		return fmt.Errorf("tree_info tells of %d trees, there are %d", len(info), trees)
	}
	for i, class := range info {
		if class != 0 {
			return fmt.Errorf("tree %d is of class %v, want only class 0", i, class)
		}
	}
	return nil
}

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
	place := make(map[int32]int32, len(order))
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
	if v.members["split_type"] != nil {
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
	if v.members["tree_param"].members["size_leaf_vector"] == nil {
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
