package live

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
	"time"

	"botnetdetect/flow"
	"botnetdetect/packet"
	"botnetdetect/reason"
)

// suspect is a host with flows whose verdict is Botnet.
type suspect struct {
	flows []*standing
	why   Change // that the last of them stands no longer
	alert *raised
	since int64 // when the packet came that last changed its evidence, ns since the epoch
}

// raised is an alert that has been announced.
type raised struct {
	id    string
	begun time.Time
	peers int       // when it was announced last
	last  time.Time // latest packet then
}

// accuse makes the hosts of a flow suspects that spoke in it: its end at home, if it has just
// one, else both.
func (w *watch) accuse(key ends, s *standing) {
	home := [2]bool{w.config.Home.Has(key[0]), w.config.Home.Has(key[1])}
	for i, e := range key {
		if !s.spoke[i] || !home[i] && home[1-i] || i == 1 && e == key[0] {
			continue
		}
		x := w.suspects[e]
		if x == nil {
			x = new(suspect)
			w.suspects[e] = x
		}
		x.add(s, i)
		x.since = w.late
		w.stirred[e] = true
	}
}

// acquit takes a flow off the hosts that it made suspects.
func (w *watch) acquit(key ends, s *standing, why Change) {
	for i, e := range key {
		if s.place[i] > 0 {
			x := w.suspects[e]
			x.remove(s, i, e)
			x.why = why
			w.stirred[e] = true
		}
	}
}

// add adds a flow of which the suspect is an end, unless it is among its flows.
func (x *suspect) add(s *standing, end int) {
	if s.place[end] == 0 {
		x.flows = append(x.flows, s)
		s.place[end] = len(x.flows)
	}
}

// remove takes a flow away of which the suspect e is an end; the last one comes to its place.
func (x *suspect) remove(s *standing, end int, e packet.Endpoint) {
	last := len(x.flows) - 1
	moved := x.flows[last]
	x.flows[s.place[end]-1] = moved
	moved.place[moved.end(e)] = s.place[end]
	s.place[end] = 0
	x.flows[last] = nil
	x.flows = x.flows[:last]
	if cap(x.flows) > 4*last {
		x.flows = slices.Clone(x.flows)
	}
}

// mostSettling bounds how long alerts are written without taking packets' flows in. What
// is left waits for half a second.
const mostSettling = 200 * time.Millisecond

// settle announces what has come of the hosts whose evidence has changed, those first that
// wait longest.
func (w *watch) settle() {
	begun := time.Now()
	for _, e := range slices.SortedFunc(maps.Keys(w.stirred), w.earlier) {
		delete(w.stirred, e)
		w.decide(e, w.suspects[e])
		if !w.own && time.Since(begun) > mostSettling {
			return
		}
	}
}

// earlier orders suspects by when their evidence last changed.
func (w *watch) earlier(x, y packet.Endpoint) int {
	return cmp.Or(cmp.Compare(w.suspects[x].since, w.suspects[y].since), x.Compare(y))
}

// decide announces an alert on a host, if that is called for.
func (w *watch) decide(e packet.Endpoint, x *suspect) {
	peers := len(x.flows)
	switch {
	case peers == 0:
		delete(w.suspects, e)
		if x.alert != nil {
			w.raise(e, x, x.why)
		}
	case x.alert == nil:
		if w.guilty(e, x) {
			x.alert = &raised{id: alertID(e, w.clock.wall), begun: w.clock.wall}
			w.raise(e, x, Fresh)
		}
	case peers >= 2*x.alert.peers:
		w.raise(e, x, Revised)
	}
}

// satellite reports whether each of a host's botnet flows is one of a host that has more of
// them: then it is a peer of suspects, not one by itself.
func (w *watch) satellite(e packet.Endpoint, x *suspect) bool {
	for _, s := range x.flows {
		if other := w.suspects[s.peer(e)]; other == nil || len(other.flows) <= len(x.flows) {
			return false
		}
	}
	return true
}

// alertID names an alert: a host, and when it was first announced.
func alertID(e packet.Endpoint, at time.Time) string {
	text := binary.BigEndian.AppendUint64(e.AppendText(nil), uint64(at.UnixNano()))
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// raise announces an alert as it stands.
func (w *watch) raise(e packet.Endpoint, x *suspect, change Change) {
	a := Alert{ID: x.alert.id, Time: w.clock.wall, Change: change, HostState: w.state(e, x), Model: w.model}
	a.Window = w.long.window(w.clock.wall)
	if strongest := x.strongest(); len(strongest) > 0 {
		a.Window = strongest[0].window
		a.Flows = w.evidence(e, strongest)
	}
	if !w.own && change == Fresh {
		a.Latency = max(0, time.Since(time.Unix(0, x.since)))
	}
	x.alert.peers, x.alert.last = len(x.flows), a.Last
	w.stats.Alerts++
	for _, h := range w.engine.handlers {
		if h.Alert != nil {
			h.Alert(&a)
		}
	}
}

// concludeAlerts announces the alerts of which more was seen since they were announced.
func (w *watch) concludeAlerts() {
	for _, e := range slices.SortedFunc(maps.Keys(w.suspects), packet.Endpoint.Compare) {
		x := w.suspects[e]
		if x.alert != nil && (len(x.flows) != x.alert.peers || w.state(e, x).Last.After(x.alert.last)) {
			w.raise(e, x, Last)
		}
	}
}

// state is what is known of a suspect: what the window had when it slid last, and its botnet
// flows as they are now.
func (w *watch) state(e packet.Endpoint, x *suspect) HostState {
	now := HostState{Host: e}
	for _, s := range x.flows {
		if now.Flows == 0 {
			now.First, now.Last = s.verdict.First, s.verdict.Last
		}
		now.count(&s.verdict, true)
	}
	now.State = now.judge(w.config.Enough, w.scene.classes)
	old, ok := w.totals[e]
	if !ok {
		return now
	}
	now.Flows, now.Peers = max(now.Flows, old.Flows), max(now.Peers, old.Peers)
	now.Packets, now.Bytes = max(now.Packets, old.Packets), max(now.Bytes, old.Bytes)
	if now.First.IsZero() || old.First.Before(now.First) {
		now.First = old.First
	}
	if old.Last.After(now.Last) {
		now.Last = old.Last
	}
	return now
}

// strongest returns the flows with the highest scores, at most MaxEvidence.
func (x *suspect) strongest() []*standing {
	all := slices.Clone(x.flows)
	slices.SortFunc(all, func(a, b *standing) int {
		return cmp.Or(cmp.Compare(b.verdict.Score, a.verdict.Score), a.verdict.Src.Compare(b.verdict.Src), a.verdict.Dst.Compare(b.verdict.Dst))
	})
	return all[:min(len(all), MaxEvidence)]
}

// evidence says of each flow what an analyst asks.
func (w *watch) evidence(e packet.Endpoint, flows []*standing) []Evidence {
	list := make([]Evidence, 0, len(flows))
	why := reason.Explainer{Model: w.detector.Model, Vocabulary: w.config.Vocabulary}
	for _, s := range flows {
		v := Evidence{Verdict: s.verdict, Peer: s.peer(e)}
		v.Tuples = tuplesOf(w.watchers, v.Src, v.Dst)
		for _, t := range v.Tuples {
			v.CommunityIDs = append(v.CommunityIDs, t.CommunityID)
		}
		w.explain(&v, s, &why)
		list = append(list, v)
	}
	return list
}

// explain gives the reasons for a verdict, if the packets it rests on are still there.
func (w *watch) explain(v *Evidence, s *standing, by *reason.Explainer) {
	f, ok := flow.Gather(w.ringOf(s.window).tables, v.Src, v.Dst, nil)
	if !ok {
		return
	}
	why, err := by.Of(f, w.featuresIn(w.ringOf(s.window), &f))
	if err != nil {
		w.fail(err)
		return
	}
	v.Summary = why.Summary
	v.Reasons, _ = why.Strongest(MaxReasons)
}

// ringOf returns the ring that a window is of.
func (w *watch) ringOf(in Window) *ring {
	if in.Span == w.short.span {
		return w.short
	}
	return w.long
}

// active counts the alerts that stand.
func (w *watch) active() (n int64) {
	for _, x := range w.suspects {
		if x.alert != nil {
			n++
		}
	}
	return n
}
