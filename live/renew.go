package live

import (
	"cmp"
	"slices"
	"time"

	"botnetdetect/detect"
	"botnetdetect/flow"
	"botnetdetect/packet"
)

// stale is the hosts that are to be taken in anew, with all of their flows, those first that wait longest: what they
// do is uncertain, or looks like a bot's.
type stale struct {
	since map[packet.Endpoint]int64 // when the packet came that changed them first, ns since the epoch
	queue []packet.Endpoint
}

// Bounds of what is taken in anew.
const (
	mostStale   = 1 << 16 // hosts that wait; those beyond are seen when a window slides
	mostRenewed = 6_000   // flows that are gone through in one tick

	mostWitnesses = 64 // flows of a host with more than mostRenewed that are weighed at once when it turns out Botnet
)

// add notes a host.
func (s *stale) add(e packet.Endpoint, since int64) {
	if _, waits := s.since[e]; waits || len(s.since) >= mostStale {
		return
	}
	if s.since == nil {
		s.since = make(map[packet.Endpoint]int64)
	}
	s.since[e] = since
	s.queue = append(s.queue, e)
}

// waits reports whether an end of a flow is waiting.
func (s *stale) waits(key ends) bool {
	_, a := s.since[key[0]]
	_, b := s.since[key[1]]
	return a || b
}

// settled takes the hosts off the queue that wait no longer.
func (s *stale) settled() {
	s.queue = slices.DeleteFunc(s.queue, func(e packet.Endpoint) bool {
		_, waits := s.since[e]
		return !waits
	})
}

// renew takes in what stale hosts do now, as far as mostRenewed allows.
func (w *watch) renew() {
	s := &w.scene.stale
	if len(s.queue) == 0 {
		return
	}
	chosen, large := w.choose(s.queue)
	peers := w.peersOf(chosen, large)
	for _, e := range chosen {
		if err := w.renewHost(e, peers[e], s.since[e]); err != nil {
			w.fail(err)
		}
		delete(s.since, e)
	}
	for _, e := range large {
		w.suspectLarge(e, peers[e], s.since[e])
		delete(s.since, e)
	}
	s.settled()
}

// peersOf returns the other ends of the flows that chosen hosts have, and of some that large ones have.
func (w *watch) peersOf(chosen, large []packet.Endpoint) map[packet.Endpoint][]packet.Endpoint {
	peers, few := make(map[packet.Endpoint][]packet.Endpoint, len(chosen)), make(map[packet.Endpoint]bool, len(large))
	for _, e := range large {
		few[e] = true
	}
	flow.SearchFor(slices.Concat(chosen, large)).In(w.scene.long.tables, func(e, peer packet.Endpoint) {
		if !few[e] || len(peers[e]) < mostWitnesses {
			peers[e] = append(peers[e], peer)
		}
	})
	return peers
}

// choose returns the hosts that are to be taken in now: those of the fewest flows first, in which
// one more says most; but every fourth tick belongs to those that wait longest. Those with too few flows to say
// anything do not wait any longer. Large ones have too many.
func (w *watch) choose(sought []packet.Endpoint) (chosen, large []packet.Endpoint) {
	flows := make(map[packet.Endpoint]int)
	flow.SearchFor(sought).In(w.scene.long.tables, func(e, _ packet.Endpoint) { flows[e]++ })
	order := slices.Clone(sought)
	w.scene.renewals++
	if w.scene.renewals%4 != 0 {
		slices.SortStableFunc(order, func(x, y packet.Endpoint) int { return cmp.Compare(flows[x], flows[y]) })
	}
	left := mostRenewed
	for _, e := range order {
		switch n := flows[e]; {
		case n < detect.MinPeers && !w.scene.long.scene.Knows(e):
			delete(w.scene.stale.since, e)
		case n > mostRenewed:
			large = append(large, e)
		case n <= left:
			left -= n
			chosen = append(chosen, e)
		}
	}
	return chosen, large
}

// renewHost takes in what a host does now, and weighs the flows that carry the verdict Botnet
// on it.
func (w *watch) renewHost(e packet.Endpoint, peers []packet.Endpoint, since int64) error {
	long := w.scene.long.deeds(e, peers)
	if err := w.scene.long.scene.Renew(long); err != nil {
		return err
	}
	if err := w.scene.short.scene.Renew(w.scene.short.deeds(e, peers)); err != nil {
		return err
	}
	v, err := w.scene.long.scene.Judge(long)
	if err != nil {
		return err
	}
	w.comeTo(e, v.Class, carriers(&v), since)
	return nil
}

// suspectLarge takes the class of a host with very many flows from its cohorts, and weighs flows with some
// peers.
func (w *watch) suspectLarge(e packet.Endpoint, peers []packet.Endpoint, since int64) {
	class, err := w.scene.long.scene.Class(e)
	if err != nil {
		w.fail(err)
		return
	}
	var witnesses []ends
	if class == detect.HostBotnet {
		for _, peer := range peers {
			witnesses = append(witnesses, ends{e, peer})
		}
	}
	w.comeTo(e, class, witnesses, since)
}

// comeTo notes what a host comes to.
func (w *watch) comeTo(e packet.Endpoint, class detect.Class, likely []ends, since int64) {
	w.scene.classes[e] = class
	w.condemnAll(likely, time.Unix(0, since))
	if w.suspects[e] != nil && class == detect.HostBotnet {
		w.stirred[e] = true
	}
}
