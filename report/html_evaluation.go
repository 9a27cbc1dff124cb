package report

import (
	"io"

	"botnetdetect/evaluate"
	"botnetdetect/reason"
)

// WriteEvaluation writes an evaluation as one HTML file that needs nothing beside it.
// The scores of single flows are left out.
func WriteEvaluation(w io.Writer, r *evaluate.Result) error {
	shown := *r
	shown.Folds = append([]evaluate.FoldResult(nil), r.Folds...)
	shown.DropScores()
	return document{
		title:   "Botnet detector, evaluated",
		scripts: []string{"table.js", "plot.js", "eval_data.js", "eval_head.js", "eval_grid.js", "eval_curves.js", "eval_parts.js", "eval.js"},
		data: struct {
			*evaluate.Result
			Words map[string]string `json:"words"` // features in words
		}{&shown, featureWords(r)},
	}.write(w)
}

// featureWords says in words what each feature that a result speaks of measures.
func featureWords(r *evaluate.Result) map[string]string {
	words := make(map[string]string)
	for i := range r.Summary {
		for _, x := range r.Summary[i].Important {
			words[x.Feature] = reason.Feature(x.Feature)
		}
	}
	for i := range r.Audits {
		for _, row := range r.Audits[i].Rows {
			if text := reason.Feature(row.Name); text != row.Name {
				words[row.Name] = text
			}
		}
	}
	return words
}
