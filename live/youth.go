package live

import "time"

// youth is a queue of flows that have had too few packets to be judged at once. It is
// bounded: of a flood, what finds no room is judged when watching ends, if ever.
type youth struct {
	queue []young
	head  int
}

// young is a flow with so many packets when it was last seen. If it has as many when it
// is due, it is quiet.
type young struct {
	ends
	packets uint64
	due     time.Duration
}

// mostYoung bounds the queue: it takes 14 MB.
const mostYoung = 1 << 18

// add adds a flow; due must not shrink from one to the next.
func (y *youth) add(e ends, packets uint64, due time.Duration) {
	if len(y.queue)-y.head >= mostYoung {
		return
	}
	if y.head > 0 && len(y.queue) == cap(y.queue) { // make room at the front
		y.queue = y.queue[:copy(y.queue, y.queue[y.head:])]
		y.head = 0
	}
	y.queue = append(y.queue, young{e, packets, due})
}

// next takes the first flow off the queue, if it is due.
func (y *youth) next(now time.Duration) (first young, ok bool) {
	if y.head == len(y.queue) || y.queue[y.head].due > now {
		return first, false
	}
	first = y.queue[y.head]
	if y.head++; y.head == len(y.queue) {
		y.queue, y.head = y.queue[:0], 0
	}
	return first, true
}

// told remembers the flows that were announced as Benign when they had few packets, so that
// they are not announced again. It forgets those of long ago, and is bounded: beyond, some
// are announced twice.
type told struct{ recent, old map[ends]struct{} }

// mostTold bounds each generation: it takes about 15 MB.
const mostTold = 1 << 17

// add notes a flow. It reports whether the flow is new.
func (t *told) add(e ends) bool {
	if t.has(e) {
		return false
	}
	if t.recent == nil || len(t.recent) >= mostTold {
		t.age()
	}
	t.recent[e] = struct{}{}
	return true
}

func (t *told) has(e ends) bool {
	_, recently := t.recent[e]
	_, before := t.old[e]
	return recently || before
}

// age forgets what was noted before the last call.
func (t *told) age() { t.recent, t.old = make(map[ends]struct{}), t.recent }
