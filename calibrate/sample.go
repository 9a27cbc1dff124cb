package calibrate

import (
	"cmp"
	"slices"

	"botnetdetect/behaviour"
	"botnetdetect/detect"
	"botnetdetect/feature"
	"botnetdetect/observe"
	"botnetdetect/packet"
)

// maxHosts bounds the hosts of a sample, and so what a flood can make it take.
const maxHosts = 1 << 18

// Sample is benign traffic, as a model scores it. Use New.
type Sample struct {
	detector detect.Detector
	base     float64 // the threshold, which is never lowered
	hosts    map[packet.Endpoint]*host
	captures int
	dropped  int // flows of hosts for which there was no room
}

// host is one address, in all captures.
type host struct {
	judged bool    // there was enough evidence for a verdict
	score  float64 // the highest of its flows, over all captures
	flows  int
	high   []float64 // scores of flows at or above base: others are never called botnet
}

// New returns an empty sample. The detector's model is judged by its threshold from before any calibration.
func New(d detect.Detector) *Sample {
	return &Sample{detector: d, base: d.Model.Uncalibrated(), hosts: make(map[packet.Endpoint]*host)}
}

// Add judges a capture, all of which must be benign. How endpoints behave must have been
// observed: it tells whose flow a flow is.
func (s *Sample) Add(seen observe.Observation) error {
	y, err := s.yield(seen)
	if err != nil {
		return err
	}
	s.captures++
	return s.detector.JudgeAll(seen, new(detect.Summary), y)
}

// yield takes verdicts. A host's score is its highest flow's, since one flow called botnet
// is enough for people to look; in mode behaviour, of the flows that the verdict on it rests on, if
// there is enough evidence for one.
func (s *Sample) yield(seen observe.Observation) (y detect.Yield, err error) {
	if s.detector.Model.Mode == feature.Behavioural {
		y.Flow = func(v *detect.Verdict) error { s.flow(v.Host, v.Score); return nil }
		y.Host = func(v *detect.HostVerdict) error {
			if h := s.at(v.Host); h != nil && v.Class != detect.TooLittle {
				h.judge(v.Flows[0].Score)
			}
			return nil
		}
		return y, nil
	}
	hosts, err := behaviour.Observe(seen.Table)
	y.Flow = func(v *detect.Verdict) error {
		if h := s.flow(hosts.Seat(&v.Flow).Host, v.Score); h != nil {
			h.judge(v.Score)
		}
		return nil
	}
	return y, err
}

func (s *Sample) flow(e packet.Endpoint, score float64) *host {
	h := s.at(e)
	if h == nil {
		s.dropped++
		return nil
	}
	h.flows++
	if score >= s.base {
		h.high = append(h.high, score)
	}
	return h
}

// at returns a host; nil if there is no room for one more.
func (s *Sample) at(e packet.Endpoint) *host {
	h := s.hosts[e]
	if h == nil && len(s.hosts) < maxHosts {
		h = new(host)
		s.hosts[e] = h
	}
	return h
}

func (h *host) judge(score float64) {
	h.judged, h.score = true, max(h.score, score)
}

// Dropped returns how many flows were left out because there were too many hosts.
func (s *Sample) Dropped() int { return s.dropped }

// Called is a host that is called botnet by the threshold from before any calibration.
type Called struct {
	Host  packet.Endpoint
	Score float64
}

// Called returns these hosts, the highest score first. Either they are no bots, or the captures are not
// benign: it is for people to say.
func (s *Sample) Called() (called []Called) {
	for e, h := range s.hosts {
		if h.judged && h.score >= s.base {
			called = append(called, Called{e, h.score})
		}
	}
	slices.SortFunc(called, func(x, y Called) int { return cmp.Or(cmp.Compare(y.Score, x.Score), x.Host.Compare(y.Host)) })
	return called
}

// sorted returns the hosts in the order of their addresses.
func (s *Sample) sorted() (all []*host) {
	addresses := make([]packet.Endpoint, 0, len(s.hosts))
	for e := range s.hosts {
		addresses = append(addresses, e)
	}
	slices.SortFunc(addresses, packet.Endpoint.Compare)
	for _, e := range addresses {
		all = append(all, s.hosts[e])
	}
	return all
}
