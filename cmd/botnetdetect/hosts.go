package main

import (
	"context"
	"fmt"
	"io"

	"botnetdetect/detect"
	"botnetdetect/internal/safefile"
	"botnetdetect/observe"
	"botnetdetect/report"
)

// judgeHosts writes the verdicts on the hosts of captures, to standard output unless
// another is named.
func (p *predict) judgeHosts(ctx context.Context, paths []string, wait pendingModel, problems int) error {
	counts := make(map[detect.Class]int)
	failed := 0
	fill := func(w io.Writer) (err error) {
		failed, err = p.observe(ctx, paths, func(seen observe.Observation) error {
			m, err := wait()
			if err != nil {
				return err
			}
			return p.detector(m).JudgeHosts(seen, func(v *detect.HostVerdict) error {
				counts[v.Class]++
				return report.WriteHost(w, v)
			})
		})
		if err == nil && failed > 0 && p.seen.Frames == 0 {
			return errTold // nothing was read: whatever stands there is worth more
		}
		return err
	}
	var err error
	if p.output == "" || p.output == "stdout" {
		err = fill(p.std.out)
	} else {
		err = safefile.Write(p.output, fill)
	}
	if err != nil {
		return err
	}
	p.say("%s", hostCounts(counts))
	switch {
	case problems+failed > 0:
		return errTold
	case p.failOnBotnet && counts[detect.HostBotnet] > 0:
		return errBotnet
	}
	return nil
}

// hostCounts says how many hosts had which verdict.
func hostCounts(n map[detect.Class]int) string {
	all := n[detect.HostBotnet] + n[detect.HostBenign] + n[detect.TooLittle]
	return fmt.Sprintf("%s: %d botnet, %d benign, %d with %s (fewer than %d peers of a kind)",
		count(all, "host"), n[detect.HostBotnet], n[detect.HostBenign], n[detect.TooLittle], detect.TooLittle, detect.MinPeers)
}
