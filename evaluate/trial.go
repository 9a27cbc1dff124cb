package evaluate

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"botnetdetect/gbdt"
	"botnetdetect/metric"
)

// plan is the folds of one protocol, and what they must not divide.
type plan struct {
	protocol Protocol
	groups   Groups
	folds    []Fold
	inner    func(f *Flow, row int) string // what the inner folds hold out at a time
}

// trial is one detector on one fold: trained, and the flows tested scored.
type trial struct {
	corpus   *Corpus
	plan     *plan
	fold     *Fold
	detector Detector
	table    *Table
	options  *Options

	scores     []float64       // of fold.Test
	ranking    metric.Ranking  // the same, ranked
	threshold  float64         // the detector's own
	thresholds []metric.Figure // by budget
	trained    Trained         // until it was handed on
	gain       []float64       // by column, its share of the gain of the trees' splits
	remarks    []string
	measured   bool
}

// run trains on the fold's training rows and scores its test rows. Failing to learn
// from what is there is a remark, not an error.
func (t *trial) run(ctx context.Context) (err error) {
	t.trained, t.scores, err = t.fit(ctx, t.fold.Train, t.fold.Test)
	if errors.Is(err, gbdt.ErrOneClass) || errors.Is(err, gbdt.ErrEmpty) {
		t.remarks = append(t.remarks, t.untrained())
		return nil
	}
	if err != nil {
		return fmt.Errorf("fold %s, detector %s: %w", t.fold.Name, t.detector.Name, err)
	}
	if err := t.trained.tune(ctx); err != nil {
		return fmt.Errorf("fold %s, detector %s: %w", t.fold.Name, t.detector.Name, err)
	}
	t.measured, t.threshold = true, t.trained.Threshold
	if t.ranking, err = metric.Rank(t.scores, t.corpus.truth(t.fold.Test)); err != nil {
		return fmt.Errorf("fold %s, detector %s: %w", t.fold.Name, t.detector.Name, err)
	}
	t.remarkTested()
	return t.chooseThresholds(ctx)
}

// fit trains on some rows and scores others.
func (t *trial) fit(ctx context.Context, train, test []int) (Trained, []float64, error) {
	if benign, botnet := t.corpus.balance(train); benign == 0 || botnet == 0 {
		return Trained{}, nil, gbdt.ErrOneClass
	}
	examples, err := t.corpus.examples(t.table, train)
	if err != nil {
		return Trained{}, nil, err
	}
	trained, err := t.detector.Fit(ctx, examples)
	if err != nil {
		return Trained{}, nil, err
	}
	data, err := Pick(t.table.Data, test)
	if err != nil {
		return Trained{}, nil, err
	}
	scores := make([]float64, len(test))
	if len(test) > 0 {
		err = trained.Score(scores, data)
	}
	return trained, scores, err
}

func (t *trial) untrained() string {
	benign, botnet := t.corpus.balance(t.fold.Train)
	return fmt.Sprintf("nothing can be trained: the training groups hold %s and %s", count(benign, "benign flow"), count(botnet, "botnet flow"))
}

// few is below how many flows a share is too coarse to be read without a word.
const few = 10

func (t *trial) remarkTested() {
	benign, botnet := t.corpus.balance(t.fold.Test)
	switch {
	case botnet == 0:
		t.remark("no botnet flow is tested: recall and AUC cannot be measured")
	case botnet < few:
		t.remark("only %s tested: recall moves in steps of %.2f", count(botnet, "botnet flow"), 1/float64(botnet))
	}
	switch {
	case benign == 0:
		t.remark("no benign flow is tested: the false-positive rate and AUC cannot be measured")
	case benign < few:
		t.remark("only %s tested: the false-positive rate moves in steps of %.2f", count(benign, "benign flow"), 1/float64(benign))
	}
}

func (t *trial) remark(format string, args ...any) {
	t.remarks = append(t.remarks, fmt.Sprintf(format, args...))
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// chooseThresholds scores the benign training flows by detectors that were trained
// without their part of the training groups, and takes from them the thresholds that
// keep to the budgets. The flows tested have no say.
func (t *trial) chooseThresholds(ctx context.Context) error {
	if len(t.options.Budgets) == 0 {
		return nil
	}
	t.thresholds = slices.Repeat([]metric.Figure{undefined}, len(t.options.Budgets))
	scores, err := t.innerScores(ctx)
	if err != nil {
		return err
	}
	if len(scores) == 0 {
		t.remark("no threshold can be chosen for a false-positive budget: the benign training flows cannot be parted by group with some of both classes left to train on")
		return nil
	}
	ranking, err := metric.Rank(scores, make([]bool, len(scores)))
	if err != nil {
		return err
	}
	for i, budget := range t.options.Budgets {
		t.thresholds[i] = ranking.ThresholdAtFPR(budget)
		if budget*float64(len(scores)) < 1 {
			t.remark("a false-positive rate of %v allows none of the %d benign training flows", budget, len(scores))
		}
	}
	return nil
}

// innerScores returns the scores of benign training flows, each by a detector that saw
// neither its part nor any group that the part touches.
func (t *trial) innerScores(ctx context.Context) (scores []float64, err error) {
	for _, held := range t.innerParts() {
		train := t.plan.groups.without(held, t.fold.Train)
		_, part, err := t.fit(ctx, train, held)
		if errors.Is(err, gbdt.ErrOneClass) || errors.Is(err, gbdt.ErrEmpty) {
			continue
		}
		if err != nil {
			return nil, err
		}
		scores = append(scores, part...)
	}
	return scores, nil
}

// innerParts deals the benign training rows out, what the protocol holds out at a time
// staying together. Botnet rows are not held out: a false-positive rate needs none.
func (t *trial) innerParts() [][]int {
	index := make(map[string]int)
	var units [][]int
	for _, r := range t.fold.Train {
		f := &t.corpus.Flows[r]
		if f.Botnet {
			continue
		}
		name := t.plan.inner(f, r)
		i, seen := index[name]
		if !seen {
			i = len(units)
			index[name] = i
			units = append(units, nil)
		}
		units[i] = append(units[i], r)
	}
	loads := make([]int, len(units))
	for i := range units {
		loads[i] = len(units[i])
	}
	parts := make([][]int, innerFolds)
	for i, hand := range deal(loads, innerFolds) {
		parts[hand] = append(parts[hand], units[i]...)
	}
	return slices.DeleteFunc(parts, func(rows []int) bool { return len(rows) == 0 })
}
