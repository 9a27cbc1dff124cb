package serve

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"botnetdetect/detect"
	"botnetdetect/feature"
	"botnetdetect/flow"
	"botnetdetect/history"
	"botnetdetect/live"
	"botnetdetect/observe"
	"botnetdetect/packet"
	"botnetdetect/reason"
)

// tally sums up the judged flows of one capture by host.
type tally struct {
	hosts   map[packet.Endpoint]*tallied
	classes map[packet.Endpoint]detect.Class // in mode behaviour, else nil
	last    time.Time                        // of all packets
	enough  int                              // peers in botnet flows that make a host Botnet; without classes
}

type tallied struct {
	history.Sighting
	best   flowKey   // its flow with the highest score
	values []float64 // what that was judged by, in mode behaviour
	single int       // flows of one packet
}

type flowKey [2]packet.Endpoint

// judge judges what was seen.
func (t *tally) judge(d detect.Detector, seen observe.Observation) error {
	say := detect.Yield{Flow: t.add}
	if d.Model.Mode == feature.Behavioural {
		t.classes = make(map[packet.Endpoint]detect.Class)
		say.Host = t.class
	}
	return d.JudgeAll(seen, new(detect.Summary), say)
}

func newTally(enough int) *tally {
	return &tally{hosts: make(map[packet.Endpoint]*tallied), enough: enough}
}

// add counts a judged flow on both its sides.
func (t *tally) add(v *detect.Verdict) error {
	if v.Last.After(t.last) {
		t.last = v.Last
	}
	t.at(v.Src).add(v, v.Dst, 0)
	if v.Src != v.Dst {
		t.at(v.Dst).add(v, v.Src, 1)
	}
	return nil
}

func (t *tally) at(e packet.Endpoint) *tallied {
	x, ok := t.hosts[e]
	if !ok {
		x = new(tallied)
		x.Host = e.String()
		t.hosts[e] = x
	}
	return x
}

// add counts a flow with a peer; side is the host's: 0 is Src, 1 is Dst.
func (x *tallied) add(v *detect.Verdict, peer packet.Endpoint, side int) {
	total := v.Flow.Total()
	silent := v.Src != v.Dst && total.Packets[1-side] == 0
	x.Flows++
	x.Peers++ // a flow is all traffic with a peer
	x.Packets += v.Packets
	x.Bytes += v.Bytes
	if x.First.IsZero() || v.First.Before(x.First) {
		x.First = v.First
	}
	if v.Last.After(x.Last) {
		x.Last = v.Last
	}
	if x.Flows == 1 || v.Score > x.Score {
		x.Score, x.best, x.values = v.Score, flowKey{v.Src, v.Dst}, append(x.values[:0], v.Behaviour...)
	}
	x.Silent += boolean(silent)
	x.single += boolean(v.Packets == 1)
	if v.Botnet && total.Packets[side] > 0 { // nobody can help what is sent to him
		x.Botnet++
		x.BotnetPeers++
		x.Evidence += v.Score
	}
	x.meet(history.Peer{
		Name: peer.String(), Botnet: v.Botnet, Score: v.Score, Silent: silent || total.Packets[side] == 0,
		Packets: v.Packets, Bytes: v.Bytes, Protocols: strings.Join(v.Protocols[:min(len(v.Protocols), mostProtocols)], " "),
		First: v.First, Last: v.Last,
	})
}

// mostProtocols bounds the names of a peer, so that what is said of a host keeps within maxLine
// whatever a capture holds.
const mostProtocols = 32

// meet keeps the peers with the highest scores.
func (x *tallied) meet(p history.Peer) {
	x.Contacts = append(x.Contacts, p)
	if len(x.Contacts) < 2*history.MaxPeers {
		return
	}
	slices.SortStableFunc(x.Contacts, func(a, b history.Peer) int { return cmp.Compare(b.Score, a.Score) })
	x.Contacts = x.Contacts[:history.MaxPeers]
}

// severalPeers is how many peers make a host outside of one's own networks worth listing.
const severalPeers = 2

// class notes what detect says of a host.
func (t *tally) class(v *detect.HostVerdict) error {
	t.classes[v.Host] = v.Class
	return nil
}

// verdict is live's: what detect says of the host; else, enough peers in botnet flows make
// it Botnet.
func (t *tally) verdict(e packet.Endpoint, x *tallied) history.Verdict {
	class, known := t.classes[e]
	switch {
	case t.classes != nil && !known:
		return history.Unsure
	case known:
		return map[detect.Class]history.Verdict{detect.HostBotnet: history.Botnet, detect.HostBenign: history.Benign, detect.TooLittle: history.Unsure}[class]
	case x.BotnetPeers >= t.enough:
		return history.Botnet
	case x.BotnetPeers > 0 || x.single == x.Flows:
		return history.Unsure
	}
	return history.Benign
}

// sightings returns the hosts worth listing, most evidence first, with reasons for the
// scores.
func (t *tally) sightings(d detect.Detector, table *flow.Set) ([]history.Sighting, error) {
	chosen := make(map[flowKey][]*tallied)
	listed := t.ranked()
	for _, x := range listed {
		chosen[x.best] = append(chosen[x.best], x)
	}
	for f := range table.P2P() {
		owners := chosen[flowKey{f.Src, f.Dst}]
		if len(owners) == 0 {
			continue
		}
		why, err := reason.Of(d.Model, f, d.Vocabulary, owners[0].values)
		if err != nil {
			return nil, err
		}
		for _, x := range owners {
			explain(&x.Sighting, &why)
		}
	}
	all := make([]history.Sighting, len(listed))
	for i, x := range listed {
		all[i] = x.Sighting
	}
	return all, table.Err()
}

// ranked returns the hosts that are shown by themselves: those of an own network, and
// those with several peers. Of others, the page of the host that spoke with them tells.
func (t *tally) ranked() (listed []*tallied) {
	home := live.DefaultHome()
	for e, x := range t.hosts {
		if x.Peers >= severalPeers || home.Has(e) {
			x.Time, x.Verdict = t.last, t.verdict(e, x)
			listed = append(listed, x)
		}
	}
	slices.SortFunc(listed, func(a, b *tallied) int {
		return cmp.Or(cmp.Compare(b.Evidence, a.Evidence), cmp.Compare(b.Score, a.Score), cmp.Compare(a.Host, b.Host))
	})
	return listed[:min(len(listed), maxListed)]
}

// explain adds the reasons of a host's most telling flow.
func explain(s *history.Sighting, why *reason.Explanation) {
	s.Summary, s.Base = why.Summary, why.Base
	strongest, _ := why.Strongest(history.MaxReasons)
	for _, r := range strongest {
		s.Reasons = append(s.Reasons, history.Reason{Text: r.Text, Push: r.Push})
	}
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}
