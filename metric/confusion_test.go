package metric

import (
	"testing"

	"pgregory.net/rapid"
)

func TestConfusionFigures(t *testing.T) {
	f := func(name string, got, want Figure) {
		t.Helper()
		if !near(got, want, 1e-15) {
			t.Errorf("%s = %v, want %v", name, got, want)
		}
	}
	c := Confusion{TP: 6, FP: 2, TN: 8, FN: 4}
	f("Accuracy", c.Accuracy(), 14.0/20)
	f("TPR", c.TPR(), 6.0/10)
	f("FPR", c.FPR(), 2.0/10)
	f("Botnet.Precision", c.Botnet().Precision, 6.0/8)
	f("Botnet.Recall", c.Botnet().Recall, 6.0/10)
	f("Botnet.F1", c.Botnet().F1, 12.0/18)
	f("Benign.Precision", c.Benign().Precision, 8.0/12)
	f("Benign.Recall", c.Benign().Recall, 8.0/10)
	f("Benign.F1", c.Benign().F1, 16.0/22)
	f("Micro.Precision", c.Micro().Precision, 14.0/20)
	f("Micro.Recall", c.Micro().Recall, 14.0/20)
	f("Micro.F1", c.Micro().F1, 14.0/20)
	f("Macro.Precision", c.Macro().Precision, (6.0/8+8.0/12)/2)
	f("Macro.Recall", c.Macro().Recall, (6.0/10+8.0/10)/2)
	f("Macro.F1", c.Macro().F1, (12.0/18+16.0/22)/2)
	if c.Mismatches() != 6 || c.Total() != 20 || c.Positives() != 10 || c.Negatives() != 10 {
		t.Errorf("%+v: mismatches %d, total %d, positives %d, negatives %d",
			c, c.Mismatches(), c.Total(), c.Positives(), c.Negatives())
	}
}

func TestConfusionOfOneClass(t *testing.T) {
	f := func(c Confusion, tpr, fpr, binaryF1, macroF1 Figure) {
		t.Helper()
		got := [4]Figure{c.TPR(), c.FPR(), c.Botnet().F1, c.Macro().F1}
		for i, want := range [4]Figure{tpr, fpr, binaryF1, macroF1} {
			if !near(got[i], want, 1e-15) {
				t.Errorf("%+v: tpr, fpr, binary and macro F1 are %v, want %v at %d", c, got, want, i)
			}
		}
	}
	f(Confusion{}, undefined(), undefined(), 0, 0)
	f(Confusion{TN: 3}, undefined(), 0, 0, 1)
	f(Confusion{TN: 3, FP: 1}, undefined(), 0.25, 0, (6.0/7)/2)
	f(Confusion{TP: 3}, 1, undefined(), 1, 1)
	f(Confusion{FN: 3}, 0, undefined(), 0, 0)
	if a := (Confusion{}).Accuracy(); a.Defined() {
		t.Errorf("the accuracy of no examples is %v, want undefined", a)
	}
}

func TestConfusionAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		botnet := rapid.SliceOf(rapid.Bool()).Draw(t, "botnet")
		flagged := rapid.SliceOfN(rapid.Bool(), len(botnet), len(botnet)).Draw(t, "flagged")
		part := rapid.SliceOfN(rapid.IntRange(0, 2), len(botnet), len(botnet)).Draw(t, "part")
		var whole Confusion
		var parts [3]Confusion
		for i := range botnet {
			whole.Observe(botnet[i], flagged[i])
			parts[part[i]].Observe(botnet[i], flagged[i])
		}
		if got := parts[2].Add(parts[0].Add(parts[1])); got != whole {
			t.Errorf("the parts add up to %+v, want %+v", got, whole)
		}
		if got, want := whole.Times(3), whole.Add(whole).Add(whole); got != want {
			t.Errorf("three times %+v is %+v, want %+v", whole, got, want)
		}
		if whole.Total() != len(botnet) {
			t.Errorf("%d examples counted of %d", whole.Total(), len(botnet))
		}
	})
}
