package report

import (
	"fmt"
	"io"

	"botnetdetect/metric"
)

// Figures writes what a detector's verdicts were worth, in the reference's words. It
// returns the first error of w.
func Figures(w io.Writer, c metric.Confusion) error {
	n, micro, macro := c.Total(), c.Micro(), c.Macro()
	_, err := fmt.Fprintf(w, `false positives: %d / %d
false negatives: %d / %d
total mismatch: %d / %d
accuracy: %v
f1 (micro): %v
recall (micro): %v
precision (micro): %v
f1 (macro): %v
recall (macro): %v
precision (macro): %v
`,
		c.FP, n, c.FN, n, c.Mismatches(), n, c.Accuracy(),
		micro.F1, micro.Recall, micro.Precision, macro.F1, macro.Recall, macro.Precision)
	return err
}
