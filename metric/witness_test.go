package metric

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os/exec"
	"testing"
)

// The cases that testdata/witness.py is asked about; its answers follow.
type (
	witnessCases struct {
		Examples []exampleCase `json:"examples"`
		Counts   []countCase   `json:"counts"`
		Samples  []sampleCase  `json:"samples"`
	}
	exampleCase struct {
		Scores    []float64 `json:"scores"`
		Labels    []bool    `json:"labels"`
		Threshold float64   `json:"threshold"`
		Budgets   []float64 `json:"budgets"`
		BaseRate  float64   `json:"base_rate"`
		Bins      int       `json:"bins"`
	}
	countCase struct {
		K     int     `json:"k"`
		N     int     `json:"n"`
		Level float64 `json:"level"`
	}
	sampleCase struct {
		Values []float64 `json:"values"`
		Q      []float64 `json:"q"`
	}
)

type (
	witnessAnswers struct {
		Version  string          `json:"version"`
		Examples []exampleAnswer `json:"examples"`
		Counts   [][2]Figure     `json:"counts"`
		Samples  [][]Figure      `json:"samples"`
	}
	exampleAnswer struct {
		Counts   Confusion `json:"counts"`
		Accuracy Figure    `json:"accuracy"`
		// Precision, recall and F1, each.
		Botnet [3]Figure `json:"botnet"`
		Benign [3]Figure `json:"benign"`
		Micro  [3]Figure `json:"micro"`
		Macro  [3]Figure `json:"macro"`
		// Absent, so nil, where scikit-learn needs both classes.
		AUC     *Figure        `json:"auc"`
		ROC     [][2]float64   `json:"roc"` // FPR and TPR at every threshold
		Budgets []budgetAnswer `json:"budgets"`
		AP      *Figure        `json:"average_precision"`
		APAt    *Figure        `json:"average_precision_at"`
		Brier   Figure         `json:"brier"`
		LogLoss Figure         `json:"log_loss"`
		ECE     Figure         `json:"ece"`
		Bins    [][3]Figure    `json:"bins"` // size, mean score, botnet share
	}
	budgetAnswer struct {
		Threshold *float64 `json:"threshold"` // nil: above every score
		Recall    Figure   `json:"recall"`
	}
)

// TestScikitLearnAgrees asks scikit-learn for every figure that it too defines,
// on random examples with many ties, and SciPy and NumPy for the rest.
func TestScikitLearnAgrees(t *testing.T) {
	cases := drawWitnessCases(rand.New(rand.NewPCG(1, 2)))
	answers := askWitness(t, cases)
	t.Logf("scikit-learn %s", answers.Version)
	for i, c := range cases.Examples {
		w := witness{T: t, number: i, ranking: rank(t, c.Scores, c.Labels)}
		w.confusion(c, answers.Examples[i])
		w.curves(c, answers.Examples[i])
		w.calibration(c, answers.Examples[i])
	}
	for i, c := range cases.Counts {
		got, want := ClopperPearson(c.K, c.N, c.Level), answers.Counts[i]
		if !within(got.Low, want[0], 1e-8) || !within(got.High, want[1], 1e-8) {
			t.Errorf("ClopperPearson(%d, %d, %v) = %v, SciPy says %v", c.K, c.N, c.Level, got, want)
		}
	}
	for i, c := range cases.Samples {
		for j, q := range c.Q {
			if got, want := Quantile(c.Values, q), answers.Samples[i][j]; !near(got, want, 1e-14) {
				t.Errorf("Quantile(%v, %v) = %v, NumPy says %v", c.Values, q, got, want)
			}
		}
	}
}

// within reports whether got differs from want by at most a share of want.
func within(got, want Figure, share float64) bool {
	return math.Abs(float64(got-want)) <= share*math.Abs(float64(want))
}

// witness compares one case with scikit-learn's answer.
type witness struct {
	*testing.T
	number  int
	ranking Ranking
}

func (w witness) same(figure string, got, want Figure) {
	w.Helper()
	if !near(got, want, 1e-12) {
		w.Errorf("case %d: %s = %v, scikit-learn says %v", w.number, figure, got, want)
	}
}

func (w witness) confusion(c exampleCase, want exampleAnswer) {
	got := w.ranking.At(c.Threshold)
	if got != want.Counts {
		w.Errorf("case %d: counts are %+v, scikit-learn says %+v", w.number, got, want.Counts)
	}
	w.same("accuracy", got.Accuracy(), want.Accuracy)
	w.class("botnet", got.Botnet(), want.Botnet)
	w.class("benign", got.Benign(), want.Benign)
	w.class("micro", got.Micro(), want.Micro)
	w.class("macro", got.Macro(), want.Macro)
}

func (w witness) class(name string, got Class, want [3]Figure) {
	w.same(name+" precision", got.Precision, want[0])
	w.same(name+" recall", got.Recall, want[1])
	w.same(name+" F1", got.F1, want[2])
}

// orUndefined is the figure, or undefined where the witness has none.
func orUndefined(f *Figure) Figure {
	if f == nil {
		return undefined()
	}
	return *f
}

func (w witness) curves(c exampleCase, want exampleAnswer) {
	w.same("AUC", w.ranking.AUC(), orUndefined(want.AUC))
	w.same("average precision", w.ranking.AveragePrecision(), orUndefined(want.AP))
	w.same("average precision at a base rate", w.ranking.AveragePrecisionAt(c.BaseRate), orUndefined(want.APAt))
	for i, b := range want.Budgets {
		threshold := w.ranking.aboveAll()
		if b.Threshold != nil {
			threshold = *b.Threshold
		}
		w.same("threshold at a budget", w.ranking.ThresholdAtFPR(c.Budgets[i]), Figure(threshold))
		w.same("recall at a budget", w.ranking.RecallAtFPR(c.Budgets[i]), b.Recall)
	}
	w.onCurve(w.ranking.ROC(), want.ROC)
}

// onCurve holds that the corners are among scikit-learn's points, and that the
// points between corners lie on the line.
func (w witness) onCurve(corners []ROCPoint, points [][2]float64) {
	i := 0
	for _, p := range points {
		if i >= len(corners) {
			w.Errorf("case %d: the ROC curve ends before %v", w.number, p)
			return
		}
		if c := corners[i]; c.FPR == p[0] && c.TPR == p[1] {
			i++
			continue
		}
		if i == 0 || !onLine(corners[i-1], p, corners[i]) {
			w.Errorf("case %d: the ROC curve misses %v", w.number, p)
		}
	}
	if i != len(corners) {
		w.Errorf("case %d: the ROC curve goes on after its end, %v", w.number, corners[i:])
	}
}

func onLine(a ROCPoint, p [2]float64, b ROCPoint) bool {
	cross := (p[0]-a.FPR)*(b.TPR-a.TPR) - (p[1]-a.TPR)*(b.FPR-a.FPR)
	return math.Abs(cross) < 1e-12
}

func (w witness) calibration(c exampleCase, want exampleAnswer) {
	w.same("Brier", w.ranking.Brier(), want.Brier)
	w.same("log loss", w.ranking.LogLoss(), want.LogLoss)
	w.same("ECE", w.ranking.ECE(c.Bins), want.ECE)
	bins := w.ranking.Reliability(c.Bins)
	if len(bins) != len(want.Bins) {
		w.Fatalf("case %d: %d bins %+v, scikit-learn has %v", w.number, len(bins), bins, want.Bins)
	}
	for i, b := range bins {
		w.same("bin size", Figure(b.Botnet+b.Benign), want.Bins[i][0])
		w.same("bin mean score", Figure(b.MeanScore), want.Bins[i][1])
		w.same("bin botnet share", Figure(b.BotnetShare), want.Bins[i][2])
	}
}

func drawWitnessCases(rng *rand.Rand) witnessCases {
	var cases witnessCases
	for range 400 {
		cases.Examples = append(cases.Examples, drawExampleCase(rng))
	}
	for range 200 {
		n := 1 + rng.IntN(1<<rng.IntN(20))
		c := countCase{K: rng.IntN(n + 1), N: n, Level: []float64{0.5, 0.9, 0.95, 0.999}[rng.IntN(4)]}
		cases.Counts = append(cases.Counts, c)
	}
	for range 100 {
		c := sampleCase{Q: []float64{0, 0.025, 0.1, 1.0 / 3, 0.5, 0.975, 1}}
		for range 1 + rng.IntN(30) {
			c.Values = append(c.Values, float64(rng.IntN(20))/7)
		}
		cases.Samples = append(cases.Samples, c)
	}
	return cases
}

// drawExampleCase draws up to 150 examples; one case in ten or so has a single
// class.
func drawExampleCase(rng *rand.Rand) exampleCase {
	c := exampleCase{
		Threshold: float64(rng.IntN(17)) / 16,
		Budgets:   []float64{0, 1e-3, 0.01, 0.1, 0.5, 1},
		BaseRate:  []float64{1e-4, 1e-3, 0.01, 0.3}[rng.IntN(4)],
		Bins:      []int{1, 2, 8, 10, 15}[rng.IntN(5)],
	}
	score := drawScore(rng)
	share := []float64{0, 1, 0.1, 0.2, 0.5, 0.5, 0.5, 0.8, 0.9, 0.95}[rng.IntN(10)]
	for range 1 + rng.IntN(150) {
		botnet := rng.Float64() < share
		c.Labels = append(c.Labels, botnet)
		c.Scores = append(c.Scores, score(botnet))
	}
	return c
}

// drawScore draws how scores come about: on a grid, so that they tie; anywhere;
// mostly certain; all the same. Grids have only exact binary fractions, because
// NumPy's edges of bins are off by a rounding and others might fall between.
func drawScore(rng *rand.Rand) func(botnet bool) float64 {
	toward := func(botnet bool) float64 {
		if botnet {
			return math.Sqrt(rng.Float64())
		}
		return rng.Float64()
	}
	constant := rng.Float64()
	kinds := []func(bool) float64{
		toward,
		func(b bool) float64 { return math.Round(16*toward(b)) / 16 },
		func(b bool) float64 { return math.Round(4*toward(b)) / 4 },
		func(b bool) float64 { return min(1, max(0, 3*toward(b)-1)) },
		func(bool) float64 { return constant },
	}
	return kinds[rng.IntN(len(kinds))]
}

// askWitness runs the script once, on Debian's Python, which has Debian's
// packages, or else on the Python of the path.
func askWitness(t *testing.T, cases witnessCases) witnessAnswers {
	python := "/usr/bin/python3"
	if _, err := exec.LookPath(python); err != nil {
		python = "python3"
	}
	question, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	var answer, complaint bytes.Buffer
	cmd := exec.Command(python, "testdata/witness.py")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(question), &answer, &complaint
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.Is(err, exec.ErrNotFound) || errors.As(err, &exit) && exit.ExitCode() == 3 {
		t.Skipf("no scikit-learn to compare with (%v: %s); install python3-sklearn", err, bytes.TrimSpace(complaint.Bytes()))
	}
	if err != nil {
		t.Fatalf("the witness failed: %v\n%s", err, complaint.Bytes())
	}
	var answers witnessAnswers
	if err := json.Unmarshal(answer.Bytes(), &answers); err != nil {
		t.Fatal(err)
	}
	return answers
}
