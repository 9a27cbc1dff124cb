package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"botnetdetect/evaluate"
	"botnetdetect/feature"
	"botnetdetect/internal/safefile"
	"botnetdetect/internal/terminal"
	"botnetdetect/observe"
	"botnetdetect/report"

	"github.com/spf13/cobra"
)

// reporting is the verb that writes a page for people.
type reporting struct {
	judging
	output string
	json   string
	worth  string // a file with an evaluation
	limits report.Limits
}

func newReport(std streams) *cobra.Command {
	r := &reporting{judging: judging{common: &common{std: std}}, limits: report.DefaultLimits()}
	cmd := &cobra.Command{
		Use:   "report [flags] [inputs... | EVALUATION.json]",
		Short: "Write a page that shows what was found and why, or what an evaluation found",
		Long: `Judge captures and write one HTML file that shows what was found: hosts with
their verdicts, ranked by evidence, and their peers; all flows in a table that
sorts and filters; the reasons for each score; what was not judged, and what the
model is. Verdicts on hosts are left out with --features
reference.

The file needs nothing beside it and no network. --json writes the same facts as
data. What the limits leave out is counted in the page.

If the one input ends in .json, it is what evaluate --output wrote, and the page
shows it: figures, the grid, curves, calibration, audits.`,
		Example: `  botnetdetect report capture.pcap
  botnetdetect report -o monday.html --json monday.json captures/
  botnetdetect report -o evaluation.html evaluation.json`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return r.run(cmd.Context(), args) },
	}
	r.flags(cmd)
	r.priorFlag(cmd)
	f := cmd.Flags()
	f.StringVarP(&r.output, "output", "o", "report.html", "write the page to `FILE`, or to stdout")
	f.StringVar(&r.json, "json", "", "also write the facts as JSON to `FILE`, or to stdout")
	f.StringVar(&r.worth, "evaluation", "", "say what evaluate found of models such as this one: its result in `FILE`.json (the built-in models bring theirs)")
	f.IntVar(&r.limits.Flows, "flows", r.limits.Flows, "list at most `N` flows, highest scores first")
	f.IntVar(&r.limits.Reasons, "reasons", r.limits.Reasons, "give the reasons of at most `N` flows, highest scores first")
	f.IntVar(&r.limits.Hosts, "hosts", r.limits.Hosts, "list at most `N` hosts, most evidence first")
	return cmd
}

func (r *reporting) run(ctx context.Context, args []string) error {
	if err := r.check(); err != nil {
		return err
	}
	if len(args) == 1 && strings.HasSuffix(args[0], ".json") {
		return r.evaluation(args[0])
	}
	facts, problems, err := r.gather(ctx, args)
	if err != nil {
		return err
	}
	if err := r.write(r.output, facts.WriteHTML); err != nil {
		return err
	}
	if r.json != "" {
		if err := r.write(r.json, facts.WriteJSON); err != nil {
			return err
		}
	}
	sum := facts.Summary()
	r.say("%s of %s judged Botnet", count(sum.Botnet, "flow"), count(sum.P2P, "flow"))
	if r.mode() == feature.Behavioural {
		r.say("%s", hostCounts(facts.HostVerdicts()))
	}
	if sum.Allowed > 0 {
		r.say("%s left alone, as --allow says", count(sum.Allowed, "P2P flow"))
	}
	if problems > 0 {
		return errTold
	}
	return nil
}

// evaluation writes the page of an evaluation.
func (r *reporting) evaluation(path string) error {
	if r.json != "" {
		return usage("--json: the facts of an evaluation are in %s already", path)
	}
	result, err := readEvaluation(path)
	if err != nil {
		return err
	}
	return r.write(r.output, func(w io.Writer) error { return report.WriteEvaluation(w, result) })
}

func readEvaluation(path string) (*evaluate.Result, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read evaluation: %w", err)
	}
	defer f.Close()
	result, err := evaluate.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return result, nil
}

func (r *reporting) check() error {
	for name, n := range map[string]int{"flows": r.limits.Flows, "reasons": r.limits.Reasons, "hosts": r.limits.Hosts} {
		if n < 1 {
			return usage("--%s %d: want at least 1", name, n)
		}
	}
	if r.output == r.json {
		return usage("--output and --json both write to %s: name two files", r.output)
	}
	return nil
}

// gather judges captures. Captures with problems were warned of, and are counted.
func (r *reporting) gather(ctx context.Context, args []string) (facts *report.Facts, problems int, err error) {
	m, origin, err := r.model()
	if err != nil {
		return nil, 0, err
	}
	paths, missing, err := r.captures(ctx, args)
	if err != nil {
		return nil, 0, err
	}
	about, err := r.about(origin)
	if err != nil {
		return nil, 0, err
	}
	facts = report.NewFacts(about, r.detector(m), r.limits)
	failed, err := r.observe(ctx, paths, func(seen observe.Observation) error { return facts.Add(seen) })
	return facts, missing + failed, err
}

// about says what the report is of and by.
func (r *reporting) about(origin string) (about report.About, err error) {
	about.Tool, about.Origin = toolName(), origin
	if about.Time, err = workTime(); err != nil {
		return about, err
	}
	if r.worth != "" {
		about.Evaluation, err = readEvaluation(r.worth)
	}
	return about, err
}

// write writes one output and says where it is.
func (r *reporting) write(path string, fill func(io.Writer) error) error {
	if path == "stdout" {
		return fill(r.std.out)
	}
	if err := safefile.Write(path, fill); err != nil {
		return err
	}
	r.say("wrote %s", terminal.Printable(path))
	return nil
}
