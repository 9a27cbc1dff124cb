package serve

import (
	"strings"
	"time"

	"botnetdetect/allow"
	"botnetdetect/history"
	"botnetdetect/live"
	"botnetdetect/packet"
)

// Feed takes what flows out of a live engine into a server:
//
//	engine.Subscribe(serve.NewFeed(server, "eth0", home).Handler())
//
// Every slide tells of all hosts worth listing, every alert of one host and why.
type Feed struct {
	server *Server
	source string
	home   *allow.List
	known  map[packet.Endpoint]live.HostState // as last told, of those that have not left the window
}

// NewFeed returns a feed of what is watched under a name. Hosts of home are listed as soon
// as they have a judged flow, others from two peers on.
func NewFeed(s *Server, source string, home *allow.List) *Feed {
	return &Feed{s, source, home, make(map[packet.Endpoint]live.HostState)}
}

// Handler is what the engine calls, from one goroutine.
func (f *Feed) Handler() live.Handler { return live.Handler{Slide: f.slide, Alert: f.alert} }

// slide tells of the hosts that a slide changed.
func (f *Feed) slide(s *live.Slide) {
	now := make(map[packet.Endpoint]live.HostState, len(s.Hosts))
	for i := range s.Hosts {
		h := &s.Hosts[i]
		if h.Peers < severalPeers && !f.home.Has(h.Host) {
			continue
		}
		now[h.Host] = *h
		if f.known[h.Host] == *h {
			continue
		}
		seen := f.sighting(h)
		seen.Time = s.Window.End
		f.server.See(&seen)
	}
	f.part(now, s.Window.End)
	f.known = now
}

// part says of the bots that are not in the window any more that nothing speaks against them now:
// their flows have left it, or are judged no longer.
func (f *Feed) part(now map[packet.Endpoint]live.HostState, at time.Time) {
	for e, before := range f.known {
		if _, stays := now[e]; stays || before.State != live.Botnet {
			continue
		}
		seen := f.sighting(&live.HostState{Host: e, First: before.First, Last: before.Last})
		seen.Time = at
		f.server.See(&seen)
	}
}

func (f *Feed) alert(a *live.Alert) {
	if a.Change == live.Withdrawn || a.Change == live.Expired {
		return // the next slide tells how the host stands now
	}
	f.known[a.Host] = a.HostState
	seen := f.sighting(&a.HostState)
	seen.Time = a.Window.End
	for i := range a.Flows {
		seen.Contacts = append(seen.Contacts, contact(&a.Flows[i]))
	}
	if len(a.Flows) > 0 {
		best := &a.Flows[0]
		seen.Summary = best.Summary
		for _, r := range best.Reasons {
			seen.Reasons = append(seen.Reasons, history.Reason{Text: r.Text, Push: r.Push})
		}
	}
	f.server.See(&seen)
}

func (f *Feed) sighting(h *live.HostState) history.Sighting {
	return history.Sighting{
		Key: history.Key{Source: f.source, Host: h.Host.String()},
		Judgement: history.Judgement{
			Verdict: verdictOf(h.State), Score: h.Score, Evidence: h.Evidence, Flows: h.Flows, Botnet: h.BotnetFlows,
			Peers: h.Peers, BotnetPeers: h.BotnetPeers, Packets: h.Packets, Bytes: h.Bytes,
		},
		First: h.First, Last: h.Last,
	}
}

func verdictOf(s live.State) history.Verdict {
	switch s {
	case live.Botnet:
		return history.Botnet
	case live.Benign:
		return history.Benign
	}
	return history.Unsure
}

func contact(e *live.Evidence) history.Peer {
	return history.Peer{
		Name: e.Peer.String(), Botnet: e.Botnet, Score: e.Score, Packets: e.Packets, Bytes: e.Bytes,
		Protocols: strings.Join(e.Protocols, " "), First: e.First, Last: e.Last,
	}
}
