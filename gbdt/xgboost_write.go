package gbdt

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
)

// writer writes a document. Both formats have the same parts.
type writer interface {
	beginObject()
	endObject()
	beginArray(n int)
	endArray()
	key(string)
	text(string)
	integer(int)
	integers(ubjsonType byte, n int, at func(int) int64)
	floats(n int, at func(int) float32)
	flush() error
}

// WriteJSON writes the model as XGBoost JSON, which XGBoost opens from 1.7 on.
func (m *Model) WriteJSON(w io.Writer) error { return m.write(&jsonWriter{w: w}) }

// WriteUBJSON writes the model as XGBoost UBJSON: the same as JSON in half the
// bytes, and XGBoost's own default from 2.1 on.
func (m *Model) WriteUBJSON(w io.Writer) error { return m.write(&ubjsonWriter{w: w}) }

func (m *Model) write(w writer) error {
	if err := m.checkNames(); err != nil {
		return fmt.Errorf("cannot write model: %w", err)
	}
	writeMembers(w,
		member{"learner", m.writeLearner},
		member{"version", func(w writer) { writeInts(w, 2, 1, 0) }},
	)
	if err := w.flush(); err != nil {
		return fmt.Errorf("cannot write model: %w", err)
	}
	return nil
}

func (m *Model) checkNames() error {
	if n := len(m.FeatureNames); n != 0 && n != m.features {
		return fmt.Errorf("%d feature names for %d features: %w", n, m.features, ErrWidth)
	}
	return nil
}

type member struct {
	key   string
	write func(writer)
}

func writeMembers(w writer, members ...member) {
	w.beginObject()
	for _, m := range members {
		w.key(m.key)
		m.write(w)
	}
	w.endObject()
}

// writeTexts writes an object of strings, given keys and values in turn.
func writeTexts(w writer, pairs ...string) {
	w.beginObject()
	for i := 0; i < len(pairs); i += 2 {
		w.key(pairs[i])
		w.text(pairs[i+1])
	}
	w.endObject()
}

func writeInts(w writer, all ...int) {
	w.beginArray(len(all))
	for _, n := range all {
		w.integer(n)
	}
	w.endArray()
}

func (m *Model) writeLearner(w writer) {
	writeMembers(w,
		member{"attributes", m.writeAttributes},
		member{"feature_names", m.writeNames},
		member{"feature_types", func(w writer) { writeInts(w) }},
		member{"gradient_booster", func(w writer) {
			writeMembers(w,
				member{"model", m.writeTrees},
				member{"name", func(w writer) { w.text("gbtree") }})
		}},
		member{"learner_model_param", func(w writer) {
			writeTexts(w, "base_score", formatFloat(m.base), "boost_from_average", "1", "num_class", "0",
				"num_feature", strconv.Itoa(m.features), "num_target", "1")
		}},
		member{"objective", func(w writer) {
			writeMembers(w,
				member{"name", func(w writer) { w.text("binary:logistic") }},
				member{"reg_loss_param", func(w writer) { writeTexts(w, "scale_pos_weight", "1") }})
		}},
	)
}

func (m *Model) writeAttributes(w writer) {
	w.beginObject()
	for _, k := range slices.Sorted(maps.Keys(m.Attributes)) {
		w.key(k)
		w.text(m.Attributes[k])
	}
	w.endObject()
}

func (m *Model) writeNames(w writer) {
	w.beginArray(len(m.FeatureNames))
	for _, n := range m.FeatureNames {
		w.text(n)
	}
	w.endArray()
}

func (m *Model) writeTrees(w writer) {
	first := make([]int, len(m.trees)+1) // one tree an iteration
	for i := range first {
		first[i] = i
	}
	writeMembers(w,
		member{"gbtree_model_param", func(w writer) {
			writeTexts(w, "num_parallel_tree", "1", "num_trees", strconv.Itoa(len(m.trees)), "size_leaf_vector", "0")
		}},
		member{"iteration_indptr", func(w writer) { writeInts(w, first...) }},
		member{"tree_info", func(w writer) { writeInts(w, make([]int, len(m.trees))...) }},
		member{"trees", func(w writer) {
			w.beginArray(len(m.trees))
			for i, t := range m.trees {
				t.write(w, i, m.features)
			}
			w.endArray()
		}},
	)
}

// noParent is what XGBoost writes as the parent of a root.
const noParent = math.MaxInt32

func (t tree) parents() []int32 {
	p := make([]int32, len(t))
	p[0] = noParent
	for i, n := range t {
		if !n.leaf() {
			p[n.left], p[n.right] = int32(i), int32(i)
		}
	}
	return p
}

func (t tree) write(w writer, id, features int) {
	parents := t.parents()
	floats := func(at func(n *node) float32) func(writer) {
		return func(w writer) { w.floats(len(t), func(i int) float32 { return at(&t[i]) }) }
	}
	ints := func(mark byte, n int, at func(i int) int64) func(writer) {
		return func(w writer) { w.integers(mark, n, at) }
	}
	writeMembers(w,
		member{"base_weights", floats(func(n *node) float32 { return n.weight })},
		member{"categories", ints('l', 0, nil)},
		member{"categories_nodes", ints('l', 0, nil)},
		member{"categories_segments", ints('L', 0, nil)},
		member{"categories_sizes", ints('L', 0, nil)},
		member{"default_left", ints('U', len(t), func(i int) int64 { return t[i].defaultLeft() })},
		member{"id", func(w writer) { w.integer(id) }},
		member{"left_children", ints('l', len(t), func(i int) int64 { return int64(t[i].left) })},
		member{"loss_changes", floats(func(n *node) float32 { return n.gain })},
		member{"parents", ints('l', len(t), func(i int) int64 { return int64(parents[i]) })},
		member{"right_children", ints('l', len(t), func(i int) int64 { return int64(t[i].right) })},
		member{"split_conditions", floats(func(n *node) float32 { return n.value })},
		member{"split_indices", ints('l', len(t), func(i int) int64 { return int64(t[i].feature) })},
		member{"split_type", ints('U', len(t), func(int) int64 { return 0 })},
		member{"sum_hessian", floats(func(n *node) float32 { return n.cover })},
		member{"tree_param", func(w writer) {
			writeTexts(w, "num_deleted", "0", "num_feature", strconv.Itoa(features),
				"num_nodes", strconv.Itoa(len(t)), "size_leaf_vector", "1")
		}},
	)
}

func (n *node) defaultLeft() int64 {
	if n.absentLeft {
		return 1
	}
	return 0
}
