package live

import (
	"time"

	"botnetdetect/flow"
)

// restart forgets all evidence: the calendar has been set, so packets before and after
// cannot be told apart in time.
func (w *watch) restart() {
	w.set = w.clock
	if w.short == nil {
		return
	}
	for _, key := range sortedEnds(w.standing) {
		w.drop(key, w.standing[key], Expired)
	}
	for _, r := range []*ring{w.short, w.long} {
		r.clear(w.clock.wall)
		w.names.carry(r.filling(), w.clock.elapsed)
	}
	w.scene, w.reviewing = scene{}, nil
	w.rejudging.end()
	w.epoch++
	w.settle()
}

// settling is for how long after the calendar was set ticks may have packets from before.
const settling = 10 * time.Second

// expel lets those flows of a tick go that have packets from before the calendar was set, or
// from after now, as before it was set back.
func (w *watch) expel(t *tick) {
	if w.own || w.set.wall.IsZero() || w.clock.elapsed-w.set.elapsed > settling {
		return
	}
	from, to := w.set.wall.Add(-mostStep/2).UnixNano(), w.clock.wall.Add(mostStep/2).UnixNano()
	t.flows = t.flows.Kept(func(f flow.Flow) bool {
		total := f.Total()
		return total.First >= from && total.Last <= to
	})
}
