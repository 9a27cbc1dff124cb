package report

import (
	"cmp"
	"slices"

	"botnetdetect/detect"
	"botnetdetect/packet"
)

// hosts adds up what is known of each endpoint of judged flows.
type hosts struct {
	all   map[packet.Endpoint]*host
	pairs map[[2]packet.Endpoint]bool // seen, in text order; true if ever judged Botnet
	// beyond counts pairs for which there was no room in pairs: in each capture that has them, their
	// endpoints count as new peers.
	beyond int
}

// maxPairs bounds hosts.pairs, and so what a flood can make it take: some 50 MB.
const maxPairs = 1 << 19

// host is one endpoint with its judged flows, over all captures.
type host struct {
	endpoint    packet.Endpoint
	flows       int
	botnet      int     // of them, those with verdict Botnet
	silent      int     // flows in which the peer sent nothing
	peers       int     // distinct
	botnetPeers int     // distinct peers of botnet flows
	evidence    float64 // sum of the scores of its botnet flows
	score       float64 // highest of all its flows
	packets     uint64
	bytes       uint64
	span
	gravest  *detect.HostVerdict  // over captures: see detect.HostVerdict.Compare; nil: not judged
	verdicts map[detect.Class]int // captures, by the verdict in them; nil: not judged
}

func newHosts() hosts {
	return hosts{all: make(map[packet.Endpoint]*host), pairs: make(map[[2]packet.Endpoint]bool)}
}

func (h *hosts) add(j *judged) {
	key := [2]packet.Endpoint{j.Src, j.Dst}
	met, wasBotnet := h.meet(key, j.Botnet)
	for side, e := range key {
		if side == 1 && e == key[0] {
			return // a flow of an endpoint with itself counts once
		}
		x := h.at(e)
		x.add(j, side)
		if !met {
			x.peers++
		}
		if j.Botnet && !wasBotnet {
			x.botnetPeers++
		}
	}
}

// meet notes a pair, and says whether it was seen before, and ever judged Botnet then.
func (h *hosts) meet(key [2]packet.Endpoint, botnet bool) (met, wasBotnet bool) {
	wasBotnet, met = h.pairs[key]
	if !met && len(h.pairs) >= maxPairs {
		h.beyond++
		return false, false
	}
	h.pairs[key] = wasBotnet || botnet
	return met, wasBotnet
}

func (h *hosts) at(e packet.Endpoint) *host {
	x, ok := h.all[e]
	if !ok {
		x = &host{endpoint: e}
		h.all[e] = x
	}
	return x
}

// add counts a flow that the host is on a side of: 0 is Src, 1 is Dst.
func (x *host) add(j *judged, side int) {
	x.flows++
	x.packets += j.Packets
	x.bytes += j.Bytes
	x.widen(j.total.First, j.total.Last)
	x.score = max(x.score, j.Score)
	if j.total.Packets[1-side] == 0 && j.Src != j.Dst {
		x.silent++
	}
	if j.Botnet {
		x.botnet++
		x.evidence += j.Score
	}
}

// judge adds the verdict on a host in one capture.
func (h *hosts) judge(v *detect.HostVerdict) {
	x := h.at(v.Host)
	if x.verdicts == nil {
		x.verdicts = make(map[detect.Class]int)
	}
	x.verdicts[v.Class]++
	if x.gravest == nil || v.Compare(x.gravest) < 0 {
		x.gravest = v
	}
}

// classes counts the hosts judged by their gravest verdicts.
func (h *hosts) classes() (n map[detect.Class]int) {
	n = make(map[detect.Class]int)
	for _, x := range h.all {
		if x.gravest != nil {
			n[x.gravest.Class]++
		}
	}
	return n
}

// compareVerdicts orders hosts by their gravest verdicts, those that were not judged last.
func compareVerdicts(x, y *host) int {
	switch {
	case x.gravest == nil && y.gravest == nil:
		return 0
	case x.gravest == nil:
		return 1
	case y.gravest == nil:
		return -1
	}
	return x.gravest.Compare(y.gravest)
}

// involved counts the hosts in botnet flows.
func (h *hosts) involved() (n int) {
	for _, x := range h.all {
		if x.botnet > 0 {
			n++
		}
	}
	return n
}

// ranked returns the n hosts that call most for a look: by their verdicts, then by evidence, the
// sum of the scores of botnet flows, then by the highest score.
func (h *hosts) ranked(n int) []*host {
	all := make([]*host, 0, len(h.all))
	for _, x := range h.all {
		all = append(all, x)
	}
	slices.SortFunc(all, func(x, y *host) int {
		return cmp.Or(
			compareVerdicts(x, y),
			cmp.Compare(y.evidence, x.evidence),
			cmp.Compare(y.score, x.score),
			cmp.Compare(y.flows, x.flows),
			x.endpoint.Compare(y.endpoint),
		)
	})
	return all[:min(n, len(all))]
}
