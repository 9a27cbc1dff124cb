package gbdt

import (
	"math"
	"testing"
)

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
