package detect

import (
	"fmt"

	"botnetdetect/behaviour"
	"botnetdetect/feature"
	"botnetdetect/observe"
	"botnetdetect/packet"
	"botnetdetect/reason"
)

// Class is the verdict on a host.
type Class string

// The verdicts on hosts.
const (
	HostBenign Class = "Benign"
	HostBotnet Class = "Botnet"
	TooLittle  Class = "too little evidence" // fewer than MinPeers peers in every cohort
)

// MinPeers is how many peers of one cohort, but for downloads and name servers, a verdict on a host needs.
const MinPeers = behaviour.MinPeers

// HostVerdict is what is said of one host, from all its flows.
type HostVerdict struct {
	Capture string
	Host    packet.Endpoint
	Class   Class
	Score   float64 // mean score of the flows of the cohort that the verdict rests on; 0 with too little evidence
	Manner  behaviour.Manner
	Peers   int             // in that cohort, but for downloads and name servers
	Reasons []reason.Reason // that speak for the verdict, the weightiest first, at most maxReasons
	Flows   []Carrier       // those with the highest scores, at most maxCarriers
}

// Carrier is a flow that carries a verdict on a host.
type Carrier struct {
	Peer  packet.Endpoint
	Score float64
}

const (
	maxCarriers = 10
	maxReasons  = 5
)

// Compare orders verdicts on hosts by how much they call for a look: Botnet before Benign before
// too little evidence, then the higher score first.
func (v *HostVerdict) Compare(o *HostVerdict) int {
	if c := v.Class.rank() - o.Class.rank(); c != 0 {
		return c
	}
	switch {
	case v.Score > o.Score:
		return -1
	case v.Score < o.Score:
		return 1
	}
	return 0
}

func (c Class) rank() int {
	return map[Class]int{HostBotnet: 0, HostBenign: 1, TooLittle: 2}[c]
}

// JudgeHosts hands the verdict on each host of a capture, in the order of addresses, to yield. It
// stops at yield's first error, which it returns. The model must be of mode behaviour.
func (d Detector) JudgeHosts(seen observe.Observation, yield func(*HostVerdict) error) error {
	if d.Model.Mode != feature.Behavioural {
		return fmt.Errorf("a model of mode %s says nothing of hosts: use --features behaviour", d.Model.Mode)
	}
	return d.JudgeAll(seen, new(Summary), Yield{Host: yield})
}

// hosts hands the verdicts on hosts to yield, once the flows have been judged.
func (c *court) hosts(capture string, y Yield) error {
	for e := range c.known.All {
		best := strongest(c.tallies, e)
		if best == nil {
			continue // the peers of others
		}
		v := c.detector.classify(best)
		if !y.Bare {
			if err := c.detector.explain(&v, best); err != nil {
				return fmt.Errorf("capture %s: cannot explain host %v: %w", capture, e, err)
			}
		}
		v.Capture, v.Host = capture, e
		if err := y.Host(&v); err != nil {
			return err
		}
	}
	return nil
}

// explain gives the reasons for a verdict on a cohort.
func (d Detector) explain(v *HostVerdict, t *tally) error {
	if v.Class == TooLittle {
		v.Reasons = []reason.Reason{{Text: t.few()}}
		return nil
	}
	why, err := reason.OfValues(d.Model, t.telling)
	v.Reasons = why.Towards(v.Class == HostBotnet)
	v.Reasons = v.Reasons[:min(len(v.Reasons), maxReasons)]
	return err
}

// classify says what a cohort comes to.
func (d Detector) classify(t *tally) HostVerdict {
	v := HostVerdict{Score: d.Model.Express(t.mean), Manner: t.manner, Peers: t.peers, Class: HostBenign}
	switch {
	case t.peers < MinPeers:
		v.Class = TooLittle
	case d.Model.Botnet(t.mean):
		v.Class = HostBotnet
	}
	for _, c := range t.carriers {
		v.Flows = append(v.Flows, Carrier{c.Peer, d.Model.Express(c.Score)})
	}
	return v
}
