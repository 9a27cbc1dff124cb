package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"botnetdetect/calibrate"
	"botnetdetect/dataset"
	"botnetdetect/internal/safefile"
	"botnetdetect/internal/terminal"
	"botnetdetect/model"

	"github.com/spf13/cobra"
)

// calibrating is the verb that fits a threshold to a network.
type calibrating struct {
	judging
	output string
	maxFPR float64
}

func newCalibrate(std streams) *cobra.Command {
	c := &calibrating{judging: judging{common: &common{std: std, behaviour: true}}}
	cmd := &cobra.Command{
		Use:   "calibrate [flags] BENIGN-CAPTURES...",
		Short: "Fit a model's threshold to benign traffic of one's own network",
		Long: `Raise a model's threshold until at most a wanted share of the hosts in captures
of benign traffic would be called botnet, and say which false-positive rate was
measured then, on hosts that the threshold was not set on. No botnet is needed.

The model is kept in cache/, where all verbs find it, unless --output names a
file. A host counts as called botnet if one flow of it is; by behaviour, one of
the flows that a verdict on it rests on.
docs/calibrate.md says how it is done, and what it cannot do.`,
		Example: `  botnetdetect calibrate monday.pcap tuesday.pcap
  botnetdetect calibrate --max-fpr 0.001 -o office.json captures/
  botnetdetect --model office.json wednesday.pcap`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd.Context(), args) },
	}
	c.flags(cmd)
	f := cmd.Flags()
	f.StringVarP(&c.output, "output", "o", "", "write the model to `FILE`, or to stdout (default: keep it in cache/)")
	f.Float64Var(&c.maxFPR, "max-fpr", 0.01, "call at most this `SHARE` of benign hosts botnet, above 0 to below 1")
	return cmd
}

func (c *calibrating) run(ctx context.Context, args []string) error {
	if !(c.maxFPR > 0 && c.maxFPR < 1) {
		return usage("--max-fpr %v: want a share above 0 and below 1", c.maxFPR)
	}
	m, _, err := c.model()
	if err != nil {
		return err
	}
	paths, problems, err := c.captures(ctx, args)
	if err != nil {
		return err
	}
	if !c.observesBehaviour() {
		return usage("calibrate goes with the native engine only: tshark does not say whose flow a flow is")
	}
	sample := calibrate.New(c.detector(m))
	failed, err := c.observe(ctx, paths, sample.Add)
	if err != nil {
		return err
	}
	record, err := sample.Calibrate(c.maxFPR)
	if err != nil {
		return err
	}
	if err := c.keep(m, record); err != nil {
		return err
	}
	c.sayCalled(sample.Called())
	c.sayLabelled(paths)
	if n := sample.Dropped(); n > 0 {
		c.say("%s left out: there are too many hosts", count(n, "flow"))
	}
	if problems+failed > 0 {
		return errTold
	}
	return nil
}

// keep writes the calibrated model, then says what was measured.
func (c *calibrating) keep(m *model.Model, record model.Calibration) error {
	now, err := workTime()
	if err != nil {
		return err
	}
	record.Time, record.Tool = now.Format(time.RFC3339), toolName()
	adapted := m.Calibrated(record)
	out, path := c.std.out, c.output
	switch path {
	case "":
		path, err = adapted.Save(model.Folder)
	case "stdout":
		out, err = c.std.err, adapted.Write(c.std.out)
	default:
		err = safefile.Write(path, adapted.Write)
	}
	if err != nil {
		return err
	}
	if err := writeCalibration(out, &record); err != nil {
		return err
	}
	c.say("model kept in %s", terminal.Printable(path))
	return nil
}

// mostCalled is how many hosts are named.
const mostCalled = 5

// sayCalled names the hosts that were called botnet before: it is for people to say whether they are benign indeed.
func (c *calibrating) sayCalled(called []calibrate.Called) {
	if len(called) == 0 || c.output == "stdout" {
		return
	}
	fmt.Fprint(c.std.out, "called botnet before: ")
	for i, h := range called[:min(len(called), mostCalled)] {
		if i > 0 {
			fmt.Fprint(c.std.out, ", ")
		}
		fmt.Fprintf(c.std.out, "%v (%s)", h.Host, scoreText(h.Score))
	}
	if n := len(called) - mostCalled; n > 0 {
		fmt.Fprintf(c.std.out, " and %d more", n)
	}
	fmt.Fprintln(c.std.out)
}

// sayLabelled warns of captures that their folders call botnet.
func (c *calibrating) sayLabelled(paths []string) {
	n := 0
	for _, path := range paths {
		if label, err := (dataset.Labeller{}).Capture(path); err == nil && label.Botnet {
			n++
		}
	}
	if n > 0 {
		c.say("%s below a folder named Botnet: the threshold is as if what is there were benign", count(n, "capture"))
	}
}

// writeCalibration says what a calibration did and measured.
func writeCalibration(w io.Writer, c *model.Calibration) error {
	fmt.Fprintf(w, "calibrated on %s: %s, %s with enough evidence\n", count(c.Captures, "capture"), count(c.Flows, "flow"), count(c.Hosts, "host"))
	if c.Threshold > c.Was {
		fmt.Fprintf(w, "threshold: %.4g, before %.4g\n", c.Threshold, c.Was)
	} else {
		fmt.Fprintf(w, "threshold: %.4g, as before: it holds the wanted rate already\n", c.Threshold)
	}
	writeRate(w, "false positives by host", c.ByHost)
	writeRate(w, "false positives by flow", c.ByFlow)
	if n := calibrate.Wanted(c.MaxFPR); c.Hosts < n {
		fmt.Fprintf(w, "%s cannot show a rate of %.3g of hosts: it takes %d; one like these is called botnet with a probability of up to %.2g\n",
			count(c.Hosts, "host"), c.MaxFPR, n, 1/float64(c.Hosts+1))
	}
	if c.Captures == 1 {
		fmt.Fprintln(w, "all hosts are of one capture: what other days bring, it cannot say")
	}
	return writeRecall(w, c)
}

func writeRate(w io.Writer, what string, r *model.Rate) {
	if r == nil {
		fmt.Fprintf(w, "%s: cannot be said of one host; it takes others to set the threshold on\n", what)
		return
	}
	fmt.Fprintf(w, "%s: %d of %d, which the threshold was not set on (%s %%, 95 %% interval %s to %s %%)\n",
		what, r.Flagged, r.Of, percent(r.Share()), percent(r.Low), percent(r.High))
}

// percent writes a share with two digits; all of it as 100.
func percent(share float64) string {
	if share >= 0.1 {
		return fmt.Sprintf("%.0f", 100*share)
	}
	return fmt.Sprintf("%.2g", 100*share)
}

func writeRecall(w io.Writer, c *model.Calibration) error {
	if c.Before == nil || c.After == nil {
		_, err := fmt.Fprintln(w, "recall: what this costs is not known; the model does not say how it did on botnets that it had not seen")
		return err
	}
	_, err := fmt.Fprintf(w, "recall on %s, each left out of training: %.3f, before %.3f (mean; least %.3f, of %s)\n",
		count(c.After.Families, "botnet"), c.After.Mean, c.Before.Mean, c.After.Worst, terminal.Printable(c.After.Of))
	return err
}
