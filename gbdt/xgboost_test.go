package gbdt

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
)

// XGBoost opens what we write and sees in it what we see.
func TestXGBoostOpensOurs(t *testing.T) {
	f := func(t *testing.T, d Dense, y []uint8, names []string, change func(*Config)) {
		w := newWitness(t)
		w.rows(d, y)
		m := mustTrain(t, d, y, change)
		m.FeatureNames, m.Attributes["threshold"] = names, "0.5"
		w.write("model.json", file(t, m))
		var b bytes.Buffer
		if err := m.WriteUBJSON(&b); err != nil {
			t.Fatal(err)
		}
		w.write("model.ubj", b.Bytes())
		w.ask("predict")
		for _, kind := range []string{"json", "ubj"} {
			near(t, kind+", dense rows", probabilities(t, m, d), w.floats(kind+".dense"), 1e-6)
			near(t, kind+", sparse rows", probabilities(t, m, sparse(d)), w.floats(kind+".sparse"), 1e-6)
			near(t, kind+", margins", margins(t, m, d), w.floats(kind+".margin"), 1e-6)
			again := w.model("again." + kind)
			if !slices.Equal(margins(t, again, d), margins(t, m, d)) || again.Attributes["threshold"] != "0.5" || !slices.Equal(again.FeatureNames, names) {
				t.Errorf("%s: read by XGBoost and written again, the model is not the same", kind)
			}
		}
		near(t, "contributions", contributions(t, m, d), w.floats("contribs"), 1e-4)
		checkParts(t, m, d)
		checkImportance(t, m, w)
	}
	t.Run("made rows", func(t *testing.T) {
		d, y := flows(1000, 3)
		f(t, d, y, nil, nil)
	})
	t.Run("deep trees", func(t *testing.T) {
		d, y := flows(1000, 4)
		f(t, d, y, nil, func(c *Config) { c.Depth, c.Trees = 9, 20 })
	})
	t.Run("real flows", func(t *testing.T) {
		d, y, names := realFlows(t)
		for i, n := range names { // XGBoost takes no such name
			names[i] = strings.NewReplacer("<", "(", "[", "(", "]", ")").Replace(n)
		}
		d, y = every(len(y)/1000, d, y)
		f(t, d, y, names, nil)
	})
}

// checkParts wants the parts of each row's explanation to sum to its margin.
func checkParts(t *testing.T, m *Model, d Dense) {
	t.Helper()
	sums := make([]float64, d.Rows())
	for i, x := range contributions(t, m, d) {
		sums[i/(len(d)+1)] += x
	}
	near(t, "sums of parts", sums, margins(t, m, d), 1e-5)
}

func checkImportance(t *testing.T, m *Model, w *witness) {
	t.Helper()
	all := map[string][]float64{}
	for _, i := range m.Importance() {
		for kind, x := range map[string]float64{"weight": float64(i.Weight), "gain": i.Gain(), "cover": i.Cover(),
			"total_gain": i.TotalGain, "total_cover": i.TotalCover} {
			all[kind] = append(all[kind], x)
		}
	}
	for kind, got := range all {
		want := w.floats("score." + kind)
		near(t, kind, got, want, 1e-5*(1+slices.Max(want)))
	}
}

// We open what XGBoost writes, whatever its parameters, and predict the same.
func TestOursOpensXGBoost(t *testing.T) {
	f := func(params string) {
		t.Helper()
		w := newWitness(t)
		d, y := flows(1000, 5)
		w.rows(d, y)
		w.write("params.json", []byte(params))
		w.ask("train")
		for _, kind := range []string{"json", "ubj"} {
			m := w.model("model." + kind)
			var data Data = d
			if strings.Contains(params, `"sparse": true`) {
				data = sparse(d)
			} else {
				near(t, params+" contributions", contributions(t, m, d), w.floats("contribs"), 1e-4)
			}
			near(t, params+" margin", margins(t, m, data), w.floats("margin"), 1e-6)
			near(t, params+" probability", probabilities(t, m, data), w.floats("probability"), 1e-6)
		}
	}
	f(`{"trees": 50}`)
	f(`{"trees": 50, "sparse": true, "max_depth": 3}`)
	f(`{"trees": 20, "base_score": 0.2, "max_depth": 8, "tree_method": "exact", "gamma": 1}`)
	f(`{"trees": 20, "grow_policy": "lossguide", "max_leaves": 40, "max_depth": 0, "tree_method": "hist"}`)
	f(`{"trees": 5, "num_parallel_tree": 3, "subsample": 0.5}`)
}

// With second derivatives and XGBoost's regularisation, ours are XGBoost's.
func TestXGBoostTrees(t *testing.T) {
	w := newWitness(t)
	d, y := flows(1500, 7)
	w.rows(d, y)
	prior, _ := (&Examples{Labels: y}).prior(1)
	params, _ := json.Marshal(map[string]any{"trees": 30, "tree_method": "exact", "max_depth": 4, "eta": 0.1, "base_score": float32(prior)})
	w.write("params.json", params)
	w.ask("train")
	m := mustTrain(t, d, y, func(c *Config) {
		c.Trees, c.Depth, c.Criterion, c.L2, c.MinWeight = 30, 4, Newton, 1, 1
	})
	near(t, "probability", probabilities(t, m, d), w.floats("probability"), 1e-5)
}

// With a side of their own for absent values, too.
func TestXGBoostAbsent(t *testing.T) {
	w := newWitness(t)
	d, y := flows(1500, 9)
	for c := range d {
		for r, x := range d[c] {
			if x == 0 {
				d[c][r] = float32(math.NaN())
			}
		}
	}
	w.rows(d, y)
	prior, _ := (&Examples{Labels: y}).prior(1)
	params, _ := json.Marshal(map[string]any{"trees": 30, "tree_method": "exact", "max_depth": 4, "eta": 0.1, "base_score": float32(prior)})
	w.write("params.json", params)
	w.ask("train")
	m := mustTrain(t, d, y, func(c *Config) {
		c.Trees, c.Depth, c.Criterion, c.L2, c.MinWeight, c.Absent = 30, 4, Newton, 1, 1, AbsentOwn
	})
	near(t, "probability", probabilities(t, m, d), w.floats("probability"), 1e-5)
}
