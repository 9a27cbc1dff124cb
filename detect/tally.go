package detect

import (
	"cmp"
	"fmt"
	"slices"

	"botnetdetect/behaviour"
	"botnetdetect/packet"
)

// seat names a cohort.
type seat struct {
	host   packet.Endpoint
	manner behaviour.Manner
}

// tally is what the judged flows of a cohort come to.
type tally struct {
	manner   behaviour.Manner
	peers    int     // judged
	fetched  int     // downloads, which say nothing of the host
	servers  int     // name servers, which do not either
	mean     float64 // score, kept as a running mean: of equal scores it is that score
	carriers []Carrier
	telling  []float64 // features of the flow with the highest score, if they were made
}

// tally counts a flow with evidence, and its score as it is, for its host.
func (c *court) tally(p *behaviour.Place, v *Verdict, score float64) {
	s := p.Seat()
	if !s.Evidence() || !c.known.Has(s.Host) { // nothing is said of who is no host: a flood has many
		return
	}
	t := c.tallies[seat{s.Host, s.Manner}]
	if t == nil {
		t = &tally{manner: s.Manner}
		c.tallies[seat{s.Host, s.Manner}] = t
	}
	switch {
	case s.NameServer:
		t.servers++
		return
	case p.Download():
		t.fetched++
		return
	}
	peer := v.Src
	if peer == s.Host {
		peer = v.Dst
	}
	t.add(peer, score, v.Behaviour)
}

func (t *tally) add(peer packet.Endpoint, score float64, values []float64) {
	if len(t.carriers) == 0 || score > t.carriers[0].Score {
		t.telling = append(t.telling[:0], values...)
	}
	t.peers++
	t.mean += (score - t.mean) / float64(t.peers)
	at, _ := slices.BinarySearchFunc(t.carriers, score, func(c Carrier, score float64) int { return cmp.Compare(score, c.Score) })
	if at < maxCarriers {
		t.carriers = slices.Insert(t.carriers, at, Carrier{peer, score})
		t.carriers = t.carriers[:min(len(t.carriers), maxCarriers)]
	}
}

// few says how many peers there are of which there are too few.
func (t *tally) few() string {
	text := fmt.Sprintf("peers that it speaks with over %v: %d, beside downloads, as browsers do, from %d", t.manner, t.peers, t.fetched)
	if t.servers > 0 {
		text += fmt.Sprintf(", and name servers: %d", t.servers)
	}
	return text
}

// strongest returns the cohort that the verdict on a host rests on: of those with enough
// peers the one with the highest mean, else the one with most peers.
func strongest(tallies map[seat]*tally, e packet.Endpoint) (best *tally) {
	for _, m := range [...]behaviour.Manner{behaviour.TCP, behaviour.UDP} {
		t := tallies[seat{e, m}]
		switch {
		case t == nil:
		case best == nil, best.peers < MinPeers && t.peers > best.peers, t.peers >= MinPeers && t.mean > best.mean:
			best = t
		}
	}
	return best
}
