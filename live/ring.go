package live

import (
	"time"

	"botnetdetect/flow"
	"botnetdetect/packet"
)

// ring is a window: tables of equal stretches of time, of which the last one is filling.
// When it slides, the last one is sealed, and the first one leaves. A sealed table
// never changes, so that other goroutines may read it.
type ring struct {
	flows  flow.Options  // what tables keep of flows
	span   time.Duration // of the whole window
	size   int           // sealed tables in a full window
	tables []*flow.Table
	starts []time.Time
	begun  int // tables so far
}

func newRing(o flow.Options, span, step time.Duration, now time.Time) *ring {
	r := &ring{flows: o, span: span, size: int(span / step)}
	r.begin(now)
	return r
}

// filling returns the table that is not sealed.
func (r *ring) filling() *flow.Table { return r.tables[len(r.tables)-1] }

// seal seals the last table and lets the first one go, if the window is full without it. What
// is left is the window at this moment: judge it, then begin the next table.
func (r *ring) seal() {
	if n := len(r.tables) - r.size; n > 0 {
		r.tables, r.starts = r.tables[n:], r.starts[n:]
	}
}

// begin begins a table.
func (r *ring) begin(now time.Time) {
	r.begun++
	// The slices are copied, as another goroutine may be judging them.
	r.tables = append(r.tables[:len(r.tables):len(r.tables)], flow.NewTableWith(r.flows))
	r.starts = append(r.starts[:len(r.starts):len(r.starts)], now)
}

// clear forgets everything.
func (r *ring) clear(now time.Time) {
	r.tables, r.starts = nil, nil
	r.begin(now)
}

func (r *ring) window(now time.Time) Window { return Window{r.starts[0], now, r.span} }

func (r *ring) bytes() (n int64) {
	for _, t := range r.tables {
		n += t.Bytes()
	}
	return n
}

func (r *ring) len() (n int) {
	for _, t := range r.tables {
		n += t.Len()
	}
	return n
}

func (r *ring) resolved(e packet.Endpoint) bool {
	for _, t := range r.tables {
		if t.Resolved(e) {
			return true
		}
	}
	return false
}

func (r *ring) resolvedLen() (n int) {
	for _, t := range r.tables {
		n += t.ResolvedLen()
	}
	return n
}

// names remembers the resolved addresses that live for longer than windows do of
// themselves: an address that a window's table has is known for as long as the
// table is in the window, which is the least that any lives.
type names struct {
	until map[packet.Endpoint]time.Duration // when they end, by the engine's clock
}

// mostNames bounds names, and longestName how long one lives, as resolvers do (RFC 8767).
const (
	mostNames   = 1 << 18
	longestName = 7 * 24 * time.Hour
)

// add notes an answer, if it lives for longer than span. It reports whether there was room.
func (n *names) add(a answer, now, span time.Duration) bool {
	ttl := min(time.Duration(a.ttl)*time.Second, longestName)
	if ttl <= span {
		return true
	}
	if n.until == nil {
		n.until = make(map[packet.Endpoint]time.Duration)
	}
	before, known := n.until[a.address]
	if !known && len(n.until) >= mostNames {
		return false
	}
	n.until[a.address] = max(before, now+ttl)
	return true
}

// carry notes in a new table the addresses that live, and forgets those that do not.
func (n *names) carry(to *flow.Table, now time.Duration) {
	for e, until := range n.until {
		if until <= now {
			delete(n.until, e)
		} else {
			to.Resolve(e)
		}
	}
}
