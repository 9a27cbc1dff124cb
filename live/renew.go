package live

import (
	"cmp"
	"math"
	"slices"
	"time"

	"botnetdetect/detect"
	"botnetdetect/flow"
	"botnetdetect/packet"
)

// stale is the hosts whose flows have changed since it was last taken in what they do, those
// first that wait longest.
type stale struct {
	since map[packet.Endpoint]int64 // when the packet came that changed them first, ns since the epoch
	queue []packet.Endpoint
}

// Bounds of what is taken in anew.
const (
	mostStale   = 1 << 16 // hosts that wait; those beyond are seen when a window slides
	mostSought  = 1 << 14 // of them, those whose flows are searched for in one tick
	mostRenewed = 6_000   // flows that are gone through in one tick
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

// settled takes the hosts off the queue that wait no longer.
func (s *stale) settled() {
	s.queue = slices.DeleteFunc(s.queue, func(e packet.Endpoint) bool {
		_, waits := s.since[e]
		return !waits
	})
}

// changed notes the hosts whose flows a table has: those that an alert may be about, and those
// that are hosts to others.
func (w *watch) changed(t *flow.Table) {
	for f := range t.Flows() {
		total := f.Total()
		home := [2]bool{w.config.Home.Has(f.Src), w.config.Home.Has(f.Dst)}
		for i, e := range [2]packet.Endpoint{f.Src, f.Dst} {
			if home[i] || !home[1-i] || w.scene.long.Knows(e) {
				w.scene.stale.add(e, total.First)
			}
		}
	}
}

// renew takes in what stale hosts do now, as far as mostRenewed allows.
func (w *watch) renew() {
	s := &w.scene.stale
	sought := s.queue[:min(len(s.queue), mostSought)]
	if len(sought) == 0 {
		return
	}
	chosen := w.choose(sought)
	peers := make(map[packet.Endpoint][]packet.Endpoint, len(chosen))
	flow.SearchFor(chosen).In(w.long.tables, func(e, peer packet.Endpoint) { peers[e] = append(peers[e], peer) })
	for _, e := range chosen {
		if err := w.renewHost(e, peers[e], time.Unix(0, s.since[e])); err != nil {
			w.fail(err)
		}
		delete(s.since, e)
	}
	s.settled()
}

// choose returns the hosts that are to be taken in now: those of the fewest flows first, in which
// one more says most, and those last that are Botnet already; but every fourth tick belongs to
// those that wait longest. Those with too few flows to say anything, and those with too many, do not wait any
// longer: the latter are seen when a window slides.
func (w *watch) choose(sought []packet.Endpoint) (chosen []packet.Endpoint) {
	flows := make(map[packet.Endpoint]int)
	flow.SearchFor(sought).In(w.long.tables, func(e, _ packet.Endpoint) { flows[e]++ })
	order := slices.Clone(sought)
	if w.scene.ticks%4 != 0 {
		slices.SortStableFunc(order, func(x, y packet.Endpoint) int { return cmp.Compare(w.urgency(x, flows[x]), w.urgency(y, flows[y])) })
	}
	left := mostRenewed
	for _, e := range order {
		switch n := flows[e]; {
		case n < detect.MinPeers && !w.scene.long.Knows(e), n > mostRenewed:
			delete(w.scene.stale.since, e)
		case n <= left:
			left -= n
			chosen = append(chosen, e)
		}
	}
	return chosen
}

// urgency returns the number of a host's flows, unless it is Botnet already: then a larger one.
func (w *watch) urgency(e packet.Endpoint, flows int) int {
	if w.scene.classes[e] == detect.HostBotnet {
		return math.MaxInt
	}
	return flows
}

// renewHost takes in what a host does now, and weighs the flows that carry the verdict Botnet
// on it.
func (w *watch) renewHost(e packet.Endpoint, peers []packet.Endpoint, since time.Time) error {
	long := w.deeds(w.long, e, peers)
	if err := w.scene.long.Renew(long); err != nil {
		return err
	}
	if err := w.scene.short.Renew(w.deeds(w.short, e, peers)); err != nil {
		return err
	}
	v, err := w.scene.long.Judge(long)
	if err != nil {
		return err
	}
	w.scene.classes[e] = v.Class
	w.condemnAll(carriers(&v), since)
	if w.suspects[e] != nil && v.Class == detect.HostBotnet {
		w.stirred[e] = true
	}
	return nil
}

// deeds returns all flows that a ring has of a host.
func (w *watch) deeds(r *ring, e packet.Endpoint, peers []packet.Endpoint) detect.Deeds {
	return detect.Deeds{Host: e, Named: r.resolved, Flows: func(yield func(flow.Flow) bool) {
		var sums []flow.Sums
		for _, peer := range peers {
			f, ok := flow.Gather(r.tables, e, peer, sums[:0])
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
