package evaluate

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"botnetdetect/gbdt"
	"botnetdetect/metric"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// sameFigures takes two figures that are undefined for the same.
var sameFigures = cmp.Comparer(func(x, y metric.Figure) bool {
	return x == y || !x.Defined() && !y.Defined()
})

func evaluated(t *testing.T, c *Corpus, protocol Protocol, change ...func(*Options)) *Result {
	t.Helper()
	o := DefaultOptions()
	o.Detectors, o.Protocols = []Detector{oneFeature()}, []Protocol{protocol}
	for _, f := range change {
		f(&o)
	}
	r, err := Run(t.Context(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A feature that tells everything is perfect in every cell.
func TestRunPerfect(t *testing.T) {
	r := evaluated(t, world(truth), Grid)
	if len(r.Folds) != 6 {
		t.Fatalf("%d cells, want 6", len(r.Folds))
	}
	for _, f := range r.Folds {
		if f.Recall != 1 || f.FPR != 0 || f.AUC != 1 || f.Threshold != 0.5 {
			t.Errorf("cell %s: recall %v, FPR %v, AUC %v at %v", f.Fold, f.Recall, f.FPR, f.AUC, f.Threshold)
		}
	}
	s := r.Summary[0]
	if d := cmp.Diff([]Importance{{"x", 1}}, s.Important); d != "" {
		t.Errorf("importance (-want +got):\n%s", d)
	}
	if s.Recall.Median != 1 || s.Good != 6 || s.GoodOf != 6 || s.Measured != 6 {
		t.Errorf("summary %+v", s)
	}
	if g := r.Gaps[0]; g.Figure != "recall" || g.Random != 1 || g.Grid != 1 || g.Gap != 0 {
		t.Errorf("gap %+v", g)
	}
}

// A feature that is each capture's own looks perfect split by flow, and is worth nothing
// where the family is not known: the values of a family's captures lie among others'.
func TestRunSeesThroughCaptures(t *testing.T) {
	own := map[string]float32{"s1": 1, "k1": 2, "z1": 3, "t1": 4, "s2": 5, "w1": 6, "k2": 7, "t2": 8}
	c := world(func(f Flow, _ int) float32 { return own[f.Capture] })
	r := evaluated(t, c, Grid)
	s := r.Summary[0]
	if s.Recall.Median > 0.6 || s.Good != 0 {
		t.Errorf("grid: %+v", s)
	}
	if r.Gaps[0].Random != 1 {
		t.Errorf("random split: recall %v, want 1", r.Gaps[0].Random)
	}
}

// What a fold's figures must be is counted by hand from its scores.
func TestFoldFiguresByHand(t *testing.T) {
	c := world(func(f Flow, r int) float32 {
		noise := float32(r*37%10) / 10
		if f.Botnet {
			return noise + 0.4
		}
		return noise
	})
	r := evaluated(t, c, Capture, func(o *Options) { o.Scores = true })
	for _, f := range r.Folds {
		byHand(t, &f)
	}
}

func byHand(t *testing.T, f *FoldResult) {
	t.Helper()
	var c metric.Confusion
	budgets := make([]metric.Confusion, len(f.Budgets))
	wins, pairs := 0.0, 0.0
	for _, s := range f.Scores {
		c.Observe(s.Botnet, s.Score >= float64(f.Threshold))
		for i := range budgets {
			budgets[i].Observe(s.Botnet, s.Score >= float64(f.Budgets[i].Threshold))
		}
		for _, o := range f.Scores {
			if !s.Botnet || o.Botnet {
				continue
			}
			pairs++
			switch {
			case s.Score > o.Score:
				wins++
			case s.Score == o.Score:
				wins += 0.5
			}
		}
	}
	if c != f.Confusion || c.TPR() != f.Recall && f.Recall.Defined() {
		t.Errorf("fold %s: confusion %+v, counted %+v", f.Fold, f.Confusion, c)
	}
	for i := range budgets {
		if budgets[i] != f.Budgets[i].Confusion {
			t.Errorf("fold %s, budget %v: confusion %+v, counted %+v", f.Fold, f.Budgets[i].Budget, f.Budgets[i].Confusion, budgets[i])
		}
	}
	if pairs > 0 && math.Abs(wins/pairs-float64(f.AUC)) > 1e-12 {
		t.Errorf("fold %s: AUC %v, counted %v", f.Fold, f.AUC, wins/pairs)
	}
}

// A threshold for a budget comes from training: flows tested that score higher than any
// in training do not raise it.
func TestThresholdIsOfTraining(t *testing.T) {
	fit := func(_ context.Context, train Examples) (Trained, error) {
		return Trained{Threshold: 0.5, Score: func(scores []float64, data gbdt.Data) error {
			for i, x := range column(data, 0) {
				scores[i] = float64(x)
			}
			return nil
		}}, nil
	}
	own := map[string]float32{"skype": 0.875, "torrent": 0.25, "web": 0.125, "storm": 0.5, "zeus": 0.375}
	c := world(func(f Flow, _ int) float32 { return own[f.Source] })
	r := evaluated(t, c, Source, func(o *Options) { o.Detectors = []Detector{{Name: "x", Table: "one", Fit: fit}} })
	for _, f := range r.Folds {
		for _, b := range f.Budgets {
			want := 0.875 // skype is in training: no benign flow there is above it
			if f.Source == "skype" {
				want = 0.25
			}
			if threshold := float64(b.Threshold); threshold <= want || threshold > want+1e-9 {
				t.Errorf("fold %s, budget %v: threshold %v, want just above %v", f.Fold, b.Budget, threshold, want)
			}
		}
	}
}

func TestHostsByHand(t *testing.T) {
	c := corpusOf(truth, some{true, "storm", "s1", "10.0.0.1", 4}, some{false, "web", "w1", "10.0.0.2", 3})
	h := c.hosts()
	if d := cmp.Diff([]int{0, 0, 0, 0, 1, 1, 1}, h.of); d != "" {
		t.Errorf("hosts of flows (-want +got):\n%s", d)
	}
	got := h.judge(c.all(), []bool{true, false, false, false, false, true, true})
	want := HostFigures{Any: metric.Confusion{TP: 1, FP: 1}, Most: metric.Confusion{FN: 1, FP: 1}}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestSameOnAnyNumberOfCores(t *testing.T) {
	c := world(func(f Flow, r int) float32 { return truth(f, r) + float32(r*31%7) })
	one := evaluated(t, c, Grid, func(o *Options) { o.Workers = 1 })
	many := evaluated(t, c, Grid, func(o *Options) { o.Workers = 7 })
	if d := cmp.Diff(one, many, sameFigures); d != "" {
		t.Errorf("one core (-) and seven (+):\n%s", d)
	}
}

// Bad input: what cannot be measured is said, and the rest is measured.
func TestRemarks(t *testing.T) {
	f := func(name string, p Protocol, c *Corpus, wants ...string) {
		t.Helper()
		r := evaluated(t, c, p)
		said := slices.Clone(r.Remarks)
		for _, fold := range r.Folds {
			said = append(said, fold.Remarks...)
		}
		for _, want := range wants {
			if !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, want) }) {
				t.Errorf("%s: %q is not said; said was %q", name, want, said)
			}
		}
	}
	storm, web := some{true, "storm", "s", "10.0.0.1", 12}, some{false, "web", "w", "10.0.0.2", 15}
	f("no benign source", Grid, corpusOf(truth, storm), "there are no benign flows", "makes no fold")
	f("no botnet", Capture, corpusOf(truth, web), "there are no botnet flows", "nothing can be trained")
	f("one of each", Grid, corpusOf(truth, storm, web), "one botnet family only (storm)", "one benign source only (web)", "nothing can be trained")
	f("one group", Capture, corpusOf(truth, storm, some{false, "web", "s", "10.0.0.1", 15}), "all flows are of one group", "nothing can be trained")
	f("one flow", Grid, corpusOf(truth, storm, web, some{true, "zeus", "z", "10.0.0.3", 1}, some{false, "mail", "m", "10.0.0.4", 20}),
		"only 1 botnet flow tested: recall moves in steps of 1.00", "no threshold can be chosen")
	f("few to choose from", Grid, world(truth), "a false-positive rate of 0.01 allows none of the")
	f("one class", Source, corpusOf(truth, storm, web, some{true, "storm", "s2", "10.0.0.7", 30}, some{false, "mail", "m", "10.0.0.4", 20}, some{false, "dns", "d", "10.0.0.5", 20}),
		"no botnet flow is tested: recall and AUC cannot be measured")
	f("no captures", Random, corpusOf(truth, some{true, "storm", "", "10.0.0.1", 9}, some{false, "web", "", "10.0.0.2", 9}), "do not say which capture")
}

func TestRunErrors(t *testing.T) {
	o := DefaultOptions()
	o.Detectors = []Detector{oneFeature()}
	f := func(want string, c *Corpus, o Options) {
		t.Helper()
		if _, err := Run(t.Context(), c, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	f("no labelled P2P flows", corpusOf(truth), o)
	f("no detector", world(truth), DefaultOptions())
	short := world(truth)
	short.Flows = short.Flows[1:]
	f("is not of these flows", short, o)
	broken := o
	broken.Detectors = []Detector{{Name: "broken", Table: "one", Fit: func(context.Context, Examples) (Trained, error) {
		return Trained{}, fmt.Errorf("no oil")
	}}}
	f("no oil", world(truth), broken)
}

func TestAbsentTable(t *testing.T) {
	c := world(truth)
	c.Absent["two"] = "nobody made it"
	r := evaluated(t, c, Capture, func(o *Options) {
		o.Detectors = append(o.Detectors, Detector{Name: "second", Table: "two"})
	})
	if want := "detector second was not measured: it wants the features two: nobody made it"; !slices.Contains(r.Remarks, want) {
		t.Errorf("remarks %q", r.Remarks)
	}
	if len(r.Summary) != 1 {
		t.Errorf("%d summaries, want that of the other detector", len(r.Summary))
	}
}

func TestStopsWhenAsked(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	o := DefaultOptions()
	o.Detectors = []Detector{oneFeature()}
	if _, err := Run(ctx, world(truth), o); err == nil {
		t.Error("a run that was told to stop ends well")
	}
}

func TestResultForms(t *testing.T) {
	o := DefaultOptions()
	c := world(func(f Flow, r int) float32 { return truth(f, r) + float32(r*31%7) })
	o.Detectors = append([]Detector{oneFeature()}, Baselines(gbdt.DefaultConfig(), "one")...)
	o.Protocols = slices.Clone(protocols)
	r, err := Run(t.Context(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Audits, err = Audits(t.Context(), c, o.Detectors[0], o); err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := r.WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	back, err := Read(&text)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(r, back, sameFigures, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("written (-) and read back (+):\n%s", d)
	}
	checkKeys(t, r)
	text.Reset()
	if err := r.WriteCSV(&text); err != nil {
		t.Fatal(err)
	}
	if rows, err := csv.NewReader(&text).ReadAll(); err != nil || len(rows) != len(r.Folds)+1 {
		t.Errorf("CSV has %d rows for %d folds: %v", len(rows), len(r.Folds), err)
	}
	for _, write := range []func(*Result, *bytes.Buffer) error{
		func(r *Result, b *bytes.Buffer) error { return r.WriteText(b) },
		func(r *Result, b *bytes.Buffer) error { return r.WriteMarkdown(b) },
	} {
		text.Reset()
		if err := write(r, &text); err != nil || !strings.Contains(text.String(), "torrent") || strings.Contains(text.String(), "NaN") {
			t.Errorf("error %v, or not what it should be:\n%s", err, text.String())
		}
	}
}

// checkKeys wants the keys that every fold must have.
func checkKeys(t *testing.T, r *Result) {
	t.Helper()
	var text bytes.Buffer
	if err := r.WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	var loose struct{ Folds []map[string]any }
	if err := json.Unmarshal(text.Bytes(), &loose); err != nil {
		t.Fatal(err)
	}
	for _, f := range loose.Folds {
		for _, key := range []string{"protocol", "detector", "family", "source", "flows", "botnet", "threshold", "recall", "fpr", "auc"} {
			if _, ok := f[key]; !ok {
				t.Fatalf("fold %v has no %s", f["fold"], key)
			}
		}
	}
}

func TestReadRefuses(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if _, err := Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", text, err, want)
		}
	}
	f("", "EOF")
	f("[]", "cannot unmarshal")
	f(`{"format":99}`, "format 99")
	f(`{"format":1}`, "names no detector")
	f(`{"format":1,"detectors":[{"name":"x"}],"summary":[{"budgets":[{"budget":0.1}]}]}`, "for each budget")
}

// Whatever a file holds, the outcome is an error, or a result that can be shown.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"format":1,"detectors":[{"name":"x"}],"settings":{"protocols":["grid","random"],"budgets":[0.1],"base_rates":[0.01]},
"audits":[{"name":"a","value":null,"rows":[{"name":"r","figures":{"auc":0.5}},{"name":"q"}]}],"remarks":["\u0007|"],"gaps":[{"figure":"recall"}],
"summary":[{"protocol":"grid","detector":"x","budgets":[{"budget":0.1}],"pooled":{"budgets":[{}],"precision_at":[{"rate":0.01}]}}],
"folds":[{"protocol":"grid","detector":"x","family":"a","source":"b","remarks":["one: two"]}],"data":{"families":[{"name":"a"}],"sources":[{"name":"b"}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		for _, write := range []func(io.Writer) error{r.WriteText, r.WriteMarkdown, r.WriteCSV, r.WriteJSON} {
			if err := write(io.Discard); err != nil {
				t.Fatal(err)
			}
		}
	})
}
