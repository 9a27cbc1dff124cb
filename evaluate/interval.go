package evaluate

import (
	"maps"
	"slices"

	"botnetdetect/metric"
)

// part is the verdicts on the flows of one group in one fold.
type part struct {
	group     int // among those tested
	confusion metric.Confusion
}

// intervals draws groups again and again, and sees how far the figures move. A fold of
// which no group with a class is drawn has no figure of that class in that draw.
func intervals(trials []*trial, groups Groups, o *Options) Intervals {
	folds, rankings, botnetGroups := byGroup(trials, groups)
	how := metric.Resampling{Replicates: replicates, Level: level, Seed: o.Seed}
	found := metric.Resample(len(rankings), how, func(times []int) []metric.Figure {
		return resampled(folds, times)
	})
	auc := metric.Bootstrap(rankings, how, metric.Ranking.AUC)
	return Intervals{
		Groups: len(rankings), BotnetGroups: botnetGroups,
		Recall: found[0], FPR: found[1], MedianRecall: found[2], MedianFPR: found[3], AUC: auc[0],
	}
}

// resampled returns recall and false-positive rate, pooled, then their medians over folds.
func resampled(folds [][]part, times []int) []metric.Figure {
	var pooled metric.Confusion
	recalls, rates := make([]metric.Figure, 0, len(folds)), make([]metric.Figure, 0, len(folds))
	for _, parts := range folds {
		var fold metric.Confusion
		for _, p := range parts {
			fold = fold.Add(p.confusion.Times(times[p.group]))
		}
		pooled = pooled.Add(fold)
		recalls, rates = append(recalls, fold.TPR()), append(rates, fold.FPR())
	}
	return []metric.Figure{pooled.TPR(), pooled.FPR(), metric.Median(recalls), metric.Median(rates)}
}

// byGroup parts what was tested by group: in each fold, and over all folds ranked.
func byGroup(trials []*trial, groups Groups) (folds [][]part, rankings []metric.Ranking, botnetGroups int) {
	type scored struct {
		scores []float64
		truth  []bool
	}
	tested := make(map[int]*scored)
	for _, t := range trials {
		if !t.measured {
			continue
		}
		for i, r := range t.fold.Test {
			g := groups.Of[r]
			if tested[g] == nil {
				tested[g] = new(scored)
			}
			tested[g].scores = append(tested[g].scores, t.scores[i])
			tested[g].truth = append(tested[g].truth, t.corpus.Flows[r].Botnet)
		}
	}
	index := make(map[int]int)
	for i, g := range slices.Sorted(maps.Keys(tested)) {
		index[g] = i
		ranking, _ := metric.Rank(tested[g].scores, tested[g].truth) // ranked before, without error
		rankings = append(rankings, ranking)
		if ranking.Positives() > 0 {
			botnetGroups++
		}
	}
	for _, t := range trials {
		if t.measured {
			folds = append(folds, t.parts(groups, index))
		}
	}
	return folds, rankings, botnetGroups
}

// parts counts the trial's verdicts by group.
func (t *trial) parts(groups Groups, index map[int]int) []part {
	confusion := make([]metric.Confusion, len(index))
	for i, r := range t.fold.Test {
		confusion[index[groups.Of[r]]].Observe(t.corpus.Flows[r].Botnet, t.scores[i] >= t.threshold)
	}
	var parts []part
	for g, c := range confusion {
		if c.Total() > 0 {
			parts = append(parts, part{group: g, confusion: c})
		}
	}
	return parts
}
