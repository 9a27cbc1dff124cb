package evaluate

import (
	"context"
	"fmt"
	"math"
	"time"

	"botnetdetect/gbdt"
	"botnetdetect/metric"
)

// flipBound is the share of verdicts that a harmless alteration may change.
const flipBound = 0.05

// alterations are judged together, by the one that changes most.
type alterations struct {
	name, about string
	each        []alteration
}

// altered lists what captures are put through.
func altered() []alterations {
	return []alterations{
		{"sensitivity to truncation", "cutting flows short", []alteration{
			{name: "first 10 packets", packets: 10}, {name: "first 100 packets", packets: 100},
			{name: "first 10 s", span: 10 * time.Second}, {name: "first 60 s", span: time.Minute},
			{name: "first 600 s", span: 10 * time.Minute},
		}},
		{"sensitivity to snap length", "capturing less of each packet", []alteration{
			{name: "64 bytes", snap: 64}, {name: "96 bytes", snap: 96}, {name: "256 bytes", snap: 256},
		}},
		{"sensitivity to packet loss", "losing packets", []alteration{
			{name: "1 % lost", loss: 0.01}, {name: "5 % lost", loss: 0.05},
		}},
		{"sensitivity to jitter", "moving packets in time", []alteration{
			{name: "±1 ms", jitter: time.Millisecond}, {name: "±10 ms", jitter: 10 * time.Millisecond},
			{name: "±100 ms", jitter: 100 * time.Millisecond},
		}},
	}
}

// sensitivity trains on captures as they are and compares the verdicts on flows that were
// not trained on, as they are and altered. Folds are random: only where a detector works
// is there something to lose. Packets are named natively in both.
func (a *auditor) sensitivity(ctx context.Context) ([]Audit, error) {
	if why := a.c.unreadable(); why != "" {
		return []Audit{{
			Name: "sensitivity", Value: undefined, Bound: flipBound,
			Rule: "altering captures changes few verdicts", Finding: "this could not be measured: " + why,
		}}, nil
	}
	plain, err := a.c.again(ctx, alteration{}, a.o.workers())
	if err != nil {
		return nil, err
	}
	if plain.Tables[a.d.Table] == nil {
		return []Audit{{
			Name: "sensitivity", Value: undefined, Bound: flipBound,
			Rule: "altering captures changes few verdicts", Finding: "this could not be measured for the features " + a.d.Table,
		}}, nil
	}
	models, err := a.models(ctx, plain)
	if err != nil {
		return nil, err
	}
	var audits []Audit
	for _, kind := range altered() {
		audit, err := a.alter(ctx, kind, plain, models)
		if err != nil {
			return nil, err
		}
		audits = append(audits, audit)
	}
	return audits, nil
}

// folded is a detector with the rows that it was not trained on.
type folded struct {
	trained Trained
	test    []int
}

func (a *auditor) models(ctx context.Context, c *Corpus) (models []folded, err error) {
	for _, fold := range c.randomFolds(a.o.Seed) {
		t := &trial{corpus: c, fold: &fold, detector: a.d, table: c.Tables[a.d.Table], options: a.o}
		trained, _, err := t.fit(ctx, fold.Train, nil)
		if oneClass(err) {
			continue
		}
		if err == nil {
			err = trained.tune(ctx)
		}
		if err != nil {
			return nil, err
		}
		models = append(models, folded{trained, fold.Test})
	}
	return models, nil
}

func (a *auditor) alter(ctx context.Context, kind alterations, plain *Corpus, models []folded) (Audit, error) {
	audit := Audit{
		Name: kind.name, Value: undefined, Bound: flipBound,
		Rule: fmt.Sprintf("%s changes at most %v of the verdicts", kind.about, flipBound),
	}
	for _, alteration := range kind.each {
		alteration.seed = a.o.Seed
		c, err := a.c.again(ctx, alteration, a.o.workers())
		if err != nil {
			return audit, err
		}
		row, err := a.compare(plain, c, models)
		if err != nil {
			return audit, err
		}
		row.Name = alteration.name
		audit.Rows = append(audit.Rows, row)
		if share := row.Figures["changed"]; !audit.Value.Defined() || share > audit.Value {
			audit.Value = share
			audit.Finding = fmt.Sprintf("with %s, %.1f %% of the verdicts change", alteration.name, 100*share)
		}
	}
	audit.Failed = audit.Value > audit.Bound
	return audit.orUnmeasured(), nil
}

// compare scores the flows as they are and altered. Flows of which nothing is left are
// counted and left out.
func (a *auditor) compare(plain, altered *Corpus, models []folded) (AuditRow, error) {
	index := make(map[Flow]int)
	for r, f := range altered.Flows {
		index[f.ends()] = r
	}
	same := align(altered.Tables[a.d.Table], plain.Tables[a.d.Table].Names)
	var count comparison
	for _, m := range models {
		var before, after []int
		for _, r := range m.test {
			if at, still := index[plain.Flows[r].ends()]; still {
				before, after = append(before, r), append(after, at)
			} else {
				count.gone++
			}
		}
		was, err := scored(m.trained, plain.Tables[a.d.Table].Data, before)
		if err != nil {
			return AuditRow{}, err
		}
		is, err := scored(m.trained, same, after)
		if err != nil {
			return AuditRow{}, err
		}
		count.add(was, is, plain.truth(before), m.trained.Threshold)
	}
	return count.row()
}

func scored(t Trained, data gbdt.Data, rows []int) ([]float64, error) {
	scores := make([]float64, len(rows))
	if len(rows) == 0 {
		return scores, nil
	}
	picked, err := Pick(data, rows)
	if err != nil {
		return nil, err
	}
	return scores, t.Score(scores, picked)
}

// comparison adds up how scores differ.
type comparison struct {
	gone, changed int
	moved         float64
	before, after []float64
	truth         []bool
	verdicts      [2]metric.Confusion // before, after
}

func (c *comparison) add(before, after []float64, truth []bool, threshold float64) {
	for i := range before {
		was, is := before[i] >= threshold, after[i] >= threshold
		c.verdicts[0].Observe(truth[i], was)
		c.verdicts[1].Observe(truth[i], is)
		c.moved += math.Abs(after[i] - before[i])
		if was != is {
			c.changed++
		}
	}
	c.before, c.after, c.truth = append(c.before, before...), append(c.after, after...), append(c.truth, truth...)
}

func (c *comparison) row() (AuditRow, error) {
	before, err := metric.Rank(c.before, c.truth)
	if err != nil {
		return AuditRow{}, err
	}
	after, err := metric.Rank(c.after, c.truth)
	if err != nil {
		return AuditRow{}, err
	}
	n := metric.Figure(len(c.truth))
	return AuditRow{Figures: map[string]metric.Figure{
		"flows": n, "gone": metric.Figure(c.gone),
		"changed": metric.Figure(c.changed) / n, "moved": metric.Figure(c.moved) / n,
		"recall_before": c.verdicts[0].TPR(), "recall": c.verdicts[1].TPR(),
		"fpr_before": c.verdicts[0].FPR(), "fpr": c.verdicts[1].FPR(),
		"auc_before": before.AUC(), "auc": after.AUC(),
	}}, nil
}
