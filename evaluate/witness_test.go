package evaluate

import (
	"os/exec"
	"path/filepath"
	"testing"

	"botnetdetect/dataset"
	"botnetdetect/gbdt"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/internal/safefile"
	"botnetdetect/internal/witness"
	"botnetdetect/observe"
	"botnetdetect/protocol"
)

// XGBoost and scikit-learn, given the exported features, folds and models, must find the
// same verdicts and figures: equal confusion counts, AUC within 1e-6. Scores may differ
// by the rounding of a float32 sigmoid, 2e-6.
func TestWitness(t *testing.T) {
	python := witness.Python(t, "xgboost", "sklearn")
	paths, _ := dataset.Scan([]string{
		pcaptest.Shared(t, "data", "Botnet"), pcaptest.Shared(t, "data", "Benign", "skype"),
		pcaptest.Shared(t, "data", "Benign", "webrtc_voip_p2p"), pcaptest.Shared(t, "data", "Benign", "gnutella"),
	})
	v := protocol.NewVocabulary()
	b := Builder{Vocabulary: v}
	for seen := range observe.All(t.Context(), paths, observe.Options{Vocabulary: v}) {
		if err := b.Add(seen); err != nil {
			t.Fatal(err)
		}
	}
	c := b.Corpus()
	o := DefaultOptions()
	o.Detectors = []Detector{Reference(AwareTable, gbdt.DefaultConfig()), Reference(AgnosticTable, gbdt.DefaultConfig())}
	o.Protocols = []Protocol{Random, Capture, Family}
	o.Scores = true
	folder := t.TempDir()
	export, err := NewExport(folder)
	if err != nil {
		t.Fatal(err)
	}
	o.Keep = export.Keep
	r, err := Run(t.Context(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := export.Finish(c, r); err != nil {
		t.Fatal(err)
	}
	r.DropScores()
	result := filepath.Join(folder, "eval.json")
	if err := safefile.Write(result, r.WriteJSON); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(python, "testdata/witness.py", folder, result).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("the witness disagrees: %v", err)
	}
}
