package gbdt

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func (m *Model) mustWrite(t testing.TB, ubjson bool) []byte {
	t.Helper()
	var b bytes.Buffer
	write := m.WriteJSON
	if ubjson {
		write = m.WriteUBJSON
	}
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What is written reads back the same, in both formats.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		m, _ := drawModel(r)
		m.Attributes = rapid.MapOfN(rapid.String(), rapid.String(), 0, 3).Draw(r, "attributes")
		if rapid.Bool().Draw(r, "named") {
			m.FeatureNames = []string{"a", "TCP#num_pkts", "ü\"\\\n", "<d>"}
		}
		for _, ubjson := range []bool{false, true} {
			back, err := ReadModel(bytes.NewReader(m.mustWrite(t, ubjson)))
			if err != nil {
				r.Fatal(err)
			}
			same := slices.EqualFunc(m.trees, back.trees, slices.Equal[tree])
			if !same || m.base != back.base || !maps.Equal(m.Attributes, back.Attributes) || !slices.Equal(m.FeatureNames, back.FeatureNames) {
				r.Fatalf("wrote %v, read %v", m, back)
			}
		}
	})
}

const tiny = `{"learner":{"attributes":{"a":"b"},"feature_names":["x","y"],"feature_types":[],
"gradient_booster":{"model":{"gbtree_model_param":{"num_parallel_tree":"1","num_trees":"1","size_leaf_vector":"0"},
"iteration_indptr":[0,1],"tree_info":[0],"trees":[{"base_weights":[0E0,0E0,0E0,0E0,0E0],"categories":[],"categories_nodes":[],
"categories_segments":[],"categories_sizes":[],"default_left":[1,0,0,0,0],"id":0,"left_children":[1,3,-1,-1,-1],
"loss_changes":[2E0,1E0,0E0,0E0,0E0],"parents":[2147483647,0,0,1,1],"right_children":[2,4,-1,-1,-1],
"split_conditions":[5E-1,2E0,1E0,-1E0,2.5E-1],"split_indices":[1,0,0,0,0],"split_type":[0,0,0,0,0],
"sum_hessian":[4E0,3E0,1E0,2E0,1E0],"tree_param":{"num_deleted":"0","num_feature":"2","num_nodes":"5","size_leaf_vector":"1"}}]},
"name":"gbtree"},"learner_model_param":{"base_score":"2.5E-1","boost_from_average":"1","num_class":"0","num_feature":"2","num_target":"1"},
"objective":{"name":"binary:logistic","reg_loss_param":{"scale_pos_weight":"1"}}},"version":[2,1,0]}`

func TestReadVariants(t *testing.T) {
	f := func(what string, change ...string) {
		t.Helper()
		m, err := ReadModel(strings.NewReader(strings.NewReplacer(change...).Replace(tiny)))
		if err != nil {
			t.Errorf("%s: %v", what, err)
			return
		}
		near(t, what, []float64{rowMargin(m, 1, 0), rowMargin(m, 2, 0), rowMargin(m, 0, 1)},
			[]float64{-1.0986123 - 1, -1.0986123 + 0.25, -1.0986123 + 1}, 1e-6)
	}
	f("as is")
	f("base score in brackets, of 3.1", `"2.5E-1"`, `"[2.5E-1]"`)
	f("booleans", `"default_left":[1,0,0,0,0]`, `"default_left":[true,false,false,false,false]`)
	f("no version", `,"version":[2,1,0]`, ``)
	f("no attributes, names or types", `"attributes":{"a":"b"},"feature_names":["x","y"],"feature_types":[],`, ``)
	f("leaf size of 1.x", `"size_leaf_vector":"1"`, `"size_leaf_vector":"0"`)
	f("no leaf size or split types", `,"size_leaf_vector":"1"`, ``, `"split_type":[0,0,0,0,0],`, ``)
	f("spaces before", `{"learner"`, " \n\t{ \"learner\"")
	f("all that 3.3 has otherwise", `"name":"gbtree"`, `"name":"gbtree","cats":{"enc":[],"feature_segments":[],"sorted_idx":[]}`,
		`"num_trees":"1","size_leaf_vector":"0"`, `"num_trees":"1"`, `"2.5E-1"`, `"[2.5E-1]"`, `[2,1,0]`, `[3,3,0]`)
	f("categories of 3.1", `"name":"gbtree"`, `"name":"gbtree","cats":{"enc":[],"feature_segments":[],"sorted_idx":[]}`)
	f("a node that was pruned", `[1,3,-1,-1,-1]`, `[1,3,-1,-1,-1,-1]`, `[2,4,-1,-1,-1]`, `[2,4,-1,-1,-1,-1]`,
		`[0E0,0E0,0E0,0E0,0E0]`, `[0,0,0,0,0,0]`, `[1,0,0,0,0]`, `[1,0,0,0,0,0]`, `[2E0,1E0,0E0,0E0,0E0]`, `[2,1,0,0,0,0]`,
		`[2147483647,0,0,1,1]`, `[2147483647,0,0,1,1,2147483647]`, `[5E-1,2E0,1E0,-1E0,2.5E-1]`, `[0.5,2,1,-1,0.25,9]`,
		`"split_type":[0,0,0,0,0]`, `"split_type":[0,0,0,0,0,0]`, `[4E0,3E0,1E0,2E0,1E0]`, `[4,3,1,2,1,0]`, `"num_nodes":"5"`, `"num_nodes":"6"`)
	f("children before parents", `[1,3,-1,-1,-1]`, `[4,-1,-1,-1,3]`, `[2,4,-1,-1,-1]`, `[2,-1,-1,-1,1]`,
		`[2147483647,0,0,1,1]`, `[2147483647,4,0,4,0]`, `[5E-1,2E0,1E0,-1E0,2.5E-1]`, `[0.5,0.25,1,-1,2]`)
}

func rowMargin(m *Model, row ...float32) float64 {
	x, _ := m.Margin(row)
	return float64(x)
}

func TestReadHostile(t *testing.T) {
	f := func(says string, change ...string) {
		t.Helper()
		text := strings.NewReplacer(change...).Replace(tiny)
		if text == tiny {
			t.Fatalf("%q changes nothing", change)
		}
		_, err := ReadModel(strings.NewReader(text))
		if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
	f("does not start with {", tiny, "")
	f("does not start with {", tiny, "pickle")
	f("unexpected", tiny, `{"learner":`)
	f("byte 2", tiny, "{\x80\x04")
	f("model.learner is missing", tiny, `{}`)
	f("model.learner is an array", tiny, `{"learner":[]}`)
	f("levels of nesting", tiny, `{"a":`+strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000)+`}`)
	f("twice", `"version":[2,1,0]`, `"learner":{}`)
	f("no value", tiny, `{"learner":]`)
	f("numbers and others", `"tree_info":[0]`, `"tree_info":[0,"x"]`)
	f("data after the end", `"version":[2,1,0]}`, `"version":[2,1,0]}x`)
	f("data after the end", `"version":[2,1,0]}`, `"version":[2,1,0]}{}`)
	f(`name is "dart"`, `"name":"gbtree"`, `"name":"dart"`)
	f(`name is "reg:squarederror"`, `binary:logistic`, `reg:squarederror`)
	f("base_score", `"2.5E-1"`, `"1E0"`)
	f("base_score", `"2.5E-1"`, `"NaN"`)
	f("base_score", `"2.5E-1"`, `"[2.5E-1,5E-1]"`)
	f("num_feature", `"num_feature":"2","num_target"`, `"num_feature":"-1","num_target"`)
	f("num_feature", `"num_feature":"2","num_target"`, `"num_feature":"999999999","num_target"`)
	f("2 feature names for 3", `"num_feature":"2","num_target"`, `"num_feature":"3","num_target"`)
	f("feature_names: element 1", `["x","y"]`, `["x",null]`)
	f("num_trees", `"num_trees":"1"`, `"num_trees":"2"`)
	f("num_trees", `"num_trees":"1"`, `"num_trees":"18446744073709551617"`)
	f("class 1", `"tree_info":[0]`, `"tree_info":[1]`)
	f("tells of 2 trees", `"tree_info":[0]`, `"tree_info":[0,0]`)
	f("num_nodes", `"num_nodes":"5"`, `"num_nodes":"0"`)
	f("for 6 nodes", `"num_nodes":"5"`, `"num_nodes":"6"`)
	f("right_children has 4", `[2,4,-1,-1,-1]`, `[2,4,-1,-1]`)
	f("child 5 of 5", `[1,3,-1,-1,-1]`, `[1,5,-1,-1,-1]`)
	f("child 1.5 of 5", `[1,3,-1,-1,-1]`, `[1.5,3,-1,-1,-1]`)
	f("child -1 of 5", `[1,3,-1,-1,-1]`, `[1,-1,-1,-1,-1]`)
	f("child 0 of 5", `[1,3,-1,-1,-1]`, `[1,0,-1,-1,-1]`)
	f("child 4 twice", `[1,3,-1,-1,-1]`, `[1,4,-1,-1,-1]`)
	f("child 2 has another parent", `[1,3,-1,-1,-1]`, `[1,2,-1,-1,-1]`)
	f("child 1 has another parent", `[2147483647,0,0,1,1]`, `[2147483647,3,0,1,1]`)
	f("feature 2 of 2", `"split_indices":[1,0,0,0,0]`, `"split_indices":[2,0,0,0,0]`)
	f("feature -1 of 2", `"split_indices":[1,0,0,0,0]`, `"split_indices":[-1,0,0,0,0]`)
	f("default_left is 2", `"default_left":[1,0,0,0,0]`, `"default_left":[2,0,0,0,0]`)
	f("split_conditions is 1e+39", `[5E-1,2E0`, `[1E39,2E0`)
	f("out of range", `[5E-1,2E0`, `[1E999,2E0`)
	f("sum_hessian is -4", `[4E0,`, `[-4E0,`)
	f("split type 1", `"split_type":[0,`, `"split_type":[1,`)
	f("size_leaf_vector", `"size_leaf_vector":"1"`, `"size_leaf_vector":"3"`)
	f("child -1 of 5", `[2,4,-1,-1,-1]`, `[2,4,0,1,2]`) // as 3.x marks vector leaves
}

// A tree that is one long path is turned away, and neither its depth nor a
// cycle is walked into by recursion.
func TestReadDeep(t *testing.T) {
	chain := func(splits int) *Model {
		m := &Model{features: 1, base: 0.5}
		var path tree
		for i := range splits {
			at := int32(2 * i)
			path = append(path, node{left: at + 1, right: at + 2}, node{left: noNode, right: noNode})
		}
		m.trees = []tree{append(path, node{left: noNode, right: noNode})}
		return m
	}
	if m, err := ReadModel(bytes.NewReader(chain(maxFileDepth).mustWrite(t, true))); err != nil {
		t.Error(err)
	} else if _, err := m.Explain([]float32{1}); err != nil {
		t.Error(err)
	}
	if _, err := ReadModel(bytes.NewReader(chain(maxFileDepth+1).mustWrite(t, true))); !errors.Is(err, ErrFormat) {
		t.Errorf("error %v, want %v", err, ErrFormat)
	}
}

func FuzzReadModel(f *testing.F) {
	f.Add([]byte(tiny))
	f.Add([]byte("{i\x07learner{U\x0aattributes{}Sl\x00\x00\x00\x01x}I\x00\x01v[$d#L\x00\x00\x00\x00\x00\x00\x00\x00}"))
	m, err := ReadModel(strings.NewReader(tiny))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(m.mustWrite(f, true))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ReadModel(bytes.NewReader(data))
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Errorf("error %v, want %v", err, ErrFormat)
			}
			return
		}
		if m.features > 1000 {
			return // rows that wide would only slow the search down
		}
		row := make([]float32, m.features)
		want, err := m.Margin(row)
		if err != nil || want != want || want != naiveMargin(m, row) {
			t.Errorf("margin %v, %v", want, err)
		}
		e, err := m.Explain(row)
		if sum := e.Margin(); err != nil || sum-sum != 0 {
			t.Errorf("parts sum to %v, %v", sum, err)
		}
		for _, ubjson := range []bool{false, true} {
			back, err := ReadModel(bytes.NewReader(m.mustWrite(t, ubjson)))
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := back.Margin(row); got != want {
				t.Errorf("margin %v, read back %v", want, got)
			}
		}
	})
}
