package gbdt

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// witness has XGBoost or scikit-learn answer questions about rows and models,
// see testdata/witness.py.
type witness struct {
	t   *testing.T
	dir string
}

var python = sync.OnceValues(func() (string, error) {
	var err error
	for _, p := range []string{"/usr/bin/python3", "python3"} {
		if err = exec.Command(p, "-c", "import xgboost, sklearn, scipy").Run(); err == nil {
			return p, nil
		}
	}
	return "", err
})

func newWitness(t *testing.T) *witness {
	t.Helper()
	if _, err := python(); err != nil {
		t.Skipf("needs Python with xgboost and scikit-learn (Debian: python3-xgboost python3-sklearn): %v", err)
	}
	return &witness{t, t.TempDir()}
}

func (w *witness) path(name string) string { return filepath.Join(w.dir, name) }

func (w *witness) ask(question string) {
	w.t.Helper()
	p, _ := python()
	out, err := exec.Command(p, "testdata/witness.py", question, w.dir).CombinedOutput()
	if err != nil {
		w.t.Fatalf("witness: %v\n%s", err, out)
	}
}

// rows hands rows over, row by row.
func (w *witness) rows(d Dense, y []uint8) {
	var b []byte
	for r := range d.Rows() {
		for c := range d {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(d[c][r]))
		}
	}
	w.write("x.f32", b)
	w.write("y.u8", y)
}

func (w *witness) write(name string, b []byte) {
	w.t.Helper()
	if err := os.WriteFile(w.path(name), b, 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *witness) read(name string) []byte {
	w.t.Helper()
	b, err := os.ReadFile(w.path(name))
	if err != nil {
		w.t.Fatal(err)
	}
	return b
}

func (w *witness) floats(name string) []float64 {
	b := w.read(name)
	f := make([]float64, len(b)/8)
	for i := range f {
		f[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return f
}

func (w *witness) model(name string) *Model {
	w.t.Helper()
	m, err := ReadModel(bytes.NewReader(w.read(name)))
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

// near fails unless all of got are within by of want.
func near(t *testing.T, what string, got, want []float64, by float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	worst := 0
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= math.Abs(got[worst]-want[worst])) {
			worst = i
		}
	}
	if d := math.Abs(got[worst] - want[worst]); !(d <= by) {
		t.Errorf("%s: value %d is %v, want %v: %v apart, more than %v", what, worst, got[worst], want[worst], d, by)
	}
}

func probabilities(t testing.TB, m *Model, d Data) []float64 {
	t.Helper()
	p := make([]float64, d.Rows())
	if err := m.Probabilities(p, d); err != nil {
		t.Fatal(err)
	}
	return p
}

func margins(t testing.TB, m *Model, d Data) []float64 {
	t.Helper()
	p, out := make([]float32, d.Rows()), make([]float64, d.Rows())
	if err := m.Margins(p, d); err != nil {
		t.Fatal(err)
	}
	for i, x := range p {
		out[i] = float64(x)
	}
	return out
}

func contributions(t testing.TB, m *Model, d Dense) (all []float64) {
	t.Helper()
	row := make([]float32, len(d))
	for r := range d.Rows() {
		for c := range d {
			row[c] = d[c][r]
		}
		e, err := m.Explain(row)
		if err != nil {
			t.Fatal(err)
		}
		all = append(append(all, e.Features...), e.Bias)
	}
	return all
}

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

// Tree by tree, ours are scikit-learn's.
func TestScikitLearnTrees(t *testing.T) {
	w := newWitness(t)
	d, y := coarse(5000, 6)
	w.rows(d, y)
	w.ask("sklearn")
	m := mustTrain(t, d, y, nil)
	theirs := sklearnTrees(w.floats("trees"))
	for i, ours := range m.trees {
		sameTree(t, i, ours, theirs[i])
	}
	near(t, "probability", probabilities(t, m, d), w.floats("probability"), 1e-6)
}

type sklearnNode struct {
	feature, left, right int32
	threshold, value     float64
}

func sklearnTrees(f []float64) (trees [][]sklearnNode) {
	for ; len(f) > 0; f = f[6:] {
		if int(f[0]) == len(trees) {
			trees = append(trees, nil)
		}
		t := &trees[len(trees)-1]
		*t = append(*t, sklearnNode{int32(f[1]), int32(f[4]), int32(f[5]), f[2], f[3]})
	}
	return trees
}

func sameTree(t *testing.T, number int, ours tree, theirs []sklearnNode) {
	t.Helper()
	type pair struct{ ours, theirs int32 }
	for todo := []pair{{}}; len(todo) > 0; {
		p := todo[0]
		todo = todo[1:]
		a, b := ours[p.ours], theirs[p.theirs]
		switch {
		case a.leaf() != (b.left < 0):
			t.Fatalf("tree %d: node %d is a leaf in one tree only", number, p.ours)
		case a.leaf():
			if math.Abs(float64(a.value)-0.1*b.value) > 1e-6 {
				t.Errorf("tree %d: leaf %d is %v, want %v", number, p.ours, a.value, 0.1*b.value)
			}
		case a.feature != b.feature || a.value != above(b.threshold):
			t.Fatalf("tree %d: node %d splits column %d at %v, want column %d at %v", number, p.ours, a.feature, a.value, b.feature, above(b.threshold))
		default:
			todo = append(todo, pair{a.left, b.left}, pair{a.right, b.right})
		}
	}
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

// On rows that none has seen, ours are as good as either's.
func TestAsGoodAsWitnesses(t *testing.T) {
	w := newWitness(t)
	d, y := coarse(8000, 10)
	w.rows(d, y)
	w.ask("quality")
	scores := w.floats("scores") // AUC and log-loss of XGBoost and of scikit-learn
	train := make(Dense, len(d))
	test := make(Dense, len(d))
	for c := range d {
		train[c], test[c] = d[c][:4000], d[c][4000:]
	}
	p := probabilities(t, mustTrain(t, train, y[:4000], func(c *Config) { c.Bins = 255 }), test)
	auc, loss := areaUnderCurve(p, y[4000:]), meanLoss(p, y[4000:])
	for i, name := range []string{"XGBoost", "scikit-learn"} {
		if auc < scores[2*i]-0.001 || loss > scores[2*i+1]+0.001 {
			t.Errorf("AUC %.5f and log-loss %.5f, %s has %.5f and %.5f", auc, loss, name, scores[2*i], scores[2*i+1])
		}
	}
}

// areaUnderCurve is the chance that a row of label 1 has a higher probability
// than one of label 0, equal ones counting half.
func areaUnderCurve(p []float64, y []uint8) float64 {
	won, pairs := 0.0, 0.0
	for i := range p {
		for j := range p {
			if y[i] == 1 && y[j] == 0 {
				pairs++
				if p[i] > p[j] {
					won++
				} else if p[i] == p[j] {
					won += 0.5
				}
			}
		}
	}
	return won / pairs
}

func meanLoss(p []float64, y []uint8) (loss float64) {
	for i, q := range p {
		loss -= math.Log(math.Abs(float64(1-y[i])-q)) / float64(len(p))
	}
	return loss
}
