package live

import (
	"slices"

	"botnetdetect/detect"
	"botnetdetect/flow"
	"botnetdetect/packet"
)

// sight is what hosts do by the flows of a window: of all that is in it, and, until it is looked at
// again, of what has left it since the last look. Flows that come are counted in it one by one, however
// many there are.
type sight struct {
	scene  *detect.Scene
	tables []*flow.Table // what has been counted; the last one is the window's, which is filling
	sums   []flow.Sums
}

// resolved reports whether a DNS answer named an endpoint.
func (s *sight) resolved(e packet.Endpoint) bool {
	return slices.ContainsFunc(s.tables, func(t *flow.Table) bool { return t.Resolved(e) })
}

// grow counts what more has come of a flow, before it is in the tables. Uncertain are the ends that are to
// be renewed.
func (s *sight) grow(more *flow.Flow, named bool) (uncertain [2]bool, err error) {
	var before *flow.Flow
	if f, ok := flow.Gather(s.tables, more.Src, more.Dst, s.sums[:0]); ok {
		before, s.sums = &f, f.Sums
	}
	return s.scene.Grow(before, more, named || s.resolved(more.Src) || s.resolved(more.Dst))
}

// begin notes that the window fills another table.
func (s *sight) begin(t *flow.Table) {
	if s.scene != nil {
		s.tables = append(s.tables[:len(s.tables):len(s.tables)], t)
	}
}

// deeds returns all flows of a host that have been counted.
func (s *sight) deeds(e packet.Endpoint, peers []packet.Endpoint) detect.Deeds {
	return detect.Deeds{Host: e, Named: s.resolved, Flows: func(yield func(flow.Flow) bool) {
		var sums []flow.Sums
		for _, peer := range peers {
			f, ok := flow.Gather(s.tables, e, peer, sums[:0])
			if !ok {
				continue
			}
			if !yield(f) {
				return
			}
			sums = f.Sums
		}
	}}
}

// catchUp counts what a window has got that a sight has not seen.
func (w *watch) catchUp(s *sight, r *ring) {
	for _, t := range r.tables {
		if slices.Contains(s.tables, t) {
			continue
		}
		w.name(t.Names(), s)
		w.notice(t, s)
		s.begin(t)
	}
}

// notice counts the flows of a table, which is not among theirs yet, in what hosts do by some sights. What is
// uncertain after that is to be renewed, and what hosts come to now is found out.
func (w *watch) notice(t *flow.Table, sights ...*sight) {
	since := make(map[packet.Endpoint]int64)
	for f := range t.Flows() {
		first := f.Total().First
		uncertain := w.grow(&f, t.Resolved(f.Src) || t.Resolved(f.Dst), sights)
		for i, e := range [...]packet.Endpoint{f.Src, f.Dst} {
			at, noted := since[e]
			switch {
			case uncertain[i] && w.matters(e, &f):
				w.scene.stale.add(e, first)
			case w.scene.long.scene.Knows(e) && (!noted || first < at):
				since[e] = first
			}
		}
	}
	for e, at := range since {
		w.classify(e, at)
	}
}

// grow counts a flow in sights.
func (w *watch) grow(f *flow.Flow, named bool, sights []*sight) (uncertain [2]bool) {
	for _, s := range sights {
		unsure, err := s.grow(f, named)
		if err != nil {
			w.fail(err)
		}
		uncertain[0], uncertain[1] = uncertain[0] || unsure[0], uncertain[1] || unsure[1]
	}
	return uncertain
}

// matters reports whether an end of a flow is one that an alert may be about, or a host to others.
func (w *watch) matters(e packet.Endpoint, f *flow.Flow) bool {
	peer := f.Src
	if peer == e {
		peer = f.Dst
	}
	return w.config.Home.Has(e) || !w.config.Home.Has(peer) || w.scene.long.scene.Knows(e)
}

// classify finds out what a host comes to, some flows of which have changed since a time. One that may be
// Botnet is to be judged by all its flows.
func (w *watch) classify(e packet.Endpoint, since int64) {
	class, err := w.scene.long.scene.Class(e)
	if err != nil {
		w.fail(err)
	}
	switch {
	case class != detect.HostBotnet:
		w.scene.classes[e] = class
	case w.scene.classes[e] != detect.HostBotnet:
		w.scene.stale.add(e, since)
	}
}

// name notes addresses that DNS answers name, before the tables of sights do: what the hosts do that
// spoke with them is uncertain.
func (w *watch) name(addresses []packet.Endpoint, sights ...*sight) {
	fresh := slices.DeleteFunc(addresses, func(e packet.Endpoint) bool {
		return !slices.ContainsFunc(sights, func(s *sight) bool { return !s.resolved(e) })
	})
	if len(fresh) == 0 {
		return
	}
	now := w.clock.wall.UnixNano()
	flow.SearchFor(fresh).In(w.scene.long.tables, func(e, peer packet.Endpoint) {
		for _, x := range [...]packet.Endpoint{e, peer} {
			if w.scene.long.scene.Knows(x) {
				w.scene.stale.add(x, now)
			}
		}
	})
}
