package main

import (
	"context"

	"botnetdetect/live"
	"botnetdetect/report"
	"botnetdetect/serve"

	"github.com/spf13/cobra"
)

// judgeCapture names the verb by which serve has dropped captures judged. It is not for
// people.
const judgeCapture = "judge-capture"

// mostSpilled bounds each file that flows of one capture may go to, in bytes.
const mostSpilled = 8 << 30

func newJudgeCapture(std streams) *cobra.Command {
	j := &judging{common: &common{std: std, quiet: true}}
	var peers int
	cmd := &cobra.Command{
		Use: judgeCapture, Hidden: true, Args: atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return j.work(cmd.Context(), peers) },
	}
	j.modelFlags(cmd)
	j.allowFlag(cmd)
	j.featureFlag(cmd)
	cmd.Flags().BoolVar(&j.csv, "csv", false, "protocol-agnostic features")
	j.memory = 512 << 20
	cmd.Flags().Var(&j.memory, "memory", "flows beyond `SIZE` go to disk")
	cmd.Flags().IntVar(&peers, "min-peers", live.DefaultPeers, "peers in botnet flows that make a host Botnet")
	return cmd
}

// work does one job within bounds that the system keeps: a capture may be made to make it
// want more.
func (j *judging) work(ctx context.Context, peers int) error {
	if err := confine(4*int64(j.memory)+1<<30, mostSpilled); err != nil {
		return err
	}
	m, origin, err := j.model()
	if err != nil {
		return err
	}
	about := report.About{Tool: toolName(), Origin: origin}
	if about.Time, err = workTime(); err != nil {
		return err
	}
	flows, done := j.memory.Keep()
	defer done()
	worker := serve.Worker{Detector: j.detector(m), Allow: j.allow, About: about, Limits: report.DefaultLimits(), Memory: flows, Peers: peers}
	return worker.Work(ctx, j.std.in, j.std.out)
}
