package protocol

// Ticks is a time in units of 16,384 ns, which wraps.
type Ticks uint32

// TicksOf returns a time in nanoseconds as Ticks.
func TicksOf(nanoseconds int64) Ticks { return Ticks(nanoseconds >> 14) }

// since returns the ticks from t to u, right if they are less than 9 hours apart.
func (u Ticks) since(t Ticks) int32 { return int32(u - t) }

// fastTime is how soon after duplicate acknowledgements a repeat counts as theirs: 20 ms.
const fastTime = 20_000_000 >> 14

// before and after compare sequence numbers, which wrap (RFC 9293, 3.4).
func before(a, b uint32) bool { return int32(a-b) < 0 }
func after(a, b uint32) bool  { return int32(a-b) > 0 }

// follow notes a segment with n bytes of data in its conversation and says what it
// brings. tshark does not look into segments that are sent again or out of order,
// since it might see the same message twice.
func (t *table) follow(c *stream, v *View, n uint32) (r repeat) {
	dir := v.dir()
	fwd, rev := &c.half[dir], &c.half[1-dir]
	if v.Flags&SYN != 0 {
		c.synchronise(t.past(c), v, dir)
	}
	probe := n == 1 && fwd.seen&seenNext != 0 && v.Seq == fwd.next && rev.seen&seenAck != 0 && rev.window == 0
	if !probe {
		fwd.countDuplicates(v, n)
	}
	if !probe && (n > 0 || v.Flags&(SYN|FIN) != 0) {
		r = repeats(v, fwd, rev, n)
	}
	fwd.advance(v, n, probe)
	return r
}

// repeat says what a segment brings.
type repeat uint8

const (
	fresh        repeat = iota // new bytes
	acknowledged               // nothing that was not acknowledged before
	again                      // bytes sent again, or out of order
)

// synchronise starts the conversation anew if a SYN with another sequence number
// shows that its ports are used again.
func (c *stream) synchronise(p *[2]past, v *View, dir int) {
	if c.half[dir].seen&seenSYN != 0 && p[dir].isn != v.Seq && v.Flags&ACK == 0 {
		*c = stream{conversation{key: c.key, number: c.number}, [2]half{{pending: c.half[0].pending}, {pending: c.half[1].pending}}}
	}
	p[dir].isn = v.Seq
	c.half[dir].seen |= seenSYN
	if v.Flags&ACK == 0 {
		c.server = v.DstPort
	} else {
		c.server = v.SrcPort
	}
}

// countDuplicates counts acknowledgements that repeat the one before.
func (h *half) countDuplicates(v *View, n uint32) {
	switch {
	case h.seen&seenAck == 0 || v.Ack != h.acked:
		h.dupAcks = 0
	case n == 0 && v.Window != 0 && v.Window == h.window && v.Seq == h.next && v.Flags&(SYN|FIN|RST) == 0 && h.dupAcks < 255:
		h.dupAcks++
	}
}

// repeats says whether a segment with n bytes advances its stream.
func repeats(v *View, fwd, rev *half, n uint32) repeat {
	if keepAlive := n <= 1 && v.Seq == fwd.next-1 && v.Flags&(SYN|FIN|RST) == 0; keepAlive && fwd.seen&seenNext != 0 {
		return again
	}
	if n > 0 && rev.seen&seenAck != 0 && rev.acked != 0 && !after(v.Seq+n, rev.acked) {
		return acknowledged
	}
	switch {
	case fwd.seen&seenNext == 0, !before(v.Seq, fwd.next):
		return fresh
	case n > 1 && v.Seq == fwd.next-1: // it begins with the byte of a window probe
		return fresh
	case rev.dupAcks >= 2 && rev.acked == v.Seq && v.Time.since(rev.ackTime) < fastTime:
		return fresh // sent again on request: tshark does look into those
	}
	return again
}

// advance notes where the stream stands after a segment with n bytes.
func (h *half) advance(v *View, n uint32, probe bool) {
	next := v.Seq + n
	if v.Flags&(SYN|FIN) != 0 {
		next++
	}
	if h.seen&seenNext == 0 || after(next, h.next) && !probe {
		h.next = next
		h.seen |= seenNext
	}
	h.window = v.Window
	if v.Flags&ACK != 0 {
		h.acked, h.ackTime = v.Ack, v.Time
		h.seen |= seenAck
	}
}
