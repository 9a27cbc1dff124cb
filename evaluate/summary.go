package evaluate

import (
	"math"

	"botnetdetect/metric"
)

// What a good fold is, in Summary.Good.
const (
	goodRecall = 0.9
	goodFPR    = 0.01
)

// summarize sums up the trials of one protocol and detector, whose results are beside
// them. Groups are drawn for the intervals.
func summarize(trials []*trial, results []FoldResult, groups Groups) Summary {
	first := trials[0]
	s := Summary{Protocol: first.plan.protocol, Detector: first.detector.Name, Folds: len(trials)}
	for _, t := range trials {
		if t.measured {
			s.Measured++
		}
	}
	s.Recall = spread(results, func(r *FoldResult) metric.Figure { return r.Recall })
	s.FPR = spread(results, func(r *FoldResult) metric.Figure { return r.FPR })
	s.AUC = spread(results, func(r *FoldResult) metric.Figure { return r.AUC })
	s.PRAUC = spread(results, func(r *FoldResult) metric.Figure { return r.PRAUC })
	s.F1 = spread(results, func(r *FoldResult) metric.Figure {
		if r.Botnet == 0 {
			return undefined
		}
		return r.F1
	})
	for i, budget := range first.options.Budgets {
		s.Budgets = append(s.Budgets, BudgetSpread{
			Budget: budget,
			Recall: spread(results, func(r *FoldResult) metric.Figure { return r.Budgets[i].Recall }),
			FPR:    spread(results, func(r *FoldResult) metric.Figure { return r.Budgets[i].FPR }),
		})
	}
	s.findCells(results)
	s.Pooled, s.Curves = pool(trials, results, first.options)
	s.Important = mostImportant(trials)
	s.Intervals = intervals(trials, groups, first.options)
	return s
}

func spread(results []FoldResult, figure func(*FoldResult) metric.Figure) Spread {
	values := make([]metric.Figure, len(results))
	sum, n := metric.Figure(0), metric.Figure(0)
	for i := range results {
		values[i] = figure(&results[i])
		if values[i].Defined() {
			sum, n = sum+values[i], n+1
		}
	}
	return Spread{Summary: metric.Summarize(values), Mean: sum / n}
}

// findCells finds the worst folds and counts the good ones.
func (s *Summary) findCells(results []FoldResult) {
	lowRecall := metric.Figure(math.Inf(1))
	highFPR, lowAUC := metric.Figure(-1), metric.Figure(math.Inf(1))
	for i := range results {
		r := &results[i]
		if r.Recall < lowRecall || r.Recall == lowRecall && r.FPR > s.Worst.FPR {
			lowRecall, s.Worst = r.Recall, cell(r)
		}
		if r.FPR > highFPR {
			highFPR, s.WorstFPR = r.FPR, cell(r)
		}
		if r.AUC < lowAUC {
			lowAUC, s.WorstAUC = r.AUC, cell(r)
		}
		if r.Recall.Defined() && r.FPR.Defined() {
			s.GoodOf++
			if r.Recall >= goodRecall && r.FPR <= goodFPR {
				s.Good++
			}
		}
	}
}

func cell(r *FoldResult) Cell {
	return Cell{
		Family: r.Family, Source: r.Source, Fold: r.Fold, Flows: r.Flows, Botnet: r.Botnet,
		Recall: r.Recall, FPR: r.FPR, AUC: r.AUC,
	}
}

// pool counts the flows of all folds together.
func pool(trials []*trial, results []FoldResult, o *Options) (p Pooled, curves Curves) {
	var confusion metric.Confusion
	budgets := make([]metric.Confusion, len(o.Budgets))
	var rankings []metric.Ranking
	var scores []float64
	var truth []bool
	for i, t := range trials {
		if !t.measured {
			continue
		}
		r := &results[i]
		confusion = confusion.Add(r.Confusion)
		for k := range budgets {
			budgets[k] = budgets[k].Add(r.Budgets[k].Confusion)
		}
		p.Hosts = p.Hosts.add(r.Hosts)
		rankings = append(rankings, t.ranking)
		scores, truth = append(scores, t.scores...), append(truth, t.corpus.truth(t.fold.Test)...)
	}
	ranking := metric.Merge(rankings...)
	p.Flows, p.Botnet = confusion.Total(), confusion.Positives()
	p.Figures = figures(confusion, ranking, o.BaseRates)
	for k, budget := range o.Budgets {
		b := budgeted(budget, undefined, budgets[k])
		b.At = atBaseRates(budgets[k], o.BaseRates)
		p.Budgets = append(p.Budgets, b)
	}
	return p, draw(ranking, scores, truth)
}

// gaps compares the random split with the grid, for one detector.
func gaps(detector string, random, grid *Summary) []Gap {
	gap := func(figure string, random, grid metric.Figure) Gap {
		return Gap{Detector: detector, Figure: figure, Random: random, Grid: grid, Gap: random - grid}
	}
	return []Gap{
		gap("recall", random.Pooled.Recall, grid.Recall.Median),
		gap("f1", random.Pooled.F1, grid.F1.Median),
		gap("auc", random.Pooled.AUC, grid.AUC.Median),
		gap("pr_auc", random.Pooled.PRAUC, grid.PRAUC.Median),
		gap("fpr", random.Pooled.FPR, grid.FPR.Median),
	}
}
