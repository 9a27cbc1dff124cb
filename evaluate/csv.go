package evaluate

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"botnetdetect/metric"
)

// WriteCSV writes a row a fold. A figure that cannot be measured is empty.
func (r *Result) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	header := []string{
		"protocol", "detector", "fold", "family", "source", "flows", "botnet", "train_flows", "train_botnet",
		"threshold", "recall", "fpr", "auc", "tp", "fp", "tn", "fn", "accuracy", "precision", "f1", "pr_auc", "brier", "ece",
	}
	for _, budget := range r.Settings.Budgets {
		for _, name := range []string{"threshold", "recall", "fpr"} {
			header = append(header, fmt.Sprintf("%s_at_fpr_%v", name, budget))
		}
	}
	for _, rate := range r.Settings.BaseRates {
		header = append(header, fmt.Sprintf("precision_at_base_rate_%v", rate))
	}
	if err := out.Write(append(header, "hosts_found", "botnet_hosts", "false_hosts", "benign_hosts", "remarks")); err != nil {
		return err
	}
	for i := range r.Folds {
		if err := out.Write(r.Folds[i].row()); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func (f *FoldResult) row() []string {
	row := []string{string(f.Protocol), f.Detector, f.Fold, f.Family, f.Source}
	whole := func(numbers ...int) {
		for _, n := range numbers {
			row = append(row, strconv.Itoa(n))
		}
	}
	figures := func(figures ...metric.Figure) {
		for _, x := range figures {
			text := ""
			if x.Defined() {
				text = strconv.FormatFloat(float64(x), 'g', -1, 64)
			}
			row = append(row, text)
		}
	}
	whole(f.Flows, f.Botnet, f.TrainFlows, f.TrainBotnet)
	figures(f.Threshold, f.Recall, f.FPR, f.AUC)
	whole(f.Confusion.TP, f.Confusion.FP, f.Confusion.TN, f.Confusion.FN)
	figures(f.Accuracy, f.Precision, f.F1, f.PRAUC, f.Brier, f.ECE)
	for _, b := range f.Budgets {
		figures(b.Threshold, b.Recall, b.FPR)
	}
	for _, at := range f.At {
		figures(at.Precision)
	}
	whole(f.Hosts.Any.TP, f.Hosts.Any.Positives(), f.Hosts.Any.FP, f.Hosts.Any.Negatives())
	return append(row, strings.Join(f.Remarks, "; "))
}
