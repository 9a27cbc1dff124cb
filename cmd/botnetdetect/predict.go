package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"botnetdetect/detect"
	"botnetdetect/internal/safefile"
	"botnetdetect/observe"
	"botnetdetect/packet"
	"botnetdetect/report"

	"github.com/spf13/cobra"
)

// predict is the verb that judges captures.
type predict struct {
	judging
	output       string
	format       string
	hosts        bool
	failOnBotnet bool
}

func newPredict(std streams) *cobra.Command {
	p := &predict{judging: judging{common: &common{std: std}}}
	cmd := &cobra.Command{
		Use:   "predict [flags] [inputs...]",
		Short: "Give the verdict on each pair of endpoints (the default verb)",
		Long: `Give the verdict, Benign or Botnet, on each P2P flow: all packets between two
endpoints, neither of which a DNS answer in the capture named.

Verdicts on capture FILE are written to FILE.out.txt, on "-" to standard output;
with --output, all are written to one file, in the format that its ending names:
.csv, .json and .jsonl carry capture, src, dst, verdict, score, packets, bytes,
first, last, duration and protocols; any other is text.`,
		Example: `  botnetdetect predict file.pcap
  botnetdetect predict --output verdicts.csv captures/
  botnetdetect predict --output stdout --format jsonl file.pcap | jq .score
  botnetdetect predict --hosts --output hosts.jsonl captures/`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return p.run(cmd.Context(), args) },
	}
	p.flags(cmd)
	p.priorFlag(cmd)
	f := cmd.Flags()
	f.StringVarP(&p.output, "output", "o", "", "write all verdicts to `FILE`, or to stdout")
	f.StringVar(&p.format, "format", "", "txt, csv, json or jsonl (default by the output's ending)")
	f.BoolVar(&p.hosts, "hosts", false, "verdicts on hosts rather than flows, as JSON lines; implies --features behaviour")
	f.BoolVar(&p.failOnBotnet, "fail-on-botnet", false, "exit with status 3 if botnet flows were found")
	return cmd
}

func (p *predict) run(ctx context.Context, args []string) error {
	start := time.Now()
	if err := p.checkHosts(); err != nil {
		return err
	}
	wait, _, err := p.beginModel()
	if err != nil {
		return err
	}
	format, err := p.outputFormat()
	if err != nil {
		return err
	}
	paths, problems, err := p.captures(ctx, args)
	if err != nil {
		return err
	}
	if p.hosts {
		return p.judgeHosts(ctx, paths, wait, problems)
	}
	sum := new(detect.Summary)
	write := p.writeEach
	if p.output != "" {
		write = p.writeAll
	}
	failed, err := write(ctx, paths, wait, format, sum)
	if err != nil {
		return err
	}
	p.summarize(sum, time.Since(start))
	switch {
	case problems+failed > 0:
		return errTold
	case p.failOnBotnet && sum.Botnet > 0:
		return errBotnet
	}
	return nil
}

// checkHosts asks for behaviour if verdicts on hosts are wanted, unless something else was asked for that does not go
// with them.
func (p *predict) checkHosts() error {
	if !p.hosts {
		return nil
	}
	if p.csv || p.featured() && p.features != featuresBehaviour {
		return usage("--hosts goes with --features behaviour only: other features say nothing of hosts")
	}
	p.want(featuresBehaviour)
	format, err := p.outputFormat()
	if err == nil && format != report.JSONLines && (p.format != "" || format != report.Text) {
		return usage("--hosts writes JSON lines, not %s: name an output that ends in .jsonl", format)
	}
	return err
}

func (p *predict) outputFormat() (report.Format, error) {
	if p.format == "" {
		return report.FormatOf(p.output), nil
	}
	format, err := report.ParseFormat(p.format)
	if err != nil {
		return "", usage("--format: %v", err)
	}
	return format, nil
}

// writeAll writes the verdicts on all captures to one output.
func (p *predict) writeAll(ctx context.Context, paths []string, wait pendingModel, format report.Format, sum *detect.Summary) (failed int, err error) {
	fill := func(w io.Writer) error {
		verdicts, err := report.NewVerdicts(w, format)
		if err != nil {
			return err
		}
		failed, err = p.observe(ctx, paths, func(seen observe.Observation) error {
			m, err := wait()
			if err != nil {
				return err
			}
			return p.detector(m).JudgeAll(seen, sum, detect.Yield{Flow: verdicts.Write, Plain: true})
		})
		if err != nil {
			return err
		}
		if failed > 0 && sum.Stats.Frames == 0 {
			return errTold // nothing was read: whatever stands there is worth more
		}
		return verdicts.Close()
	}
	if p.output == "stdout" {
		err = fill(p.std.out)
		return failed, err
	}
	err = safefile.Write(p.output, fill)
	return failed, err
}

// writeEach writes the verdicts on each capture to a file beside it.
func (p *predict) writeEach(ctx context.Context, paths []string, wait pendingModel, format report.Format, sum *detect.Summary) (failed int, err error) {
	unwritten := 0
	failed, err = p.observe(ctx, paths, func(seen observe.Observation) error {
		m, err := wait()
		if err != nil {
			return err
		}
		fill := func(w io.Writer) error {
			verdicts, err := report.NewVerdicts(w, format)
			if err != nil {
				return err
			}
			if err := p.detector(m).JudgeAll(seen, sum, detect.Yield{Flow: verdicts.Write, Plain: true}); err != nil {
				return err
			}
			return verdicts.Close()
		}
		if seen.Path == "-" {
			return fill(p.std.out)
		}
		if seen.Err != nil && seen.Stats.Frames == 0 {
			sum.Failed++
			return nil // nothing was read: no verdicts to write
		}
		if err := safefile.Write(outputBeside(seen.Path, format), fill); err != nil {
			unwritten++
			p.warn(fmt.Errorf("%w; choose another place with --output", err))
		}
		return nil
	})
	return failed + unwritten, err
}

func outputBeside(path string, format report.Format) string { return path + ".out." + string(format) }

// summarize says what was found.
func (p *predict) summarize(sum *detect.Summary, took time.Duration) {
	p.say("%s, %s: %s in %.3f s", count(sum.Captures, "capture"), count(int(sum.Stats.Frames), "packet"),
		size(sum.Stats.Bytes), took.Seconds())
	p.say("%s, %d of them P2P; %d botnet, %d benign", count(sum.Flows, "flow"), sum.P2P, sum.Botnet, sum.P2P-sum.Botnet)
	if sum.Allowed > 0 {
		p.say("%s left alone, as --allow says", count(sum.Allowed, "P2P flow"))
	}
	if sum.Failed > 0 {
		p.say("%s not read to the end", count(sum.Failed, "capture"))
	}
	if sum.Botnet > 0 {
		endpoints := count(len(sum.Involved), "endpoint")
		if sum.Crowded {
			endpoints = fmt.Sprintf("over %d endpoints", detect.MaxInvolved)
		}
		p.say("%s in botnet flows: %s", endpoints, mostInvolved(sum.Involved, 5))
	}
}

// mostInvolved lists the n endpoints with most botnet flows.
func mostInvolved(involved map[packet.Endpoint]int, n int) string {
	endpoints := make([]packet.Endpoint, 0, len(involved))
	for e := range involved {
		endpoints = append(endpoints, e)
	}
	slices.SortFunc(endpoints, func(x, y packet.Endpoint) int {
		if c := involved[y] - involved[x]; c != 0 {
			return c
		}
		return x.Compare(y)
	})
	var b strings.Builder
	for i, e := range endpoints[:min(n, len(endpoints))] {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%v (%s)", e, count(involved[e], "flow"))
	}
	if len(endpoints) > n {
		b.WriteString(", …")
	}
	return b.String()
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func size(bytes int64) string {
	units := []string{"bytes", "kB", "MB", "GB", "TB", "PB"}
	x, i := float64(bytes), 0
	for ; x >= 1000 && i < len(units)-1; i++ {
		x /= 1000
	}
	if i == 0 {
		return fmt.Sprintf("%d bytes", bytes)
	}
	return fmt.Sprintf("%.1f %s", x, units[i])
}
