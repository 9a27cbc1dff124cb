package synthetic

import (
	"encoding/binary"

	"botnetdetect/internal/craft"
)

// datagram sends a UDP packet with the payload that fill appends.
func (w *world) datagram(from, to *node, src, dst uint16, class Class, fill func(b []byte) []byte) {
	w.packet(from, to, craft.ProtoUDP, class, func(b []byte) []byte {
		return fill(craft.UDP(b, src, dst))
	})
}

// unreachable sends the ICMP message that a port is closed, with the datagram's first bytes.
func (w *world) unreachable(from, to *node, src, dst uint16, size int, class Class) {
	w.packet(from, to, craft.ProtoICMP, class, func(b []byte) []byte {
		b = append(b, 3, 3, 0, 0, 0, 0, 0, 0)
		head := len(b)
		ip := craft.IP{Src: to.addr, Dst: from.addr, TTL: to.stack.ttl - from.hops, ID: to.id, Protocol: craft.ProtoUDP}
		b = w.noise.Append(craft.UDP(ip.Append(b), src, dst), size)
		craft.Seal(b[head:])
		return b[:head+28]
	})
}

// exchange is a request over UDP and its answer.
type exchange struct {
	*bot
	peer    *peer
	message *message
	port    uint16
	left    int     // attempts after this one
	timeout float64 // seconds
	done    func(answered bool)
}

// ask sends a message to a peer, again if need be, and calls done in the end.
func (b *bot) ask(q *peer, m *message, done func(answered bool)) {
	e := &exchange{b, q, m, b.socket(q), b.t.Retries, b.t.Timeout, done}
	e.attempt()
}

func (e *exchange) attempt() {
	w, q := e.w, e.peer
	size := e.message.request.draw(w.dice)
	w.datagram(e.host, &q.node, e.port, q.port, e.class, e.fill(size, false))
	delay := reaction(w.dice, e.host, &q.node)
	switch {
	case !e.peers.answers(q):
		if q.fate == refuses && w.chance(0.7) {
			w.after(delay, func() { w.unreachable(&q.node, e.host, e.port, q.port, size, e.class) })
		}
		e.wait()
	case e.message.replies == 0:
		e.end(true)
	case lossy(w.dice, e.host, &q.node, 2):
		e.wait()
	default:
		w.after(delay, func() { e.answer(e.message.replies) })
	}
}

// answer has the peer send the datagrams of its answer.
func (e *exchange) answer(left int) {
	e.w.datagram(&e.peer.node, e.host, e.peer.port, e.port, e.class, e.fill(e.message.reply.draw(e.w.dice), true))
	if left > 1 {
		e.w.after(e.w.logNormal(0.002, 1.5), func() { e.answer(left - 1) })
		return
	}
	if e.message.teaches && e.w.chance(e.t.Learns) {
		e.peers.learn()
	}
	e.end(true)
}

func (e *exchange) end(answered bool) {
	e.peers.outcome(e.peer, answered)
	e.done(answered)
}

// wait tries again after a while, or gives up.
func (e *exchange) wait() {
	timeout := e.timeout
	e.timeout *= e.t.Backoff
	e.left--
	e.w.after(timeout, func() {
		if e.left < 0 {
			e.end(false)
			return
		}
		e.attempt()
	})
}

// fill returns what appends a message's payload.
func (e *exchange) fill(size int, reply bool) func(b []byte) []byte {
	return e.payload(e.message.content, size, reply)
}

func (b *bot) payload(c content, size int, reply bool) func([]byte) []byte {
	noise := &b.w.noise
	return func(p []byte) []byte {
		switch {
		case c == contentDHT && reply:
			return craft.DHTAnswer(p, noise)
		case c == contentDHT:
			return craft.DHTQuery(p, noise)
		case c == contentTag && size >= 8:
			return noise.Append(binary.BigEndian.AppendUint32(p, b.tag), size-4)
		}
		return noise.Append(p, size)
	}
}
