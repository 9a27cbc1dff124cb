package live

import (
	"cmp"
	"slices"
	"time"

	"botnetdetect/detect"
	"botnetdetect/packet"
)

// hosts adds up what verdicts say of each endpoint. The number of hosts is bounded: while
// there is no room, hosts without botnet flows are left out.
type hosts struct {
	most    int // listed
	all     map[packet.Endpoint]*HostState
	classes map[packet.Endpoint]detect.Class // in mode behaviour, else nil
}

// spareHosts is how many times more hosts are counted than are listed.
const spareHosts = 4

func newHosts(most int) hosts { return hosts{most: most, all: make(map[packet.Endpoint]*HostState)} }

// class notes what detect says of a host.
func (h *hosts) class(v *detect.HostVerdict) error {
	h.classes[v.Host] = v.Class
	return nil
}

// add counts a flow. It is a botnet flow only of the hosts that sent packets in it: nobody
// can help what is sent to him.
func (h *hosts) add(v *detect.Verdict, botnet bool) {
	total := v.Flow.Total()
	h.count(v.Src, v, botnet && total.Packets[0] > 0)
	if v.Dst != v.Src {
		h.count(v.Dst, v, botnet && total.Packets[1] > 0)
	}
}

func (h *hosts) count(e packet.Endpoint, v *detect.Verdict, botnet bool) {
	x, ok := h.all[e]
	if !ok {
		if n := len(h.all); n >= h.most*spareHosts && !botnet || n >= mostStanding {
			return
		}
		x = &HostState{Host: e, First: v.First, Last: v.Last}
		h.all[e] = x
	}
	x.count(v, botnet)
}

// count adds a flow.
func (x *HostState) count(v *detect.Verdict, botnet bool) {
	x.Flows++
	x.Peers++
	x.Packets += v.Packets
	x.Bytes += v.Bytes
	x.Score = max(x.Score, v.Score)
	if v.First.Before(x.First) {
		x.First = v.First
	}
	if v.Last.After(x.Last) {
		x.Last = v.Last
	}
	if botnet {
		x.BotnetFlows++
		x.BotnetPeers++
		x.Evidence += v.Score
	}
}

// ranked returns the hosts with most evidence, then those with the highest scores.
func (h *hosts) ranked(enough Enough) []HostState {
	all := make([]*HostState, 0, len(h.all))
	for _, x := range h.all {
		x.State = x.judge(enough, h.classes)
		all = append(all, x)
	}
	slices.SortFunc(all, func(x, y *HostState) int {
		return cmp.Or(cmp.Compare(y.Evidence, x.Evidence), cmp.Compare(y.Score, x.Score), x.Host.Compare(y.Host))
	})
	list := make([]HostState, 0, min(len(all), h.most))
	for _, x := range all[:cap(list)] {
		list = append(list, *x)
	}
	return list
}

// of reports whether enough has been seen of a flow at a time.
func (e *Enough) of(v *detect.Verdict, now time.Time) bool {
	return v.Packets >= uint64(e.Packets) || now.Sub(v.Last) >= e.Quiet
}

// judge says what the host's flows come to: what detect says of it, if that is known.
func (x *HostState) judge(enough Enough, known map[packet.Endpoint]detect.Class) State {
	class, ok := known[x.Host]
	switch {
	case ok && class == detect.HostBotnet:
		return Botnet
	case ok && class == detect.HostBenign:
		return Benign
	case known != nil:
		return Insufficient
	case x.BotnetPeers >= enough.Peers:
		return Botnet
	case x.BotnetPeers > 0:
		return Insufficient
	}
	return Benign
}
