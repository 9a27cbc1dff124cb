package gbdt

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
)

// number is a float that is always written as one: XGBoost does not take the
// integer 1 where it wants the number 1.0.
type number float64

func (x number) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(x), 'E', -1, 32), nil
}

type fileModel struct {
	Learner fileLearner `json:"learner"`
	Version []int       `json:"version"`
}

type fileLearner struct {
	Attributes   map[string]string `json:"attributes"`
	FeatureNames []string          `json:"feature_names"`
	FeatureTypes []string          `json:"feature_types"`
	Booster      fileBooster       `json:"gradient_booster"`
	Param        map[string]string `json:"learner_model_param"`
	Objective    fileObjective     `json:"objective"`
}

type fileObjective struct {
	Name  string            `json:"name"`
	Param map[string]string `json:"reg_loss_param"`
}

type fileBooster struct {
	Name  string    `json:"name"`
	Model fileTrees `json:"model"`
}

type fileTrees struct {
	Param     map[string]string `json:"gbtree_model_param"`
	Iteration []int             `json:"iteration_indptr"`
	Info      []int             `json:"tree_info"`
	Trees     []fileTree        `json:"trees"`
}

type fileTree struct {
	ID          int               `json:"id"`
	Param       map[string]string `json:"tree_param"`
	Left        []int32           `json:"left_children"`
	Right       []int32           `json:"right_children"`
	Parents     []int32           `json:"parents"`
	Feature     []int32           `json:"split_indices"`
	Value       []number          `json:"split_conditions"`
	DefaultLeft []int8            `json:"default_left"`
	BaseWeights []number          `json:"base_weights"`
	Gain        []number          `json:"loss_changes"`
	Cover       []number          `json:"sum_hessian"`
	SplitType   []int8            `json:"split_type"`
	Categories  []int32           `json:"categories"`
	CatNodes    []int32           `json:"categories_nodes"`
	CatSegments []int64           `json:"categories_segments"`
	CatSizes    []int64           `json:"categories_sizes"`
}

// noParent is what XGBoost writes as the parent of a root.
const noParent = math.MaxInt32

// WriteJSON writes the model as XGBoost JSON.
func (m *Model) WriteJSON(w io.Writer) error {
	if n := len(m.FeatureNames); n != 0 && n != m.features {
		return fmt.Errorf("cannot write model: %d feature names for %d features", n, m.features)
	}
	if err := json.NewEncoder(w).Encode(m.file()); err != nil {
		return fmt.Errorf("cannot write model: %w", err)
	}
	return nil
}

func (m *Model) file() *fileModel {
	features := strconv.Itoa(m.features)
	f := &fileModel{Version: []int{2, 1, 0}}
	f.Learner = fileLearner{
		Attributes:   m.Attributes,
		FeatureNames: m.FeatureNames,
		FeatureTypes: []string{},
		Param: map[string]string{"base_score": strconv.FormatFloat(float64(m.base), 'E', -1, 32), "num_class": "0",
			"num_feature": features, "num_target": "1", "boost_from_average": "1"},
		Objective: fileObjective{Name: "binary:logistic", Param: map[string]string{"scale_pos_weight": "1"}},
		Booster:   fileBooster{Name: "gbtree"},
	}
	if f.Learner.Attributes == nil {
		f.Learner.Attributes = map[string]string{}
	}
	if f.Learner.FeatureNames == nil {
		f.Learner.FeatureNames = []string{}
	}
	b := &f.Learner.Booster.Model
	b.Param = map[string]string{"num_trees": strconv.Itoa(len(m.trees)), "num_parallel_tree": "1", "size_leaf_vector": "0"}
	b.Iteration = []int{0}
	b.Info, b.Trees = []int{}, []fileTree{}
	for i, t := range m.trees {
		b.Iteration = append(b.Iteration, i+1)
		b.Info = append(b.Info, 0)
		b.Trees = append(b.Trees, t.file(i, features))
	}
	return f
}

func (t tree) file(id int, features string) fileTree {
	f := fileTree{ID: id, Param: map[string]string{"num_nodes": strconv.Itoa(len(t)), "num_feature": features, "num_deleted": "0", "size_leaf_vector": "1"},
		Categories: []int32{}, CatNodes: []int32{}, CatSegments: []int64{}, CatSizes: []int64{}}
	f.Parents = make([]int32, len(t))
	f.Parents[0] = noParent
	for i, n := range t {
		f.Left, f.Right, f.Feature = append(f.Left, n.left), append(f.Right, n.right), append(f.Feature, n.feature)
		f.Value, f.Gain, f.Cover = append(f.Value, number(n.value)), append(f.Gain, number(n.gain)), append(f.Cover, number(n.cover))
		f.BaseWeights, f.SplitType = append(f.BaseWeights, 0), append(f.SplitType, 0)
		f.DefaultLeft = append(f.DefaultLeft, 0)
		if n.leaf() {
			f.BaseWeights[i] = number(n.value)
			continue
		}
		if n.absentLeft {
			f.DefaultLeft[i] = 1
		}
		f.Parents[n.left], f.Parents[n.right] = int32(i), int32(i)
	}
	return f
}

// ReadModel reads an XGBoost model of objective binary:logistic.
func ReadModel(r io.Reader) (*Model, error) {
	var f fileModel
	if err := json.NewDecoder(r).Decode(&f); err != nil {
		return nil, fmt.Errorf("cannot read model: %w", err)
	}
	m, err := f.model()
	if err != nil {
		return nil, fmt.Errorf("cannot read model: %w", err)
	}
	return m, nil
}

func (f *fileModel) model() (*Model, error) {
	l := &f.Learner
	if l.Objective.Name != "binary:logistic" || l.Booster.Name != "gbtree" {
		return nil, fmt.Errorf("booster %q with objective %q: want gbtree with binary:logistic", l.Booster.Name, l.Objective.Name)
	}
	base, err := strconv.ParseFloat(l.Param["base_score"], 32)
	if err != nil || !(base > 0 && base < 1) {
		return nil, fmt.Errorf("base_score %q is not a probability between 0 and 1", l.Param["base_score"])
	}
	features, err := strconv.Atoi(l.Param["num_feature"])
	if err != nil || features < 1 || features > maxColumns {
		return nil, fmt.Errorf("num_feature is %q, want 1 to %d", l.Param["num_feature"], maxColumns)
	}
	if n := len(l.FeatureNames); n != 0 && n != features {
		return nil, fmt.Errorf("%d feature names for %d features", n, features)
	}
	m := &Model{FeatureNames: l.FeatureNames, Attributes: l.Attributes, features: features, base: float32(base)}
	for i := range l.Booster.Model.Trees {
		t, err := l.Booster.Model.Trees[i].tree(features)
		if err != nil {
			return nil, fmt.Errorf("tree %d: %w", i, err)
		}
		m.trees = append(m.trees, t)
	}
	return m, nil
}

func (f *fileTree) tree(features int) (tree, error) {
	n := len(f.Left)
	if n == 0 {
		return nil, errors.New("no nodes")
	}
	for _, m := range []int{len(f.Right), len(f.Feature), len(f.Value), len(f.DefaultLeft), len(f.Gain), len(f.Cover)} {
		if m != n {
			return nil, fmt.Errorf("arrays of %d and %d nodes", n, m)
		}
	}
	seen := make([]bool, n)
	seen[0] = true
	t := make(tree, n)
	for i := range t {
		t[i] = node{left: f.Left[i], right: f.Right[i], feature: f.Feature[i], value: float32(f.Value[i]),
			absentLeft: f.DefaultLeft[i] != 0, gain: float32(f.Gain[i]), cover: float32(f.Cover[i])}
		if t[i].leaf() && t[i].right == noNode {
			continue
		}
		if t[i].feature < 0 || int(t[i].feature) >= features {
			return nil, fmt.Errorf("node %d: feature %d of %d", i, t[i].feature, features)
		}
		for _, child := range []int32{t[i].left, t[i].right} {
			if int(child) <= i || int(child) >= n || seen[child] {
				return nil, fmt.Errorf("node %d: child %d is not a later node of its own, of %d", i, child, n)
			}
			seen[child] = true
		}
	}
	return t, nil
}
