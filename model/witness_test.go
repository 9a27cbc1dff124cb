package model

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os/exec"
	"path/filepath"
	"testing"

	"botnetdetect/dataset"
	"botnetdetect/feature"
	"botnetdetect/gbdt"
	"botnetdetect/internal/safefile"
	"botnetdetect/internal/witness"
	"botnetdetect/metric"
)

// testimony is what testdata/witness.py says.
type testimony struct {
	OursInXGBoost []float64 `json:"ours_in_xgboost"`
	XGBoost       []float64 `json:"xgboost"`
	ScikitLearn   []float64 `json:"sklearn"`
}

// TestForeignWitnesses has XGBoost and scikit-learn check us on the real flows that the
// built-in models were trained on: XGBoost opens our model and finds the same
// probabilities, we open XGBoost's, and trees trained by us on every other flow are as
// good on the rest as scikit-learn's.
func TestForeignWitnesses(t *testing.T) {
	python := witness.Python(t, "xgboost", "sklearn")
	for _, mode := range []feature.Mode{feature.Aware, feature.Agnostic} {
		t.Run(string(mode), func(t *testing.T) {
			set := readTraining(t, mode)
			ours, err := Default(mode)
			if err != nil {
				t.Fatal(err)
			}
			folder := t.TempDir()
			foreign := filepath.Join(folder, "xgboost.json")
			said := hear(t, python, ours, set, folder, foreign)
			theirs, err := ReadFile(foreign)
			if err != nil {
				t.Fatal(err)
			}
			if len(set.Examples) < 1000 {
				t.Errorf("only %d flows", len(set.Examples))
			}
			sameScores(t, "ours, in XGBoost", scores(t, ours, set), said.OursInXGBoost)
			sameScores(t, "XGBoost's, in ours", scores(t, theirs, set), said.XGBoost)
			asGood(t, set, said.ScikitLearn)
		})
	}
}

// readTraining reads the flows that a built-in model was trained on.
func readTraining(t *testing.T, mode feature.Mode) dataset.Set {
	t.Helper()
	set, err := dataset.ReadFile(t.Context(), filepath.Join("default", map[feature.Mode]string{
		feature.Aware: "features.json.gz", feature.Agnostic: "features.csv.gz", feature.Behavioural: "behaviour.csv.gz",
	}[mode]), mode != feature.Aware)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func hear(t *testing.T, python string, ours *Model, set dataset.Set, folder, foreign string) (said testimony) {
	t.Helper()
	path := filepath.Join(folder, "ours.json")
	if err := safefile.Write(path, ours.Write); err != nil {
		t.Fatal(err)
	}
	rows := &gbdt.Sparse{Width: len(ours.Features()), Indptr: []int64{0}}
	for i := range set.Examples {
		row := ours.row(set.Examples[i].Traffic)
		rows.Index, rows.Value = append(rows.Index, row.index...), append(rows.Value, row.value...)
		rows.Indptr = append(rows.Indptr, int64(len(rows.Index)))
	}
	question, err := json.Marshal(map[string]any{
		"rows":   map[string]any{"width": rows.Width, "indptr": rows.Indptr, "index": rows.Index, "value": rows.Value},
		"labels": numbers(labels(set)), "names": ours.Features(), "model": path, "xgboost": foreign,
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, filepath.Join("testdata", "witness.py"))
	cmd.Stdin = bytes.NewReader(question)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	answer, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &complaint)
	}
	if err := json.Unmarshal(answer, &said); err != nil {
		t.Fatal(err)
	}
	return said
}

// numbers keeps bytes from becoming a JSON string.
func numbers(labels []uint8) []int {
	out := make([]int, len(labels))
	for i, y := range labels {
		out[i] = int(y)
	}
	return out
}

func scores(t *testing.T, m *Model, set dataset.Set) []float64 {
	t.Helper()
	out := make([]float64, len(set.Examples))
	for i := range set.Examples {
		score, err := m.Score(set.Examples[i].Traffic)
		if err != nil {
			t.Fatal(err)
		}
		out[i] = score
	}
	return out
}

func sameScores(t *testing.T, whose string, got, want []float64) {
	t.Helper()
	worst := 0.0
	for i := range want {
		worst = max(worst, math.Abs(got[i]-want[i]))
	}
	t.Logf("%s: %d flows, largest difference %.2g", whose, len(want), worst)
	if len(got) != len(want) || worst > 1e-6 {
		t.Errorf("%s: probabilities differ by up to %v", whose, worst)
	}
}

// asGood trains on the even examples and compares with scikit-learn on the odd ones.
func asGood(t *testing.T, set dataset.Set, sklearn []float64) {
	t.Helper()
	train, test := dataset.Set{Mode: set.Mode}, dataset.Set{Mode: set.Mode}
	for i, e := range set.Examples {
		half := &train
		if i%2 == 1 {
			half = &test
		}
		half.Examples = append(half.Examples, e)
	}
	m, err := Train(context.Background(), train, gbdt.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := rank(t, scores(t, m, test), test), rank(t, sklearn, test)
	t.Logf("AUC %v, scikit-learn %v; log-loss %v, scikit-learn %v", ours.AUC(), theirs.AUC(), ours.LogLoss(), theirs.LogLoss())
	if ours.AUC() < theirs.AUC()-0.002 || ours.LogLoss() > theirs.LogLoss()+0.002 {
		t.Errorf("not as good as scikit-learn")
	}
}

func rank(t *testing.T, scores []float64, set dataset.Set) metric.Ranking {
	t.Helper()
	r, err := metric.Rank(scores, set.Labels())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestDefaultIsReproducible trains the built-in models again, bit for bit.
func TestDefaultIsReproducible(t *testing.T) {
	for _, mode := range []feature.Mode{feature.Aware, feature.Agnostic, feature.Behavioural} {
		want, err := builtin.ReadFile("default/" + fileName(mode))
		if err != nil {
			t.Fatal(err)
		}
		kept, err := Default(mode)
		if err != nil {
			t.Fatal(err)
		}
		config := gbdt.DefaultConfig()
		config.Seed = kept.Training.Recipe.Seed
		set := readTraining(t, mode)
		m, err := Train(context.Background(), set, config)
		if err != nil {
			t.Fatal(err)
		}
		if kept.HeldOut != nil {
			if m.HeldOut, err = HoldOut(context.Background(), set, config); err != nil {
				t.Fatal(err)
			}
		}
		m.Training.Time, m.Training.Tool = kept.Training.Time, kept.Training.Tool
		var got bytes.Buffer
		if err := m.Write(&got); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s: training on the kept features gives another model than the built-in one; run: make default-model", mode)
		}
	}
}
