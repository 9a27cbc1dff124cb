package evaluate

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"botnetdetect/metric"
)

// WriteText writes what a person at a terminal asks first: audits that failed, the
// headline of each protocol, the detector's folds, worst first, and what could not be
// measured.
func (r *Result) WriteText(w io.Writer) error {
	out := bufio.NewWriter(w)
	r.writeAudits(out)
	for _, p := range r.Settings.Protocols {
		if err := r.writeHeadline(out, p); err != nil {
			return err
		}
	}
	r.writeGaps(out)
	for _, p := range r.Settings.Protocols {
		if err := r.writeFolds(out, p); err != nil {
			return err
		}
	}
	for _, remark := range r.Remarks {
		fmt.Fprintf(out, "note: %s\n", clean(remark))
	}
	return out.Flush()
}

// writeGaps says how much better the first detector looks split at random.
func (r *Result) writeGaps(out *bufio.Writer) {
	for _, gap := range r.Gaps {
		if gap.Detector == r.Detectors[0].Name && (gap.Figure == "recall" || gap.Figure == "auc") {
			fmt.Fprintf(out, "gap in %s: %s split at random, %s in the grid's median cell\n",
				gap.Figure, short(gap.Random), short(gap.Grid))
		}
	}
	if len(r.Gaps) > 0 {
		fmt.Fprintln(out)
	}
}

func (r *Result) writeAudits(out *bufio.Writer) {
	for _, a := range r.Audits {
		state := "passed"
		switch {
		case a.Failed:
			state = "FAILED"
		case !a.Value.Defined():
			state = "unmeasured"
		}
		fmt.Fprintf(out, "audit %-10s %s: %s\n", state, a.Name, clean(a.Finding))
	}
	if len(r.Audits) > 0 {
		fmt.Fprintln(out)
	}
}

// writeHeadline writes what each detector is worth over a protocol's folds.
func (r *Result) writeHeadline(out *bufio.Writer, p Protocol) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "%s\tfolds\trecall median\tworst\tFPR median\tworst\tAUC median\tworst\tgood\n", p)
	for _, s := range r.Summary {
		if s.Protocol == p {
			fmt.Fprintf(table, "%s\t%d/%d\t%s\t%s\t%s\t%s\t%s\t%s\t%d/%d\n", s.Detector, s.Measured, s.Folds,
				short(s.Recall.Median), short(s.Recall.Min), short(s.FPR.Median), short(s.FPR.Max),
				short(s.AUC.Median), short(s.AUC.Min), s.Good, s.GoodOf)
		}
	}
	fmt.Fprintln(table)
	return table.Flush()
}

func (r *Result) writeFolds(out *bufio.Writer, p Protocol) error {
	fmt.Fprintf(out, "%s, %s, worst first:\n", p, r.Detectors[0].Name)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "family\tsource\tflows\tbotnet\trecall\tFPR\tAUC")
	for _, budget := range r.Settings.Budgets {
		fmt.Fprintf(table, "\trecall at FPR %v", budget)
	}
	fmt.Fprintln(table, "\t")
	for _, f := range r.worstFirst(p, r.Detectors[0].Name) {
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%s\t%s\t%s", clean(f.Family), clean(f.Source), f.Flows, f.Botnet,
			short(f.Recall), short(f.FPR), short(f.AUC))
		for _, b := range f.Budgets {
			fmt.Fprintf(table, "\t%s", short(b.Recall))
		}
		fmt.Fprintf(table, "\t%s\n", clean(f.shortRemark()))
	}
	fmt.Fprintln(table)
	return table.Flush()
}

// worstFirst returns a detector's folds by rising recall, then falling FPR; those without
// come last.
func (r *Result) worstFirst(p Protocol, detector string) (folds []FoldResult) {
	for _, f := range r.Folds {
		if f.Protocol == p && f.Detector == detector {
			folds = append(folds, f)
		}
	}
	slices.SortStableFunc(folds, func(x, y FoldResult) int {
		return cmp.Or(compare(x.Recall, y.Recall), -compare(x.FPR, y.FPR))
	})
	return folds
}

// compare orders figures, those that are undefined last.
func compare(x, y metric.Figure) int {
	switch {
	case x.Defined() && y.Defined():
		return cmp.Compare(x, y)
	case x.Defined():
		return -1
	case y.Defined():
		return 1
	}
	return 0
}

// shortRemark is a fold's first remark, up to its reason.
func (f *FoldResult) shortRemark() string {
	if len(f.Remarks) == 0 {
		return ""
	}
	remark, _, _ := strings.Cut(f.Remarks[0], ":")
	return remark
}

// short writes a figure for people.
func short(f metric.Figure) string {
	switch {
	case !f.Defined():
		return "–"
	case f != 0 && abs(f) < 0.001:
		return fmt.Sprintf("%.1e", f)
	}
	return fmt.Sprintf("%.3f", f)
}

// clean makes names from outside safe for a terminal and a table.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '�'
		}
		return r
	}, s)
}
