package monitor

import (
	"bytes"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"time"

	"botnetdetect/live"
	"botnetdetect/packet"
)

// page is metrics in the text format of Prometheus
// (https://prometheus.io/docs/instrumenting/exposition_formats/).
type page struct{ bytes.Buffer }

// sample is one value of a metric, with labels as pairs of name and value.
type sample struct {
	value  float64
	labels []string
}

// family writes a metric of a kind: counter or gauge.
func (p *page) family(kind, name, help string, samples ...sample) {
	name = "botnetdetect_" + name
	fmt.Fprintf(p, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
	for _, s := range samples {
		p.sample(name, s)
	}
}

func (p *page) sample(name string, s sample) {
	p.WriteString(name)
	before := byte('{')
	for i := 0; i+1 < len(s.labels); i += 2 {
		p.WriteByte(before)
		fmt.Fprintf(p, "%s=\"%s\"", s.labels[i], escaped.Replace(s.labels[i+1]))
		before = ','
	}
	if len(s.labels) > 0 {
		p.WriteByte('}')
	}
	p.WriteByte(' ')
	p.WriteString(strconv.FormatFloat(s.value, 'g', -1, 64))
	p.WriteByte('\n')
}

var escaped = strings.NewReplacer("\\", "\\\\", "\"", "\\\"", "\n", "\\n")

func (p *page) counter(name, help string, n int64) {
	p.family("counter", name, help, sample{value: float64(n)})
}

func (p *page) gauge(name, help string, x float64) { p.family("gauge", name, help, sample{value: x}) }

// metrics returns all metrics.
func (m Monitor) metrics() []byte {
	s := m.Stats()
	p := new(page)
	m.identity(p, &s)
	traffic(p, &s)
	windows(p, &s)
	verdicts(p, &s)
	p.latency(&s.Latency)
	m.sinks(p)
	return p.Bytes()
}

func (m Monitor) identity(p *page, s *live.Stats) {
	p.family("gauge", "build_info", "What runs; the value is 1.", sample{1, []string{"version", m.Version, "go", runtime.Version()}})
	p.family("gauge", "model_info", "The model that judges; the value is 1.",
		sample{1, []string{"origin", s.Model.Origin, "digest", s.Model.Digest, "mode", s.Model.Mode}})
	p.gauge("model_threshold", "Scores from here on are botnet traffic.", s.Model.Threshold)
	p.gauge("start_time_seconds", "When watching began, in seconds since the epoch.", seconds(s.Started))
	p.gauge("clock_seconds", "The engine's time, in seconds since the epoch.", seconds(s.Clock))
	p.counter("reloads_total", "Times that model and allow-list were replaced.", s.Reloads)
	p.gauge("allowed_entries", "Entries of the allow-list.", float64(s.Allowed))
}

func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMicro()) / 1e6
}

func traffic(p *page, s *live.Stats) {
	p.counter("packets_total", "Packets read.", s.Packets)
	p.counter("bytes_total", "Bytes of them on the wire.", s.Bytes)
	p.counter("kernel_packets_total", "Packets that the kernel received for this program, dropped ones included.", s.Source.Received)
	p.counter("kernel_drops_total", "Packets for which there was no room in the kernel's rings.", s.Source.Dropped)
	p.counter("interface_outages_total", "Times that the interface went away.", s.Source.Outages)
	p.gauge("interface_up", "1 while the interface is there.", flag(!s.Source.Down))
	var kinds []sample
	for o, n := range s.Outcomes {
		if o := packet.Outcome(o); o != packet.OK {
			kinds = append(kinds, sample{float64(n), []string{"kind", o.String()}})
		}
	}
	p.family("counter", "decode_errors_total", "Packets that could not be decoded to the end, by kind.", kinds...)
	var odd []sample
	for what, n := range s.Source.Capture.Oddities() {
		odd = append(odd, sample{float64(n), []string{"kind", what}})
	}
	p.family("counter", "capture_oddities_total", "What was odd in a capture or a stream, by kind.", odd...)
	p.counter("dns_answers_total", "Addresses that DNS answers named.", s.Answers)
	p.counter("dns_answers_lost_total", "Of them, those that found no room.", s.Lost)
	p.counter("clock_jumps_total", "Times that the clock was set, or packets' times leapt.", s.Jumps)
}

func flag(set bool) float64 {
	if set {
		return 1
	}
	return 0
}

func windows(p *page, s *live.Stats) {
	p.gauge("flows", "Flows in the long window, counted once in each of its parts.", float64(s.Flows))
	p.gauge("window_bytes", "Memory that windows take.", float64(s.Memory))
	p.gauge("resolved_addresses", "Addresses in the long window that DNS answers named.", float64(s.Resolved))
	p.counter("flows_evicted_total", "Flows let go, the least informative first, to stay within memory.", s.Evicted)
	p.counter("packets_shed_total", "Packets of new flows that found no room.", s.Shed)
	p.counter("slides_total", "Times that the short window slid.", s.Slides)
	p.counter("slides_late_total", "Of them, those not judged whole, as the one before was still being judged.", s.LateSlide)
	p.gauge("slide_seconds", "How long the last judgement of a whole window took.", s.Sliding.Seconds())
}

func verdicts(p *page, s *live.Stats) {
	p.counter("judgements_total", "Verdicts worked out, announced or not.", s.Judged)
	p.family("counter", "verdicts_total", "Verdicts announced, by what they say.",
		sample{float64(s.Benign), []string{"verdict", "Benign"}}, sample{float64(s.Botnet), []string{"verdict", "Botnet"}})
	p.counter("verdicts_changed_total", "Of them, those that changed an earlier one.", s.Changed)
	p.counter("alerts_total", "Alerts announced, changes included.", s.Alerts)
	p.gauge("alerts_active", "Alerts that stand.", float64(s.Active))
}

// latency writes the histogram.
func (p *page) latency(l *live.Latency) {
	const name = "botnetdetect_verdict_latency_seconds"
	fmt.Fprintf(p, "# HELP %s From the packet that completes the evidence to the verdict Botnet.\n# TYPE %s histogram\n", name, name)
	n := int64(0)
	for i, bound := range live.LatencyBounds {
		n += l.Counts[i]
		p.sample(name+"_bucket", sample{float64(n), []string{"le", strconv.FormatFloat(bound.Seconds(), 'g', -1, 64)}})
	}
	p.sample(name+"_bucket", sample{float64(l.Count()), []string{"le", "+Inf"}})
	p.sample(name+"_sum", sample{value: l.Sum.Seconds()})
	p.sample(name+"_count", sample{value: float64(l.Count())})
}

func (m Monitor) sinks(p *page) {
	var sent, lost, failed, waiting []sample
	for i, s := range m.Sinks { // two may have one place, as it is shown
		c, labels := s.Counts(), []string{"sink", strconv.Itoa(i + 1), "place", s.Place()}
		sent = append(sent, sample{float64(c.Sent), labels})
		lost = append(lost, sample{float64(c.Lost), labels})
		failed = append(failed, sample{float64(c.Failed), labels})
		waiting = append(waiting, sample{float64(c.Waiting), labels})
	}
	p.family("counter", "alert_records_sent_total", "Records of alerts that a place took.", sent...)
	p.family("counter", "alert_records_lost_total", "Records that found no room, were refused, or could not be written.", lost...)
	p.family("counter", "alert_attempts_failed_total", "Attempts to send that failed.", failed...)
	p.family("gauge", "alert_records_waiting", "Records that wait for a place.", waiting...)
}
