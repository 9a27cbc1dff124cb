package protocol

// A TCP segment gets its name in three steps, as in tshark:
//
//	follow      does it bring new bytes? if not it is TCP         tcpseq.go
//	reassemble  does it begin or complete a message?              here
//	dissect     whose message is it? claimed, by port, by content tcpport.go
//
// A segment that only continues a message is TCP; the one that completes it has
// the message's name.

func (e *Engine) tcp(v *View) ID {
	if v.Broken {
		return TCP
	}
	n := uint32(len(v.Payload)) + v.Missing
	var s segment
	s.c = e.conversations.stream(e.open(v))
	s.repeat = e.conversations.follow(s.c, v, n)
	s.h, s.v, s.name = &s.c.half[v.dir()], v, TCP
	if len(v.Payload) == 0 {
		if v.Flags&(FIN|RST) != 0 && s.h.pending != 0 {
			return e.finish(&s)
		}
		return TCP
	}
	s.seq, s.data, s.size = v.Seq, v.Payload, n
	if v.Missing > 0 {
		return e.cut(&s)
	}
	e.reassemble(&s)
	if v.Flags&FIN != 0 && s.h.pending != 0 && e.pool.at(s.h.pending).untilFIN && s.name == TCP {
		return e.finish(&s)
	}
	return s.name
}

// segment is the part of a TCP segment's data that is still to be dealt with.
type segment struct {
	c *stream
	h *half
	v *View
	// repeat may say that the data may complete a message, but is not looked into.
	repeat repeat
	name   ID
	fixed  bool // name is settled: later messages in the segment do not change it
	seq    uint32
	data   []byte
	size   uint32
}

// maxPasses bounds how many messages that began earlier or end later one segment
// may hold before the rest is left unread.
const maxPasses = 64

func (e *Engine) reassemble(s *segment) {
	for range maxPasses {
		if s.size == 0 {
			return
		}
		if e.pool.at(s.h.pending).covers(s.seq) {
			e.proceed(s)
			continue
		}
		if s.repeat != fresh || e.joinedBefore(s) {
			return
		}
		e.begin(s)
		return
	}
}

// joinedBefore says whether s begins within the last message that came in several segments.
func (e *Engine) joinedBefore(s *segment) bool {
	if s.h.seen&seenJoined == 0 {
		return false
	}
	j := &e.conversations.past(s.c)[s.v.dir()].joined
	return !before(s.seq, j.from) && before(s.seq, j.to)
}

// message returns what a dissector is given of s's data, in the engine's own place for
// one, where the next will take its place: dissectors take an address, and a message of
// its own would be on the heap.
func (e *Engine) message(s *segment) *message {
	m := &e.scratch
	*m = message{}
	m.data, m.size, m.c, m.v = s.data, int(s.size), &s.c.conversation, s.v
	return m
}

// joined returns what a dissector is given of a message that came in several segments,
// in the same place.
func (e *Engine) joined(p *pending, s *segment) *message {
	m := e.message(s)
	m.data, m.keep, m.gap, m.size, m.joined = p.data, int(p.keep), int(p.gap), int(p.size), true
	return m
}

// begin deals with data that does not continue a message.
func (e *Engine) begin(s *segment) {
	e.release(s.h)
	m := e.message(s)
	m.canWait = true
	r := e.dissect(m)
	s.rename(r)
	if r.need == 0 || r.used >= int(s.size) && r.need != untilFIN {
		return
	}
	id, p := e.pool.get()
	s.h.pending = id
	p.start = s.seq + uint32(r.used)
	p.await(s.seq+s.size, r.need)
	p.forget(r.hole.keep, r.hole.skipTo) // before it is copied
	p.put(0, s.data[r.used:], s.size-uint32(r.used))
	e.pool.charge(p)
}

// await sets the end of the message to need bytes beyond next.
func (p *pending) await(next uint32, need int) {
	switch need {
	case oneMore:
		p.end, p.entire = next+1, true
	case untilFIN:
		p.end, p.entire, p.untilFIN = next+1<<30, false, true
	default:
		p.end, p.entire = next+uint32(need), false // wraps beyond 4 GB, as in tshark
	}
}

// rename takes over the name that a dissector gave, if a message or the part of one
// before the first byte that must wait was dealt with.
func (s *segment) rename(r result) {
	if !s.fixed && r.name != Unnamed && (r.need == 0 || r.used > 0) {
		s.name = r.name
	}
}

// proceed adds the next bytes to the pending message, and hands it over if it is whole.
func (e *Engine) proceed(s *segment) {
	p := e.pool.at(s.h.pending)
	n := s.size
	if !p.entire {
		n = min(n, p.end-s.seq)
	}
	next := s.seq + n
	p.put(s.seq-p.start, s.data[:n], n)
	e.pool.charge(p)
	if p.entire && after(next, p.end) {
		p.end = next
	}
	s.seq, s.data, s.size = next, s.data[n:], s.size-n
	if p.whole() {
		e.complete(s, p, next)
	}
	if s.size > 0 && (s.h.pending == 0 || !p.covers(s.seq)) {
		s.fixed = true
	}
}

// complete hands a whole message to its dissector, which may find that it needs
// still more.
func (e *Engine) complete(s *segment, p *pending, next uint32) {
	e.conversations.past(s.c)[s.v.dir()].joined = span{p.start, p.end}
	s.h.seen |= seenJoined
	if s.repeat == again {
		e.release(s.h)
		return
	}
	m := e.joined(p, s)
	m.canWait = true
	if p.gap == 0 {
		m.keep = len(p.data)
	}
	r := e.dissect(m)
	s.rename(r)
	if r.need == 0 {
		e.release(s.h)
		return
	}
	if after(p.start+p.size, next) {
		next = p.start + p.size
	}
	if r.used > 0 {
		p.advance(uint32(r.used))
	}
	p.await(next, r.need)
	p.forget(r.hole.keep, r.hole.skipTo)
}

// finish hands over a message that ends with the stream.
func (e *Engine) finish(s *segment) ID {
	p, v := e.pool.at(s.h.pending), s.v
	defer e.release(s.h)
	if !p.untilFIN || s.repeat != fresh || p.pieces > 0 || v.Flags&FIN == 0 || v.Seq+uint32(len(v.Payload)) != p.start+p.size {
		return TCP
	}
	m := e.joined(p, s)
	m.last = true
	if r := e.dissect(m); r.name != Unnamed {
		return r.name
	}
	return TCP
}

// cut names a segment that lost bytes to the snap length: what is there is looked
// at on its own.
func (e *Engine) cut(s *segment) ID {
	if s.repeat == again {
		return TCP
	}
	if r := e.dissect(e.message(s)); r.name != Unnamed {
		return r.name
	}
	return TCP
}

// release gives back what is pending in h.
func (e *Engine) release(h *half) {
	if h.pending != 0 {
		e.pool.put(h.pending)
		h.pending = 0
	}
}
