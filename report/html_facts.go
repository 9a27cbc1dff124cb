package report

import (
	"cmp"
	"slices"
	"time"

	"botnetdetect/detect"
	"botnetdetect/evaluate"
	"botnetdetect/flow"
	"botnetdetect/observe"
	"botnetdetect/packet"
	"botnetdetect/reason"
)

// Facts gathers what a report says of captures: Add each observed capture, then write
// a page (WriteHTML), data (WriteJSON) or both. Use NewFacts. It keeps the flows with
// the highest scores only; hosts, totals and the time line count all flows.
type Facts struct {
	about    About
	detector detect.Detector
	limits   Limits

	sum      detect.Summary
	captures []captureFacts
	unjudged unjudged
	span     span
	flows    []*judged // up to twice the limit, then pruned
	full     bool      // lowest is known
	lowest   float64   // score above which a flow is kept
	added    int       // flows ever added
	hosts    hosts
	activity activity
	worth    *worthJSON // known after finish
}

// About says what a report is of and by.
type About struct {
	Tool   string    // name and version of the program
	Time   time.Time // when the report is made
	Origin string    // where the model was found
	// Evaluation, if not nil, says what models such as this one are worth. The built-in
	// models bring theirs.
	Evaluation *evaluate.Result
}

// Limits bound how much a report lists, so that a page stays usable. What is left out
// is counted in it. All are at least 1.
type Limits struct {
	Flows   int // flows listed, highest scores first
	Reasons int // of them, those that come with their reasons
	Hosts   int // hosts listed, most evidence first
}

// DefaultLimits returns limits within which a page opens within about a second.
func DefaultLimits() Limits { return Limits{Flows: 100_000, Reasons: 5_000, Hosts: 5_000} }

// NewFacts returns a report of nothing yet.
func NewFacts(about About, d detect.Detector, limits Limits) *Facts {
	return &Facts{about: about, detector: d, limits: limits, hosts: newHosts()}
}

// judged is a verdict that is kept, and its flow with it.
type judged struct {
	detect.Verdict
	capture int // number of its capture
	order   int // of arrival; breaks ties between scores
	total   flow.Sums
	why     *reason.Explanation // nil beyond Limits.Reasons, and before finish
}

// captureFacts is what a report says of one capture.
type captureFacts struct {
	captureJSON
	span
}

// Add judges a capture's flows and adds all that is to be said of it.
func (f *Facts) Add(seen observe.Observation) error {
	before := f.sum
	c := captureFacts{captureJSON: captureJSON{Path: seen.Path, Packets: seen.Stats.Frames, Bytes: seen.Stats.Bytes}}
	y := detect.Yield{
		Flow: func(v *detect.Verdict) error { f.add(v); return nil },
		Host: func(v *detect.HostVerdict) error { f.hosts.judge(v); return nil },
	}
	if err := f.detector.JudgeAll(seen, &f.sum, y); err != nil {
		return err
	}
	for fl := range seen.Table.Flows() {
		total := fl.Total()
		c.widen(total.First, total.Last)
		if seen.Table.Resolved(fl.Src) || seen.Table.Resolved(fl.Dst) {
			f.unjudged.resolved(&total)
		}
	}
	if err := seen.Table.Err(); err != nil {
		return err
	}
	c.Flows, c.Judged, c.Botnet = f.sum.Flows-before.Flows, f.sum.P2P-before.P2P, f.sum.Botnet-before.Botnet
	if seen.Err != nil {
		c.Error = seen.Err.Error()
	}
	f.span.join(c.span)
	f.captures = append(f.captures, c)
	return nil
}

// add counts one judged flow and keeps it while its score is among the highest.
func (f *Facts) add(v *detect.Verdict) {
	j := &judged{Verdict: *v, capture: len(f.captures), order: f.added, total: v.Flow.Total()}
	f.added++
	f.unjudged.weigh(j)
	f.hosts.add(j)
	f.activity.add(j.total.First, j.total.Last, v.Botnet)
	if f.full && v.Score <= f.lowest {
		return // of equals, the first are kept
	}
	j.Flow.Sums, j.Behaviour = slices.Clone(v.Flow.Sums), slices.Clone(v.Behaviour)
	f.flows = append(f.flows, j)
	if len(f.flows) >= 2*f.limits.Flows {
		f.prune()
	}
}

// prune keeps the flows with the highest scores, in that order.
func (f *Facts) prune() {
	slices.SortFunc(f.flows, func(x, y *judged) int {
		if c := cmp.Compare(y.Score, x.Score); c != 0 {
			return c
		}
		return cmp.Compare(x.order, y.order)
	})
	if len(f.flows) < f.limits.Flows {
		return
	}
	clear(f.flows[f.limits.Flows:])
	f.flows = f.flows[:f.limits.Flows]
	f.full, f.lowest = true, f.flows[f.limits.Flows-1].Score
}

// finish brings flows into their final order and explains those that the limits allow.
func (f *Facts) finish() (err error) {
	f.prune()
	if f.worth, err = worthOf(f.about, f.detector.Model.Mode); err != nil {
		return err
	}
	for i := range f.flows[:min(len(f.flows), f.limits.Reasons)] {
		j := f.flows[i]
		if j.why != nil {
			continue
		}
		why, err := reason.Of(f.detector.Model, j.Flow, f.detector.Vocabulary, j.Behaviour)
		if err != nil {
			return err
		}
		j.why = &why
	}
	return nil
}

// Summary returns the totals so far.
func (f *Facts) Summary() *detect.Summary { return &f.sum }

// HostVerdicts counts the hosts judged so far by their gravest verdicts; empty but in mode behaviour.
func (f *Facts) HostVerdicts() map[detect.Class]int { return f.hosts.classes() }

// unjudged counts what got no verdict, and verdicts that rest on little.
type unjudged struct {
	flows, packets, bytes uint64 // with an endpoint that a DNS answer names
	single                int    // judged flows of one packet
	mac                   int    // judged flows between MAC addresses
}

func (u *unjudged) resolved(total *flow.Sums) {
	u.flows++
	u.packets += total.N()
	u.bytes += total.Volume()
}

func (u *unjudged) weigh(j *judged) {
	if j.Packets == 1 {
		u.single++
	}
	if j.Src.Kind() == packet.MAC {
		u.mac++
	}
}
