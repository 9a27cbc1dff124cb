package evaluate

import (
	"cmp"
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"botnetdetect/gbdt"
	"botnetdetect/metric"
)

func audited(t *testing.T, c *Corpus) map[string]Audit {
	t.Helper()
	o := DefaultOptions()
	audits, err := Audits(t.Context(), c, oneFeature(), o)
	if err != nil {
		t.Fatal(err)
	}
	byName := make(map[string]Audit)
	failed := true
	for _, a := range audits {
		if a.Failed && !failed {
			t.Errorf("audit %s failed and stands behind one that passed", a.Name)
		}
		failed = a.Failed
		byName[a.Name] = a
	}
	return byName
}

// many is a world with more captures, so that means say something.
func many(value func(Flow, int) float32) *Corpus {
	var captures []some
	for i := range 40 {
		n := string(rune('A' + i))
		captures = append(captures, some{i%3 == 0, "app", n, "10.1.0." + n, 12})
	}
	return corpusOf(value, captures...)
}

// A feature that is each capture's own tells captures apart, and single flows split at
// random, but nothing of groups held out.
func TestAuditsOfCaptureFeature(t *testing.T) {
	audits := audited(t, many(func(f Flow, _ int) float32 { return float32(f.Capture[0]) * 7919 / 104729 }))
	if a := audits["capture identity"]; !a.Failed || a.Value < 0.95 {
		t.Errorf("capture identity: %+v", a)
	}
	a := audits["shuffled labels"]
	if a.Failed {
		t.Errorf("shuffled labels: %+v", a)
	}
	if split := a.Rows[1].Figures["mean"]; split < 0.95 {
		t.Errorf("split by flow, shuffled labels have an AUC of %v, want near 1", split)
	}
	if a := audits["single feature"]; a.Failed {
		t.Errorf("single feature: %+v", a)
	}
}

// A feature that gives the class away alone is found.
func TestAuditsOfTellingFeature(t *testing.T) {
	audits := audited(t, many(truth))
	if a := audits["single feature"]; !a.Failed || a.Value != 1 {
		t.Errorf("single feature: %+v", a)
	}
	if a := audits["capture identity"]; a.Failed {
		t.Errorf("capture identity: %+v", a)
	}
	if a := audits["sensitivity"]; a.Failed || !strings.Contains(a.Finding, "needs the captures") {
		t.Errorf("sensitivity: %+v", a)
	}
}

// A split that leaks must be caught: labels shuffled by group, but split by flow.
func TestShuffledLabelsCatchALeak(t *testing.T) {
	c := many(func(f Flow, _ int) float32 { return float32(f.Capture[0]) * 7919 / 104729 })
	o := DefaultOptions()
	a := auditor{c: c, d: oneFeature(), table: c.Tables["one"], o: &o}
	shuffled := c.shuffle(c.Groups(ByHost), 1)
	aucs, err := a.aucs(t.Context(), shuffled, shuffled.randomFolds(1))
	if err != nil {
		t.Fatal(err)
	}
	if mean(aucs) < 0.5+shuffleBound {
		t.Errorf("a split by flow passes as sound: AUC %v", mean(aucs))
	}
}

func TestShuffleKeepsGroups(t *testing.T) {
	c := world(truth)
	groups := c.Groups(ByHost)
	shuffled := c.shuffle(groups, 5)
	was, is := 0, 0
	for i, rows := range groups.rows() {
		for _, r := range rows {
			if shuffled.Flows[r].Botnet != shuffled.Flows[rows[0]].Botnet {
				t.Errorf("group %s has both labels", groups.Names[i])
			}
		}
		was += number(c.Flows[rows[0]].Botnet)
		is += number(shuffled.Flows[rows[0]].Botnet)
	}
	if was != is {
		t.Errorf("%d botnet groups became %d", was, is)
	}
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// What groups weigh is what a naive count over all pairs of groups and flows says.
func TestGroupAUCAgainstPairs(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 50 {
		c, g := new(Corpus), Groups{}
		tested := &trial{corpus: c, fold: new(Fold)}
		for row := range 2 + rng.IntN(40) {
			group := rng.IntN(6)
			g.Of = append(g.Of, group)
			c.Flows = append(c.Flows, Flow{Botnet: group%2 == 0})
			tested.fold.Test = append(tested.fold.Test, row)
			tested.scores = append(tested.scores, float64(rng.IntN(4)))
		}
		tested.measured = true
		want, got := naiveGroupAUC(tested, g), g.auc([]*trial{tested})
		if want.Defined() != got.Defined() || abs(want-got) > 1e-12 {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

func naiveGroupAUC(t *trial, g Groups) metric.Figure {
	scores := make(map[int][]float64) // by group
	for i, r := range t.fold.Test {
		scores[g.Of[r]] = append(scores[g.Of[r]], t.scores[i])
	}
	var pairs []metric.Figure
	for bot, high := range scores {
		for benign, low := range scores {
			if bot%2 == 0 && benign%2 == 1 {
				pairs = append(pairs, wins(high, low))
			}
		}
	}
	return mean(pairs)
}

func wins(high, low []float64) (share metric.Figure) {
	for _, h := range high {
		for _, l := range low {
			share += metric.Figure(1+cmp.Compare(h, l)) / 2 / metric.Figure(len(high)*len(low))
		}
	}
	return share
}

// Shuffled labels pass though a few large groups score unlike all the small ones, whatever
// was learnt: by flow, the AUC would be far from 0.5.
func TestShuffledLabelsOfUnequalGroups(t *testing.T) {
	var captures []some
	for i := range 30 {
		n, flows := string(rune('A'+i)), 3
		if i%7 == 1 {
			flows = 300
		}
		captures = append(captures, some{i%5 == 0, "app", n, "10.1.0." + n, flows})
	}
	c := corpusOf(func(f Flow, _ int) float32 { return float32(number((f.Capture[0]-'A')%7 == 1)) }, captures...)
	unlearnt := Detector{Name: "value", Table: "one", Fit: func(context.Context, Examples) (Trained, error) {
		return Trained{Threshold: 0.5, Score: func(scores []float64, data gbdt.Data) error {
			for r, v := range column(data, 0) {
				scores[r] = float64(v)
			}
			return nil
		}}, nil
	}}
	o := DefaultOptions()
	a := auditor{c: c, d: unlearnt, table: c.Tables["one"], o: &o}
	audits, err := a.shuffled(t.Context())
	if err != nil || audits[0].Failed {
		t.Errorf("%+v, %v", audits, err)
	}
}
