package evaluate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"botnetdetect/metric"
)

// Shuffled labels.
const (
	shuffles     = 20
	shuffleBound = 0.1 // about two standard errors of the mean with a dozen groups a class
)

// shuffled deals the labels out anew among the groups, whole groups keeping one label,
// trains and tests on groups apart, and wants to find nothing: whatever is found came
// past the split. Splitting the same by flow shows what the split keeps out.
func (a *auditor) shuffled(ctx context.Context) ([]Audit, error) {
	groups := a.c.Groups(a.o.Grouping)
	var apart, divided []metric.Figure
	for i := range shuffles {
		c := a.c.shuffle(groups, a.o.Seed+uint64(i))
		byGroup, err := a.aucs(ctx, c, c.captureFolds(groups))
		if err != nil {
			return nil, err
		}
		byFlow, err := a.aucs(ctx, c, c.randomFolds(a.o.Seed))
		if err != nil {
			return nil, err
		}
		apart, divided = append(apart, mean(byGroup)), append(divided, mean(byFlow))
	}
	audit := Audit{
		Name: "shuffled labels", Value: abs(mean(apart) - 0.5), Bound: shuffleBound,
		Rule: fmt.Sprintf("with labels shuffled among groups, %d times, the mean AUC on groups held out is within %v of 0.5", shuffles, shuffleBound),
		Finding: fmt.Sprintf("it is %.3f on groups held out; split by flow it would be %.3f, all of it knowledge of captures",
			mean(apart), mean(divided)),
		Rows: []AuditRow{
			{"groups held out", quartet(apart)},
			{"split by flow", quartet(divided)},
		},
	}
	audit.Failed = audit.Value > audit.Bound
	return []Audit{audit.orUnmeasured()}, nil
}

func quartet(figures []metric.Figure) map[string]metric.Figure {
	s := metric.Summarize(figures)
	return map[string]metric.Figure{"mean": mean(figures), "min": s.Min, "median": s.Median, "max": s.Max}
}

// shuffle returns the corpus with the groups' labels dealt out anew. A group is botnet if
// any flow of it is.
func (c *Corpus) shuffle(groups Groups, seed uint64) *Corpus {
	botnet, _ := c.loads(groups)
	order := rand.New(rand.NewPCG(seed, 1)).Perm(len(groups.Names))
	shuffled := &Corpus{Flows: slices.Clone(c.Flows), Tables: c.Tables, Absent: c.Absent}
	for r := range shuffled.Flows {
		shuffled.Flows[r].Botnet = botnet[order[groups.Of[r]]] > 0
	}
	return shuffled
}

// probeFlows is how many flows a capture must have to be told from others.
const probeFlows = 10

// identity asks how well the features tell the benign captures of one source apart: each
// from the others of its source, by flow. What tells them apart is host, network and
// day, not application; a detector that has learnt it knows its training captures, not
// botnets. It should weigh less than what tells botnets from benign in captures held out.
func (a *auditor) identity(ctx context.Context) ([]Audit, error) {
	classes, err := a.aucs(ctx, a.c, a.c.captureFolds(a.c.Groups(a.o.Grouping)))
	if err != nil {
		return nil, err
	}
	audit := Audit{
		Name: "capture identity", Bound: mean(classes),
		Rule: fmt.Sprintf("features tell the captures of one benign source apart (those of at least %d flows, by flow) less well than they tell botnet from benign in captures held out; mean AUCs", probeFlows),
	}
	var aucs []metric.Figure
	for _, source := range a.c.sources(false) {
		found, rows, err := a.probe(ctx, source)
		if err != nil {
			return nil, err
		}
		aucs = append(aucs, found...)
		audit.Rows = append(audit.Rows, rows...)
	}
	audit.Value = mean(aucs)
	audit.Failed = audit.Value > audit.Bound
	audit.Finding = fmt.Sprintf("%d captures are told from others of their source with a mean AUC of %.3f, botnet from benign with %.3f",
		len(aucs), audit.Value, audit.Bound)
	return []Audit{audit.orUnmeasured()}, nil
}

// probe tells each capture of a benign source from the source's others.
func (a *auditor) probe(ctx context.Context, source string) (aucs []metric.Figure, rows []AuditRow, err error) {
	captures := a.c.captures()
	var large []int // captures
	var within []int
	for i, own := range captures.rows() {
		own = slices.DeleteFunc(own, func(r int) bool { return !a.c.Flows[r].is(false, source) })
		if len(own) >= probeFlows {
			large, within = append(large, i), append(within, own...)
		}
	}
	if len(large) < 2 {
		return nil, nil, nil
	}
	for _, i := range large {
		c := &Corpus{Flows: slices.Clone(a.c.Flows), Tables: a.c.Tables}
		for _, r := range within {
			c.Flows[r].Botnet = captures.Of[r] == i
		}
		found, err := a.aucs(ctx, c, foldsOf(within, a.o.Seed))
		if err != nil {
			return nil, nil, err
		}
		auc := mean(found)
		if auc.Defined() {
			aucs = append(aucs, auc)
		}
		rows = append(rows, AuditRow{captures.Names[i], map[string]metric.Figure{"auc": auc}})
	}
	return aucs, rows, nil
}

// foldsOf parts some rows at random.
func foldsOf(rows []int, seed uint64) []Fold {
	folds := make([]Fold, randomFolds)
	for i, k := range rand.New(rand.NewPCG(seed, 2)).Perm(len(rows)) {
		for f := range folds {
			if f == i%randomFolds {
				folds[f].Test = append(folds[f].Test, rows[k])
			} else {
				folds[f].Train = append(folds[f].Train, rows[k])
			}
		}
	}
	return folds
}
