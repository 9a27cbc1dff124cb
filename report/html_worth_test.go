package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"botnetdetect/evaluate"
	"botnetdetect/feature"
)

var update = flag.Bool("update", false, "make worth.json anew from docs/results/eval.json")

// What pages say of the built-in models must be what docs/results.md says.
func TestBuiltInWorth(t *testing.T) {
	byMode := make(map[feature.Mode]*worthJSON)
	for mode, file := range map[feature.Mode]string{feature.Aware: "eval.json", feature.Agnostic: "eval.json", feature.Behavioural: "behaviour.json"} {
		byMode[mode] = digest(kept(t, file), mode)
	}
	want, err := json.MarshalIndent(byMode, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *update {
		if err := os.WriteFile("worth.json", want, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(builtInWorth, want) {
		t.Errorf("worth.json is not what docs/results says; make it anew: go test ./report -run BuiltInWorth -update")
	}
}

// kept reads an evaluation in docs/results.
func kept(t *testing.T, file string) *evaluate.Result {
	t.Helper()
	f, err := os.Open("../docs/results/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	result, err := evaluate.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestWorth(t *testing.T) {
	result := evaluated(t, evaluate.Random, evaluate.Grid)
	w := digest(result, feature.Agnostic)
	if w == nil || w.Protocol != evaluate.Grid || w.Folds != 4 || w.Detector != "agnostic" || !w.Random.Defined() {
		t.Errorf("of two botnets against two sources it says %+v, want four folds of the grid", w)
	}
	if w := digest(&evaluate.Result{}, feature.Aware); w != nil {
		t.Errorf("of an evaluation of nothing it says %+v", w)
	}
	if w, err := worthOf(About{Origin: "some.json"}, feature.Aware); w != nil || err != nil {
		t.Errorf("of a model that was not evaluated it says %+v, %v", w, err)
	}
}
