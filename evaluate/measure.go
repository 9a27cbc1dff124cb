package evaluate

import (
	"math"

	"botnetdetect/metric"
)

// undefined is a figure that cannot be measured.
var undefined = metric.Figure(math.NaN())

// figures measures verdicts and, where it ranks any, scores.
func figures(c metric.Confusion, r metric.Ranking, rates []float64) Figures {
	return Figures{
		Confusion: c,
		Accuracy:  c.Accuracy(),
		Precision: c.Botnet().Precision,
		Recall:    c.TPR(),
		FPR:       c.FPR(),
		F1:        c.Botnet().F1,
		Micro:     c.Micro(),
		Macro:     c.Macro(),
		AUC:       r.AUC(),
		PRAUC:     r.AveragePrecision(),
		Brier:     r.Brier(),
		ECE:       r.ECE(eceBins),
		At:        atBaseRates(c, rates),
	}
}

func atBaseRates(c metric.Confusion, rates []float64) []BaseRate {
	at := make([]BaseRate, len(rates))
	worst := metric.ClopperPearson(c.FP, c.Negatives(), level).High
	for i, rate := range rates {
		at[i] = BaseRate{
			Rate:      rate,
			Precision: c.PrecisionAtBaseRate(rate),
			Sure:      metric.PrecisionAtBaseRate(rate, c.TPR(), worst),
		}
	}
	return at
}

// noFigures are those of a fold that could not be measured.
func noFigures(rates []float64) Figures {
	f := figures(metric.Confusion{}, metric.Ranking{}, rates)
	f.Precision, f.F1 = undefined, undefined
	return f
}

func budgeted(budget float64, threshold metric.Figure, c metric.Confusion) Budgeted {
	return Budgeted{Budget: budget, Threshold: threshold, Recall: c.TPR(), FPR: c.FPR(), Confusion: c}
}

// result puts a trial into figures.
func (t *trial) result(h hosts) FoldResult {
	_, trainBotnet := t.corpus.balance(t.fold.Train)
	_, botnet := t.corpus.balance(t.fold.Test)
	r := FoldResult{
		Protocol: t.plan.protocol, Detector: t.detector.Name,
		Fold: t.fold.Name, Family: t.fold.Family, Source: t.fold.Source,
		Flows: len(t.fold.Test), Botnet: botnet,
		TrainFlows: len(t.fold.Train), TrainBotnet: trainBotnet,
		Threshold: undefined, Figures: noFigures(t.options.BaseRates), Remarks: t.remarks,
	}
	for i, budget := range t.options.Budgets {
		r.Budgets = append(r.Budgets, budgeted(budget, undefined, metric.Confusion{}))
		if t.measured && t.thresholds[i].Defined() {
			r.Budgets[i] = budgeted(budget, t.thresholds[i], t.ranking.At(float64(t.thresholds[i])))
		}
	}
	if t.measured {
		r.Threshold = metric.Figure(t.threshold)
		r.Figures = figures(t.ranking.At(t.threshold), t.ranking, t.options.BaseRates)
		r.Hosts = h.judge(t.fold.Test, t.flagged())
		r.Scores = t.flowScores()
	}
	return r
}

// flagged returns the verdict on each flow tested at the detector's own threshold.
func (t *trial) flagged() []bool {
	flagged := make([]bool, len(t.scores))
	for i, score := range t.scores {
		flagged[i] = score >= t.threshold
	}
	return flagged
}

func (t *trial) flowScores() (scores []FlowScore) {
	if !t.options.Scores {
		return nil
	}
	for i, r := range t.fold.Test {
		scores = append(scores, FlowScore{Flow: t.corpus.Flows[r], Score: t.scores[i]})
	}
	return scores
}
