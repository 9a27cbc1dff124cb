// Package detect turns observed captures into verdicts.
package detect

import (
	"fmt"
	"math"
	"slices"
	"time"

	"botnetdetect/allow"
	"botnetdetect/feature"
	"botnetdetect/flow"
	"botnetdetect/model"
	"botnetdetect/observe"
	"botnetdetect/packet"
	"botnetdetect/protocol"
)

// Verdict is what the model says of one P2P flow, with what an analyst asks next.
type Verdict struct {
	Capture   string
	Src, Dst  packet.Endpoint // in text order
	Botnet    bool            // the verdict
	Score     float64         // probability of botnet traffic, 0 to 1, as the model expresses it
	Packets   uint64
	Bytes     uint64    // on the wire
	First     time.Time // of the earliest packet, UTC
	Last      time.Time // of the latest packet, UTC
	Duration  time.Duration
	Protocols []string // the names that its packets were counted under, sorted

	// Flow is what was judged; its Sums are valid until yield returns.
	Flow flow.Flow
	// Behaviour is its features in mode behaviour, in the order of behaviour.All, else nil;
	// valid until yield returns.
	Behaviour []float64
	// Host is whose peer the other endpoint is, where hosts are judged too; else the zero Endpoint.
	Host packet.Endpoint
}

// Text returns the verdict as one word.
func (v *Verdict) Text() string {
	if v.Botnet {
		return "Botnet"
	}
	return "Benign"
}

// Detector judges flows by one model.
type Detector struct {
	Model      *model.Model
	Vocabulary *protocol.Vocabulary // the one by which captures were observed
	Allow      *allow.List          // flows with one of these endpoints are left alone; nil is none
}

// Summary adds up what was judged.
type Summary struct {
	Captures int // read, wholly or in part
	Failed   int // of them or beside them, not read to their end
	Stats    observe.Stats
	Flows    int // pairs of endpoints
	Allowed  int // P2P flows that were left alone because of the allow-list
	P2P      int // of the others, those that were judged: P2P flows
	Botnet   int // of them, those with verdict Botnet
	// Involved are the endpoints of botnet flows, with the number of such flows. If there
	// are more than MaxInvolved, it is Crowded: the least involved are missing, and the
	// numbers are too low, by at most 2·Botnet/MaxInvolved.
	Involved map[packet.Endpoint]int
	Crowded  bool
}

// MaxInvolved bounds Summary.Involved, and so what a flood can make it take.
const MaxInvolved = 1 << 17

// Judge hands the verdict on each P2P flow of a capture to yield, in the order of
// endpoints, and adds to sum. It stops at yield's first error, which it returns.
func (d Detector) Judge(seen observe.Observation, sum *Summary, yield func(*Verdict) error) error {
	return d.JudgeAll(seen, sum, Yield{Flow: yield})
}

// JudgeAll hands the verdicts on the P2P flows of a capture, then those on its hosts, to y, and
// adds to sum.
func (d Detector) JudgeAll(seen observe.Observation, sum *Summary, y Yield) error {
	c, err := d.court(seen, y)
	if err != nil {
		return err
	}
	return c.judge(seen, sum, y)
}

func (c *court) judge(seen observe.Observation, sum *Summary, y Yield) error {
	sum.read(seen)
	c.atOnce()
	var v Verdict
	for f := range seen.Table.P2P() {
		if c.detector.Allow.Either(f.Src, f.Dst) {
			sum.Allowed++
			continue
		}
		var err error
		if v, err = c.flow(f); err != nil {
			return err
		}
		v.Capture = seen.Path
		sum.add(&v)
		if y.Flow == nil {
			continue
		}
		if err := y.Flow(&v); err != nil {
			return err
		}
	}
	if err := seen.Table.Err(); err != nil {
		return fmt.Errorf("capture %s: %w", seen.Path, err)
	}
	sum.Flows += seen.Table.Len()
	if c.tallies == nil {
		return nil
	}
	return c.hosts(seen.Path, y)
}

// read counts a capture.
func (s *Summary) read(seen observe.Observation) {
	if seen.Stats.Frames > 0 || seen.Err == nil {
		s.Captures++
	}
	if seen.Err != nil {
		s.Failed++
	}
	s.Stats.Add(seen.Stats)
}

// Verdict returns the verdict on one flow, whose Sums it borrows. Whether the flow is a
// P2P flow is not asked. The model must not be of mode behaviour, which judges a flow
// within all that its host does.
func (d Detector) Verdict(f flow.Flow) (v Verdict, err error) {
	v = d.describe(f)
	score, err := d.Model.Score(feature.Blocks(f, d.Model.Mode, d.Vocabulary))
	if err != nil {
		return v, fmt.Errorf("cannot score flow %v to %v: %w", f.Src, f.Dst, err)
	}
	v.Score, v.Botnet = d.Model.Express(score), d.Model.Botnet(score)
	return v, nil
}

// describe returns a verdict with all but the verdict.
func (d Detector) describe(f flow.Flow) (v Verdict) {
	v.Protocols = make([]string, len(f.Sums))
	for i := range f.Sums {
		v.Protocols[i] = d.Vocabulary.Name(f.Sums[i].Protocol)
	}
	slices.Sort(v.Protocols)
	total := f.Total()
	v.Flow, v.Src, v.Dst = f, f.Src, f.Dst
	v.Packets, v.Bytes = total.N(), total.Volume()
	v.First, v.Last = time.Unix(0, total.First).UTC(), time.Unix(0, total.Last).UTC()
	v.Duration = time.Duration(min(total.Duration(), math.MaxInt64))
	return v
}

// Add adds what was judged of other captures.
func (s *Summary) Add(o *Summary) {
	s.Captures += o.Captures
	s.Failed += o.Failed
	s.Stats.Add(o.Stats)
	s.Flows += o.Flows
	s.P2P += o.P2P
	s.Botnet += o.Botnet
	s.Crowded = s.Crowded || o.Crowded
	for e, n := range o.Involved {
		for ; n > 0; n-- {
			s.involve(e)
		}
	}
}

func (s *Summary) add(v *Verdict) {
	s.P2P++
	if !v.Botnet {
		return
	}
	s.Botnet++
	s.involve(v.Src)
	if v.Dst != v.Src {
		s.involve(v.Dst)
	}
}

// involve counts one botnet flow of e. Where there is no room for one more endpoint, all
// lose one flow, e its only one (Misra and Gries, "Finding repeated elements", 1982).
func (s *Summary) involve(e packet.Endpoint) {
	if s.Involved == nil {
		s.Involved = make(map[packet.Endpoint]int)
	}
	if s.Involved[e] > 0 || len(s.Involved) < MaxInvolved {
		s.Involved[e]++
		return
	}
	s.Crowded = true
	for other := range s.Involved {
		if s.Involved[other]--; s.Involved[other] == 0 {
			delete(s.Involved, other)
		}
	}
}
