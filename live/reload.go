package live

import (
	"iter"
	"time"

	"botnetdetect/detect"
	"botnetdetect/flow"
	"botnetdetect/packet"
)

// adopt makes j the judge, and has it judge all that is in the windows: what is to be withdrawn or has come to
// more comes soon, the rest bit by bit, so that new packets need not wait.
func (w *watch) adopt(j Judge) error {
	if err := w.use(j); err != nil {
		return err
	}
	w.stats.Reloads++
	w.stats.Reloaded = time.Now().UTC()
	if w.long == nil {
		return nil
	}
	if w.scene.long.scene != nil {
		w.scene.long.scene.Use(w.detector)
		w.scene.short.scene.Use(w.detector)
		w.reclassify()
	}
	w.reviewing, w.reviewSince = sortedEnds(w.standing), time.Now()
	w.rejudging.begin(w.long)
	w.reviewSome()
	w.rejudgeSome()
	w.settle()
	return nil
}

// reclassify finds out what hosts come to by a new judge that does not leave them alone. Those that may be Botnet are
// renewed, and stay what they were until then.
func (w *watch) reclassify() {
	classes, now := make(map[packet.Endpoint]detect.Class), time.Now().UnixNano()
	for e := range w.scene.long.scene.Hosts {
		if w.detector.Allow.Has(e) {
			continue // nothing is said of it
		}
		class, err := w.scene.long.scene.Class(e)
		if err != nil {
			w.fail(err)
		}
		if class != detect.HostBotnet {
			classes[e] = class
			continue
		}
		w.scene.stale.add(e, now)
		if was, known := w.scene.classes[e]; known {
			classes[e] = was
		}
	}
	w.scene.classes = classes
}

// overrule has what a judge found that has been replaced meanwhile count only for what hosts do.
func (w *watch) overrule(j *judged) {
	j.likely = nil
	j.short.Use(w.detector)
	if j.long != nil {
		j.long.scene.Use(w.detector)
		j.long.carriers, j.long.classes = nil, w.scene.classes
	}
}

// rejudging goes through the flows that the long window had when the judge was replaced.
type rejudging struct {
	next func() (ends, bool) // nil if there is nothing left
	stop func()
}

// begin begins anew, with the flows of a window.
func (r *rejudging) begin(in *ring) {
	r.end()
	var recent []ends // of the table that goes on to fill
	for f := range in.filling().Flows() {
		recent = append(recent, ends{f.Src, f.Dst})
	}
	sealed := flow.SetOf(in.tables[:len(in.tables)-1]...)
	r.next, r.stop = iter.Pull(func(yield func(ends) bool) {
		for _, key := range recent {
			if !yield(key) {
				return
			}
		}
		for f := range sealed.Flows() {
			if !yield(ends{f.Src, f.Dst}) {
				return
			}
		}
	})
}

// end lets go what is left.
func (r *rejudging) end() {
	if r.stop != nil {
		r.stop()
	}
	*r = rejudging{}
}

// rejudgeSome goes on, in a replay to the end.
func (w *watch) rejudgeSome() {
	for begun := time.Now(); w.rejudging.next != nil && (w.own || time.Since(begun) < mostReviewing); {
		key, more := w.rejudging.next()
		if !more {
			w.rejudging.end()
			return
		}
		w.rejudge(key)
	}
}

// rejudge judges a flow of which there is enough, unless its verdict stands and is reviewed.
func (w *watch) rejudge(key ends) {
	g, _ := w.gather(w.long, 0, key[0], key[1])
	if g.packets < uint64(w.config.Enough.Packets) || w.stands(key) {
		return
	}
	if o, ok := w.opinion(key[0], key[1]); ok && o.verdict.Botnet {
		w.late = time.Now().UnixNano()
		w.weigh(o, true)
	}
}
