package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"botnetdetect/dataset"
	"botnetdetect/evaluate"
	"botnetdetect/feature"
	"botnetdetect/flow"
	"botnetdetect/gbdt"
	"botnetdetect/internal/browser"
	"botnetdetect/protocol"
)

// evaluated evaluates a small detector: two botnets, one named to do harm, and two
// benign sources, of two captures each.
func evaluated(t *testing.T, protocols ...evaluate.Protocol) *evaluate.Result {
	t.Helper()
	v := protocol.NewVocabulary()
	set := dataset.Set{Mode: feature.Agnostic}
	for capture := range 8 {
		botnet := capture%2 == 1
		table := flow.NewTable()
		for i := range 12 {
			if botnet == (i != 5) { // in each capture, one flow looks like the other class
				bot(table, address(capture), address(1000*(capture+1)+i), i)
			} else {
				swarm(table, address(capture), address(1000*(capture+1)+i), i)
			}
		}
		for f := range table.Flows() {
			set.Examples = append(set.Examples, dataset.Example{
				Botnet: botnet, Capture: fmt.Sprintf("%d.pcap", capture), Source: []string{"swarm", hostile, "crowd", "storm"}[capture%4],
				Src: f.Src.String(), Dst: f.Dst.String(), Traffic: feature.Blocks(f, feature.Agnostic, v),
			})
		}
	}
	options := evaluate.DefaultOptions()
	options.Protocols = protocols
	options.Config = gbdt.DefaultConfig()
	options.Config.Trees = 5
	options.Detectors = append([]evaluate.Detector{evaluate.Reference(evaluate.AgnosticTable, options.Config)},
		evaluate.Baselines(options.Config, evaluate.AgnosticTable)...)
	corpus := evaluate.FromSet(set)
	result, err := evaluate.Run(t.Context(), corpus, options)
	if err != nil {
		t.Fatal(err)
	}
	if result.Audits, err = evaluate.Audits(t.Context(), corpus, options.Detectors[0], options); err != nil {
		t.Fatal(err)
	}
	return result
}

func showEvaluation(t *testing.T, b *browser.Browser, r *evaluate.Result) *browser.Tab {
	t.Helper()
	return show(t, b, func(w io.Writer) error { return WriteEvaluation(w, r) })
}

func lookAtEvaluation(t *testing.T, b *browser.Browser) {
	result := evaluated(t, evaluate.Random, evaluate.Grid)
	tab := showEvaluation(t, b, result)
	if got := tab.Text("h1"); !strings.HasPrefix(got, "Of a botnet it never saw, it finds") {
		t.Errorf("the page is headed %q", got)
	}
	if got, want := tab.Count("#grid .cell:not(.unmeasured)"), 4; got != want {
		t.Errorf("the grid has %d cells with a figure, want %d: two botnets against two sources", got, want)
	}
	var grid []float64
	for _, f := range result.Folds {
		if f.Protocol == evaluate.Grid && f.Detector == result.Detectors[0].Name {
			grid = append(grid, float64(f.AUC))
		}
	}
	for _, text := range tab.Texts("#grid .cell") {
		if !slices.ContainsFunc(grid, func(x float64) bool { return fmt.Sprintf("%.2f", x) == text }) {
			t.Errorf("the grid says %s; the AUCs are %v", text, grid)
		}
	}
	if got := tab.Count("#curves figure"); got != 4 {
		t.Errorf("%d plots, want ROC, precision and recall, calibration and scores", got)
	}
	if got := tab.Count("#audits article"); got != len(result.Audits) {
		t.Errorf("%d audits are shown, %d were made", got, len(result.Audits))
	}
	tab.Choose("#folds select", string(evaluate.Random))
	if got := tab.Text("#folds tbody td"); !strings.HasPrefix(got, "random") {
		t.Errorf("with the random protocol chosen, the first fold is %q", got)
	}
	tab.Choose("#grid label:last-child select", "1")
	if got := tab.Text("#grid caption"); !strings.HasPrefix(got, "recall by botnet") {
		t.Errorf("with recall chosen, the grid is of %q", got)
	}
	if n := tab.Count("img, main b, main script"); n != 0 {
		t.Errorf("a botnet's name became %d elements", n)
	}
}

func lookAtEvaluationOfNothing(t *testing.T, b *browser.Browser) {
	tab := showEvaluation(t, b, &evaluate.Result{Remarks: []string{"there is no botnet flow"}})
	if got := tab.Text("h1"); got != "What the detector is worth could not be measured" {
		t.Errorf("an empty evaluation is headed %q", got)
	}
	if got := tab.Text(".lead"); !strings.Contains(got, "there is no botnet flow") {
		t.Errorf("an empty evaluation does not say why: %q", got)
	}
}
