package report

import (
	"io"

	"botnetdetect/evaluate"
)

// WriteEvaluation writes an evaluation as one HTML file that needs nothing beside it.
// The scores of single flows are left out.
func WriteEvaluation(w io.Writer, r *evaluate.Result) error {
	shown := *r
	shown.Folds = append([]evaluate.FoldResult(nil), r.Folds...)
	shown.DropScores()
	return page{
		title:   "Botnet detector, evaluated",
		scripts: []string{"table.js", "plot.js", "eval_data.js", "eval_head.js", "eval_grid.js", "eval_curves.js", "eval_parts.js", "eval.js"},
		data:    &shown,
	}.write(w)
}
