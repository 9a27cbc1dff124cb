package live

import "time"

// review has the verdicts that stand, and those that a whole judgement thinks likely, asked again: in a replay at
// once, else a few with each beat of the clock, as there may be hundreds of thousands.
func (w *watch) review(j *judged) {
	w.reviewing = append(sortedEnds(w.standing), j.likely...)
	w.reviewSince = time.Now().Add(-j.slide.Took)
	w.reviewSome()
}

// mostReviewing bounds how long verdicts are asked again before packets' flows are taken in.
const mostReviewing = 100 * time.Millisecond

// reviewSome goes on with a review. Flows of hosts that are to be renewed wait for that.
func (w *watch) reviewSome() {
	begun := time.Now()
	for n := len(w.reviewing); n > 0 && (w.own || time.Since(begun) < mostReviewing); n-- {
		key := w.reviewing[0]
		w.reviewing = w.reviewing[1:]
		if w.scene.stale.waits(key) && !w.own {
			w.reviewing = append(w.reviewing, key)
			continue
		}
		if s := w.standing[key]; s != nil {
			w.recheckOne(key, s)
		} else {
			w.condemnAll([]ends{key}, w.reviewSince)
		}
	}
	if len(w.reviewing) == 0 {
		w.reviewing = nil
	}
}
