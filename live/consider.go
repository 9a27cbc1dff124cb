package live

import (
	"maps"
	"slices"
	"time"

	"botnetdetect/detect"
	"botnetdetect/flow"
	"botnetdetect/packet"
)

// consider judges a flow of a tick by all that the windows hold of it, if that is enough.
func (w *watch) consider(f flow.Flow) {
	total := f.Total()
	w.late = total.First
	enough := uint64(w.config.Enough.Packets)
	long, _ := w.gather(w.long, 0, f.Src, f.Dst)
	if long.packets < enough {
		w.young.add(ends{f.Src, f.Dst}, long.packets, w.clock.elapsed+w.config.Enough.Quiet)
		return
	}
	if o, ok := w.opinion(f.Src, f.Dst); ok {
		w.weigh(o, long.packets-total.N() >= enough)
	}
}

// mostConsidering bounds how long quiet flows are judged before packets' flows are taken in. What is
// left waits for half a second.
const mostConsidering = 100 * time.Millisecond

// considerQuiet judges the flows that have had too few packets to be judged at once, and
// then none for a while: they are likely over.
func (w *watch) considerQuiet() {
	for begun := time.Now(); w.own || time.Since(begun) < mostConsidering; {
		y, ok := w.young.next(w.clock.elapsed)
		if !ok {
			return
		}
		if long, _ := w.gather(w.long, 0, y.ends[0], y.ends[1]); long.packets != y.packets {
			continue // it has had more since, or has been let go
		}
		w.late = w.clock.wall.UnixNano()
		if o, ok := w.opinion(y.ends[0], y.ends[1]); ok {
			w.weigh(o, false)
		}
	}
}

// opinion is what the windows say of a flow.
type opinion struct {
	verdict detect.Verdict // its sums are valid until the next
	window  Window
}

// opinion judges a flow by each window; the one with the higher score decides. It is not ok
// if the windows have nothing of it, or it is not to be judged. Whether there is enough of
// it is asked of the short window only.
func (w *watch) opinion(x, y packet.Endpoint) (o opinion, ok bool) {
	long, ok := w.gather(w.long, 0, x, y)
	if !ok || !w.judgeable(x, y) {
		return o, false
	}
	if o, ok = w.judgeIn(w.long, long); !ok {
		return o, false
	}
	short, found := w.gather(w.short, 1, x, y)
	if !found || short.packets == long.packets || short.packets < uint64(w.config.Enough.Packets) {
		return o, true
	}
	if recent, ok := w.judgeIn(w.short, short); ok && recent.verdict.Score > o.verdict.Score {
		return recent, true
	}
	return o, true
}

// gathered is a flow as a window has it.
type gathered struct {
	flow.Flow
	packets uint64
}

// gather returns a flow as a ring has it, valid until the next call with the same buffer.
func (w *watch) gather(r *ring, buffer int, x, y packet.Endpoint) (g gathered, ok bool) {
	g.Flow, ok = flow.Gather(r.tables, x, y, w.sums[buffer][:0])
	if !ok {
		return g, false
	}
	w.sums[buffer] = g.Sums[:0]
	for i := range g.Sums {
		g.packets += g.Sums[i].N()
	}
	return g, true
}

// judgeIn gives the verdict on a flow by what a ring has of it.
func (w *watch) judgeIn(r *ring, g gathered) (o opinion, ok bool) {
	w.stats.Judged++
	v, err := w.verdictIn(r, g.Flow)
	if err != nil {
		w.fail(err)
		return o, false
	}
	v.Capture = w.config.Name
	return opinion{v, r.window(w.clock.wall)}, true
}

// judgeable reports whether a flow of two endpoints is a P2P flow that is not left alone.
func (w *watch) judgeable(x, y packet.Endpoint) bool {
	return !w.detector.Allow.Either(x, y) && !w.long.resolved(x) && !w.long.resolved(y)
}

// weigh announces an opinion if it is new. A flow of which there was enough before, and whose
// verdict Botnet does not stand, was Benign.
func (w *watch) weigh(o opinion, before bool) {
	key := ends{o.verdict.Src, o.verdict.Dst}
	s, stands := w.standing[key]
	switch {
	case stands && o.verdict.Botnet:
		if s.keep(o) {
			w.accuse(key, s)
		}
	case stands: // it may be in two minds: settled when the window slides
	case o.verdict.Botnet:
		w.condemn(key, o, before)
	case !before && w.told.add(key):
		w.say(&o.verdict, o.window, Fresh)
	}
}

// condemn makes a verdict Botnet stand.
func (w *watch) condemn(key ends, o opinion, before bool) {
	if !w.seat() {
		return
	}
	change := Fresh
	if before || w.told.has(key) {
		change = Revised
	}
	w.say(&o.verdict, o.window, change)
	if !w.own {
		w.stats.Latency.Observe(max(0, time.Since(time.Unix(0, w.late))))
	}
	s := new(standing)
	s.keep(o)
	w.standing[key] = s
	w.accuse(key, s)
}

// drop lets a verdict Botnet stand no longer, and says why.
func (w *watch) drop(key ends, s *standing, why Change) {
	delete(w.standing, key)
	w.acquit(key, s, why)
	w.say(&s.verdict, s.window, why)
}

// recheck asks of all verdicts that stand whether they still do.
func (w *watch) recheck() {
	for _, key := range sortedEnds(w.standing) {
		w.recheckOne(key, w.standing[key])
	}
}

func (w *watch) recheckOne(key ends, s *standing) {
	o, ok := w.opinion(key[0], key[1])
	switch {
	case ok && o.verdict.Botnet:
		s.keep(o)
	case ok:
		s.keep(o)
		w.drop(key, s, Revised)
	case w.judgeable(key[0], key[1]):
		w.drop(key, s, Expired)
	default:
		w.drop(key, s, Withdrawn)
	}
}

// say announces a verdict.
func (w *watch) say(v *detect.Verdict, in Window, change Change) {
	said := Verdict{Verdict: *v, Window: in, Change: change}
	if change != Last {
		w.tally(v, change)
	}
	for _, h := range w.engine.handlers {
		if h.Verdict != nil {
			h.Verdict(&said)
		}
	}
}

// tally counts an announcement.
func (w *watch) tally(v *detect.Verdict, change Change) {
	if v.Botnet {
		w.stats.Botnet++
	} else {
		w.stats.Benign++
	}
	if change != Fresh {
		w.stats.Changed++
	}
}

func sortedEnds[V any](m map[ends]V) []ends {
	return slices.SortedFunc(maps.Keys(m), ends.compare)
}
