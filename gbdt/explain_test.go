package gbdt

import (
	"math"
	"math/bits"
	"testing"

	"pgregory.net/rapid"
)

// naiveExplain follows the definition: a feature's value is the mean, over all
// orders in which features become known, of what knowing it changes.
func naiveExplain(m *Model, row []float32) (phi []float64, bias float64) {
	n := len(row)
	phi = make([]float64, n)
	for set := range 1 << n {
		known := bits.OnesCount(uint(set))
		for f := range n {
			if set>>f&1 == 0 {
				orders := math.Gamma(float64(known+1)) * math.Gamma(float64(n-known)) / math.Gamma(float64(n+1))
				phi[f] += orders * (expected(m, row, set|1<<f) - expected(m, row, set))
			}
		}
	}
	return phi, expected(m, row, 0)
}

// expected returns the margin that a set of known features leads to expect:
// where a split's feature is not known, both ways by their share.
func expected(m *Model, row []float32, known int) float64 {
	sum := float64(m.baseMargin())
	for _, t := range m.trees {
		sum += t.expected(0, row, known)
	}
	return sum
}

func (t tree) expected(at int32, row []float32, known int) float64 {
	n := &t[at]
	x := row[n.feature]
	switch {
	case n.leaf():
		return float64(n.value)
	case known>>n.feature&1 == 0:
		return t.share(n, n.left)*t.expected(n.left, row, known) + t.share(n, n.right)*t.expected(n.right, row, known)
	case x < n.value || (x != x && n.absentLeft):
		return t.expected(n.left, row, known)
	}
	return t.expected(n.right, row, known)
}

func TestExplainsAsDefined(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, d := drawModel(t)
		row := rowOf(d, 0)
		e, err := m.Explain(row)
		if err != nil {
			t.Fatal(err)
		}
		index, value := present(row)
		s, _ := m.ExplainSparse(index, value)
		phi, bias := naiveExplain(m, row)
		for f := range phi {
			if math.Abs(e.Features[f]-phi[f]) > 1e-9 || s.Features[f] != e.Features[f] {
				t.Fatalf("feature %d: %v, sparse %v, want %v", f, e.Features[f], s.Features[f], phi[f])
			}
		}
		if math.Abs(e.Bias-bias) > 1e-9 {
			t.Fatalf("bias %v, want %v", e.Bias, bias)
		}
		if margin, _ := m.Margin(row); math.Abs(e.Margin()-float64(margin)) > 1e-5 {
			t.Fatalf("parts sum to %v, the margin is %v", e.Margin(), margin)
		}
	})
}
