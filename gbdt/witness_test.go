package gbdt

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"os/exec"
	"path/filepath"
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
