// Package metric turns a detector's scores and verdicts into figures that say
// what it is worth: confusion counts, precision and recall, ROC and
// precision-recall curves, calibration, and intervals around them.
//
// It knows no trees, no flows and no network. An example is a score (higher
// means more like a botnet) and a label (true means botnet). Botnet is the
// positive class throughout.
//
//	r, err := metric.Rank(scores, labels)     // sort once
//	r.AUC()                                   // figures that need no threshold
//	t := r.ThresholdAtFPR(1e-3)               // on training groups ...
//	c := test.At(float64(t))                  // ... and its counts on test groups
//	c.TPR(), c.FPR(), c.Botnet().F1           // figures at that threshold
//
// Where there are only verdicts, [Confusion.Observe] counts them.
//
// The score is at or above the threshold: the verdict is Botnet. Examples with
// equal scores are never told apart: every threshold puts all of them on one
// side, and every figure is the same in whatever order they came. Figures are
// computed from integer counts for as long as the definition allows it.
//
// Several rankings, one for each capture or host, are pooled by [Merge] and
// resampled by [Bootstrap]: the groups are drawn, never single examples, since
// the flows of one capture resemble each other.
//
// # Undefined is not zero
//
// Every figure is a [Figure]: a float64 that is NaN where the data cannot say
// (the AUC of one class, the recall of no botnets) and null in JSON. Nothing
// here panics on data, and NaN is the only sign of "cannot be measured". One
// exception is deliberate: the fields of [Class] follow scikit-learn, where 0/0
// is 0, because people compare them with scikit-learn's.
package metric
