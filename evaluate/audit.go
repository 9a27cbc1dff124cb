package evaluate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"botnetdetect/gbdt"
	"botnetdetect/metric"
)

// Audit is a check of the evaluation itself: of the flows, the features and the split.
type Audit struct {
	Name    string        `json:"name"`
	Failed  bool          `json:"failed"`
	Rule    string        `json:"rule"`    // what must hold
	Finding string        `json:"finding"` // what was found
	Value   metric.Figure `json:"value"`   // what the rule is about; undefined: it could not be measured
	Bound   metric.Figure `json:"bound"`   // beyond which it fails
	Rows    []AuditRow    `json:"rows,omitempty"`
}

// AuditRow is one of several things that an audit measured.
type AuditRow struct {
	Name    string                   `json:"name"`
	Figures map[string]metric.Figure `json:"figures"`
}

// Audits checks a corpus with one detector. Those that failed come first.
func Audits(ctx context.Context, c *Corpus, d Detector, o Options) ([]Audit, error) {
	table := c.Tables[d.Table]
	if table == nil {
		return nil, fmt.Errorf("cannot audit: the features of detector %s are not there: %s", d.Name, c.Absent[d.Table])
	}
	a := auditor{c: c, d: d, table: table, o: &o}
	var audits []Audit
	for _, audit := range []func(context.Context) ([]Audit, error){a.shuffled, a.identity, a.singles, a.sensitivity} {
		found, err := audit(ctx)
		if err != nil {
			return nil, fmt.Errorf("cannot audit: %w", err)
		}
		audits = append(audits, found...)
	}
	slices.SortStableFunc(audits, func(x, y Audit) int {
		return cmp.Compare(failure(x.Failed), failure(y.Failed))
	})
	return audits, nil
}

func failure(failed bool) int {
	if failed {
		return 0
	}
	return 1
}

type auditor struct {
	c     *Corpus
	d     Detector
	table *Table
	o     *Options
}

// trials trains and tests on folds of a corpus.
func (a *auditor) trials(ctx context.Context, c *Corpus, folds []Fold) ([]*trial, error) {
	quiet := *a.o
	quiet.Progress, quiet.Keep, quiet.Budgets = nil, nil, nil
	trials := make([]*trial, len(folds))
	for i := range folds {
		trials[i] = &trial{corpus: c, plan: new(plan), fold: &folds[i], detector: a.d, table: a.table, options: &quiet}
	}
	return trials, runAll(ctx, trials, &quiet)
}

// aucs trains and tests on folds of a corpus and returns each fold's AUC, undefined
// where the fold has one class.
func (a *auditor) aucs(ctx context.Context, c *Corpus, folds []Fold) ([]metric.Figure, error) {
	trials, err := a.trials(ctx, c, folds)
	aucs := make([]metric.Figure, len(trials))
	for i, t := range trials {
		aucs[i] = undefined
		if t.measured {
			aucs[i] = t.ranking.AUC()
		}
	}
	return aucs, err
}

func mean(figures []metric.Figure) metric.Figure {
	sum, n := metric.Figure(0), metric.Figure(0)
	for _, f := range figures {
		if f.Defined() {
			sum, n = sum+f, n+1
		}
	}
	return sum / n
}

// Single features: one that tells botnets by itself is more likely a trait of the
// captures than of botnets.
const (
	singleBound = 0.95
	singleRows  = 20 // most features listed
)

// singles ranks the flows by each feature alone.
func (a *auditor) singles(context.Context) ([]Audit, error) {
	truth := a.c.truth(a.c.all())
	var rows []AuditRow
	for i, name := range a.table.Names {
		values := column(a.table.Data, i)
		scores := make([]float64, len(values))
		for r, x := range values {
			scores[r] = float64(x)
		}
		ranking, err := metric.Rank(scores, truth)
		if err != nil {
			return nil, fmt.Errorf("feature %s: %w", name, err)
		}
		auc := ranking.AUC()
		rows = append(rows, AuditRow{name, map[string]metric.Figure{"auc": max(auc, 1-auc), "higher_is_botnet": boolFigure(auc >= 0.5)}})
	}
	slices.SortStableFunc(rows, func(x, y AuditRow) int { return cmp.Compare(y.Figures["auc"], x.Figures["auc"]) })
	audit := Audit{
		Name: "single feature", Bound: singleBound, Value: undefined,
		Rule: fmt.Sprintf("no feature alone tells botnet from benign flows with an AUC above %v, in whichever direction", singleBound),
	}
	if len(rows) > 0 {
		audit.Value = rows[0].Figures["auc"]
		audit.Failed = audit.Value > audit.Bound
		audit.Finding = fmt.Sprintf("the best, %s, has an AUC of %.3f", rows[0].Name, audit.Value)
	}
	audit.Rows = rows[:min(len(rows), singleRows)]
	return []Audit{audit.orUnmeasured()}, nil
}

func boolFigure(b bool) metric.Figure {
	if b {
		return 1
	}
	return 0
}

// orUnmeasured says so if there was nothing to measure.
func (a Audit) orUnmeasured() Audit {
	if !a.Value.Defined() {
		a.Failed, a.Finding = false, "this could not be measured on these flows"
	}
	return a
}

// oneClass reports whether an error says that there was too little to learn from.
func oneClass(err error) bool {
	return errors.Is(err, gbdt.ErrOneClass) || errors.Is(err, gbdt.ErrEmpty)
}

func abs(f metric.Figure) metric.Figure { return metric.Figure(math.Abs(float64(f))) }
