package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"botnetdetect/detect"
	"botnetdetect/flow"
	"botnetdetect/internal/terminal"
	"botnetdetect/model"
	"botnetdetect/observe"
	"botnetdetect/packet"
	"botnetdetect/reason"

	"github.com/spf13/cobra"
)

// explaining is the verb that gives the reasons for scores.
type explaining struct {
	judging
	flows   int
	reasons int
}

func newExplain(std streams) *cobra.Command {
	e := &explaining{judging: judging{common: &common{std: std}}}
	cmd := &cobra.Command{
		Use:   "explain [flags] CAPTURE [ENDPOINT ENDPOINT]",
		Short: "Say why flows have their scores",
		Long: `Say in words and numbers why a flow has its score: the one between two endpoints,
in either order, else those with the highest scores.

Each reason multiplies (×) or divides (÷) the odds that the flow is botnet
traffic; together they lead from the score of a flow of which nothing is known to
the score of this one. Reasons are what the model went by (SHAP values), right or
wrong.`,
		Example: `  botnetdetect explain capture.pcap
  botnetdetect explain capture.pcap 192.0.2.7 198.51.100.23`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 || len(args) == 3 {
				return nil
			}
			return usage("explain takes a capture, and the two endpoints of a flow or none")
		},
		RunE: func(cmd *cobra.Command, args []string) error { return e.run(cmd.Context(), args) },
	}
	e.flags(cmd)
	e.priorFlag(cmd)
	cmd.Flags().IntVar(&e.flows, "flows", 3, "explain the `N` flows with the highest scores")
	cmd.Flags().IntVar(&e.reasons, "reasons", 8, "give the `N` strongest reasons of a flow")
	return cmd
}

func (e *explaining) run(ctx context.Context, args []string) error {
	if e.flows < 1 || e.reasons < 1 {
		return usage("--flows and --reasons: want at least 1")
	}
	m, _, err := e.model()
	if err != nil {
		return err
	}
	var choose chooser = highest(e.flows)
	if len(args) == 3 {
		if choose, err = parsePair(args[1], args[2]); err != nil {
			return err
		}
	}
	failed, err := e.observe(ctx, args[:1], func(seen observe.Observation) error {
		if seen.Err != nil && seen.Stats.Frames == 0 {
			return nil // which has been said, and leaves nothing to explain
		}
		return e.explain(m, seen, choose)
	})
	if err == nil && failed > 0 {
		return errTold
	}
	return err
}

// explained is a flow that was chosen to be explained.
type explained struct {
	detect.Verdict
	why reason.Explanation
}

// explain writes the reasons of the chosen flows of a capture.
func (e *explaining) explain(m *model.Model, seen observe.Observation, choose chooser) error {
	var chosen []explained
	err := e.detector(m).Judge(seen, new(detect.Summary), func(v *detect.Verdict) error {
		if !choose.wants(v, chosen) {
			return nil
		}
		why, err := reason.Of(m, v.Flow, e.names(), v.Behaviour)
		chosen = choose.add(explained{*v, why}, chosen)
		return err
	})
	if err != nil {
		return err
	}
	for i := range chosen {
		e.write(e.std.out, m, &chosen[i])
	}
	if len(chosen) == 0 {
		return choose.missing(seen)
	}
	return nil
}

// chooser picks the flows to explain.
type chooser interface {
	wants(v *detect.Verdict, chosen []explained) bool
	add(x explained, chosen []explained) []explained
	missing(observe.Observation) error // says why none was chosen
}

// highest chooses so many flows with the highest scores.
type highest int

func (n highest) wants(v *detect.Verdict, chosen []explained) bool {
	return len(chosen) < int(n) || v.Score > chosen[n-1].Score
}

func (n highest) add(x explained, chosen []explained) []explained {
	chosen = append(chosen, x)
	slices.SortStableFunc(chosen, func(x, y explained) int { return cmp.Compare(y.Score, x.Score) })
	return chosen[:min(int(n), len(chosen))]
}

func (highest) missing(seen observe.Observation) error {
	return fmt.Errorf("no flow of %s was judged, so there is nothing to explain", terminal.Printable(seen.Path))
}

// endpoints are the two ends of a flow, in either order.
type endpoints [2]packet.Endpoint

func parsePair(a, b string) (pair endpoints, err error) {
	for i, text := range []string{a, b} {
		if pair[i], err = packet.Parse(text); err != nil {
			return pair, usage("%v", err)
		}
	}
	return pair, nil
}

func (p endpoints) wants(v *detect.Verdict, _ []explained) bool { return p.joins(v.Src, v.Dst) }

func (p endpoints) add(x explained, chosen []explained) []explained { return append(chosen, x) }

func (p endpoints) missing(seen observe.Observation) error {
	for f := range seen.Table.Flows() {
		if p.joins(f.Src, f.Dst) {
			return fmt.Errorf("the flow between %v and %v was not judged: a DNS answer in the capture names %v", p[0], p[1], resolved(seen.Table, f))
		}
	}
	return fmt.Errorf("there are no packets between %v and %v in %s", p[0], p[1], terminal.Printable(seen.Path))
}

func (p endpoints) joins(a, b packet.Endpoint) bool {
	return p == endpoints{a, b} || p == endpoints{b, a}
}

func resolved(t *flow.Set, f flow.Flow) packet.Endpoint {
	if t.Resolved(f.Src) {
		return f.Src
	}
	return f.Dst
}

func (e *explaining) write(w io.Writer, m *model.Model, v *explained) {
	fmt.Fprintf(w, "%v and %v: %s, score %s (Botnet from %.4g on)\n", v.Src, v.Dst, v.Text(), scoreText(v.Score), m.Express(m.Threshold))
	fmt.Fprintf(w, "  %s; %s; from %s UTC\n", v.why.Summary, terminal.Printable(strings.Join(v.Protocols, " ")), v.First.Format("2006-01-02 15:04:05"))
	fmt.Fprintf(w, "  before looking, the score is %s\n", scoreText(1/(1+math.Exp(-v.why.Base))))
	strongest, rest := v.why.Strongest(e.reasons)
	if rest != 0 {
		strongest = append(slices.Clip(strongest), reason.Reason{Text: "all that weighs less", Push: rest})
	}
	writeReasons(w, "for botnet", strongest, func(r reason.Reason) bool { return r.Push > 0 })
	writeReasons(w, "for benign", strongest, func(r reason.Reason) bool { return r.Push <= 0 })
	fmt.Fprintln(w)
}

// scoreText never rounds a score to a certainty that it does not have.
func scoreText(x float64) string {
	switch {
	case x > 0.9995 && x < 1:
		return "> 0.999"
	case x < 0.0005 && x > 0:
		return "< 0.001"
	}
	return strconv.FormatFloat(x, 'f', 3, 64)
}

func writeReasons(w io.Writer, title string, reasons []reason.Reason, side func(reason.Reason) bool) {
	const width = 20 // of the longest bar
	most := math.Ln2 // so that small reasons never look large
	for _, r := range reasons {
		most = max(most, math.Abs(r.Push))
	}
	for _, r := range reasons {
		if !side(r) {
			continue
		}
		if title != "" {
			fmt.Fprintf(w, "  %s:\n", title)
			title = ""
		}
		bar := strings.Repeat("█", int(math.Round(width*math.Abs(r.Push)/most)))
		fmt.Fprintf(w, "    %-8s %-*s %s\n", r.Odds(), width, bar, terminal.Printable(r.Text))
	}
}
