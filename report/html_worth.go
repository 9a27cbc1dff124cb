package report

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"botnetdetect/evaluate"
	"botnetdetect/feature"
	"botnetdetect/metric"
	"botnetdetect/model"
)

// builtInWorth says what the recipe of the built-in models is worth, by mode. It is made
// from docs/results ("make results-page"), and a test holds it to that.
//
//go:embed worth.json
var builtInWorth []byte

// worthJSON is what an evaluation found of a detector, in a few figures: over the folds of
// the hardest protocol that was measured.
type worthJSON struct {
	Detector    string            `json:"detector"`
	Protocol    evaluate.Protocol `json:"protocol"`
	Folds       int               `json:"folds"`
	Recall      metric.Figure     `json:"recall"` // median
	WorstRecall metric.Figure     `json:"worst_recall"`
	FPR         metric.Figure     `json:"fpr"` // median
	WorstFPR    metric.Figure     `json:"worst_fpr"`
	Random      metric.Figure     `json:"random_recall"` // with flows split at random, which flatters
	Failed      []string          `json:"failed_audits"`
}

// worthOf returns what is known of the worth of a model of some mode, nil if nothing is.
func worthOf(about About, mode feature.Mode) (*worthJSON, error) {
	if about.Evaluation != nil {
		return digest(about.Evaluation, mode), nil
	}
	if about.Origin != model.BuiltIn {
		return nil, nil
	}
	var byMode map[feature.Mode]*worthJSON
	if err := json.Unmarshal(builtInWorth, &byMode); err != nil {
		return nil, fmt.Errorf("cannot read what the built-in models are worth: %w", err)
	}
	return byMode[mode], nil
}

// digest sums up what an evaluation found of the detector called after a mode, else of
// its first one; nil if it measured nothing of it.
func digest(r *evaluate.Result, mode feature.Mode) *worthJSON {
	if len(r.Detectors) == 0 {
		return nil
	}
	name := r.Detectors[0].Name
	if slices.ContainsFunc(r.Detectors, func(d evaluate.DetectorCard) bool { return d.Name == string(mode) }) {
		name = string(mode)
	}
	var w *worthJSON
	random := metric.Figure(math.NaN())
	for i := range r.Summary {
		s := &r.Summary[i]
		if s.Detector != name || s.Measured == 0 {
			continue
		}
		if s.Protocol == evaluate.Random {
			random = s.Pooled.Recall
		}
		w = &worthJSON{ // protocols come from the easiest to the hardest
			Detector: name, Protocol: s.Protocol, Folds: s.Recall.Defined,
			Recall: s.Recall.Median, WorstRecall: s.Recall.Min, FPR: s.FPR.Median, WorstFPR: s.FPR.Max,
		}
	}
	if w == nil {
		return nil
	}
	w.Random, w.Failed = random, []string{}
	for i := range r.Audits {
		if r.Audits[i].Failed {
			w.Failed = append(w.Failed, r.Audits[i].Name)
		}
	}
	return w
}
