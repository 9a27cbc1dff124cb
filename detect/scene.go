package detect

import (
	"iter"

	"botnetdetect/behaviour"
	"botnetdetect/flow"
	"botnetdetect/observe"
	"botnetdetect/packet"
)

// Scene is what the hosts of a capture or a window did. It judges flows within it one by one,
// as if the others had done nothing since, and takes anew what one host does. It is for one goroutine.
type Scene struct {
	c      *court
	values []float64 // of the cohort asked for
}

// Scene does what JudgeAll does, and returns the scene. It keeps nothing of seen.
func (d Detector) Scene(seen observe.Observation, sum *Summary, y Yield) (*Scene, error) {
	c, err := d.court(seen, y)
	if err != nil {
		return nil, err
	}
	if y.Flow != nil || y.Host != nil {
		err = c.judge(seen, sum, y)
	}
	c.whole, c.plain, c.tallies = true, true, nil
	s := &Scene{c: c}
	s.ready()
	return s, err
}

// ready readies s to judge flows one by one.
func (s *Scene) ready() {
	s.c.atOnce()
	s.c.values = nil
}

// Use has another detector judge, whose model must be of the same mode. What hosts did stays as it is.
func (s *Scene) Use(d Detector) {
	s.c.detector, s.c.scores = d, nil
	s.ready()
}

// Verdict returns the verdict on one flow, without its features; in mode behaviour within what its host does.
func (s *Scene) Verdict(f flow.Flow) (Verdict, error) { return s.c.flow(f) }

// Flows does what Judge does, within this scene: seen must be what it was made of, or what has been
// counted in it.
func (s *Scene) Flows(seen observe.Observation, sum *Summary, yield func(*Verdict) error) error {
	err := s.c.judge(seen, sum, Yield{Flow: yield})
	s.c.values = nil
	return err
}

// Features returns the features of one flow in mode behaviour, else nil.
func (s *Scene) Features(f *flow.Flow) []float64 {
	if s.c.known == nil {
		return nil
	}
	p := s.c.known.Place(f)
	return featuresOf(p, p.Seat(), nil)
}

// Knows reports whether e is among the hosts: only models of mode behaviour know of any.
func (s *Scene) Knows(e packet.Endpoint) bool { return s.c.known != nil && s.c.known.Has(e) }

// Hosts yields the hosts, in the order of their addresses.
func (s *Scene) Hosts(yield func(packet.Endpoint) bool) {
	if s.c.known == nil {
		return
	}
	for e := range s.c.known.All {
		if !yield(e) {
			return
		}
	}
}

// Deeds are all flows of one host, in any order, which may be gone through more than once.
type Deeds struct {
	Host  packet.Endpoint
	Flows iter.Seq[flow.Flow]
	Named func(packet.Endpoint) bool // whether a DNS answer named an endpoint
}

// Renew takes anew what a host does. The model must be of mode behaviour.
func (s *Scene) Renew(d Deeds) error {
	s.forget(d.Host)
	return s.c.known.Renew(d.Host, d.Flows, d.Named)
}

// Grow counts what more has come of a flow in what its endpoints do; before is what had been
// counted of it, nil if nothing. Uncertain are those that must be renewed: see behaviour.Hosts.Grow. The
// model must be of mode behaviour.
func (s *Scene) Grow(before, more *flow.Flow, named bool) (uncertain [2]bool, err error) {
	s.forget(more.Src)
	s.forget(more.Dst)
	return s.c.known.Grow(before, more, named)
}

// forget lets go the scores of a host's cohorts, as it does something.
func (s *Scene) forget(e packet.Endpoint) {
	for m := range behaviour.Manners {
		delete(s.c.scores, seat{e, m})
	}
}

// Class returns what the cohorts of a host come to, without its flows. Where peers of a host are hosts
// with more peers, Judge, to which their flows do not count, may find too little evidence; else it agrees if the model sees
// cohorts only. Of another model, a host is Botnet here if it is anything.
func (s *Scene) Class(e packet.Endpoint) (class Class, err error) {
	class = TooLittle
	for _, m := range [...]behaviour.Manner{behaviour.TCP, behaviour.UDP} {
		values, judged := s.c.known.InCommon(e, m, s.values[:0])
		if s.values = values; !judged {
			continue
		}
		botnet, err := s.botnet(seat{e, m}, values)
		if err != nil || botnet {
			return HostBotnet, err
		}
		class = HostBenign
	}
	return class, nil
}

func (s *Scene) botnet(at seat, values []float64) (bool, error) {
	m := s.c.detector.Model
	if !m.SeesCohorts() {
		return true, nil
	}
	score, known := s.c.scores[at]
	if known {
		return m.Botnet(score), nil
	}
	score, err := m.ScoreBehaviour(values)
	s.c.scores[at] = score
	return m.Botnet(score), err
}

// Judge says of a host, which has been renewed, what JudgeHosts would, but for the reasons; of
// one without a cohort that it has too little evidence. The order of flows may change a score in
// its last bits.
func (s *Scene) Judge(d Deeds) (v HostVerdict, err error) {
	c := court{detector: s.c.detector, known: s.c.known, tallies: make(map[seat]*tally), plain: true, scores: s.c.scores}
	c.atOnce()
	for f := range d.Flows {
		if d.Named(f.Src) || d.Named(f.Dst) || c.detector.Allow.Either(f.Src, f.Dst) {
			continue
		}
		if _, err := c.flow(f); err != nil {
			return v, err
		}
	}
	if best := strongest(c.tallies, d.Host); best != nil {
		v = c.detector.classify(best)
	} else {
		v.Class = TooLittle
	}
	v.Host = d.Host
	return v, nil
}
