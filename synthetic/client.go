package synthetic

import (
	"botnetdetect/internal/craft"
)

// share has an honest file-sharing program run on a host: it asks BitTorrent's DHT for peers and
// exchanges blocks in bulk with those that are there.
func (w *world) share(host *node, class Class) {
	t := drawTraits(w.dice, Swarm)
	t.Peers = w.count(20, 400)
	t.Learns = w.uniform(0, 1)
	b := newBot(w, &t, host, class)
	b.messages = []message{{replies: 1, teaches: true, content: contentDHT}}
	s := sharing{bot: b, stream: w.Float64(), amount: w.logUniform(1e5, 1e7)}
	b.startOverlay()
	b.welcome()
	wait := w.logUniform(1, 60)
	w.every(func() float64 { return w.exponential(wait) }, func() { s.exchange(b.peers.any()) })
}

// sharing is how a client exchanges files.
type sharing struct {
	*bot
	stream float64 // share of exchanges over TCP
	amount float64 // median bytes of one
}

func (s *sharing) exchange(q *peer) {
	if s.w.chance(s.stream) {
		s.dial(q, s.overTCP)
		return
	}
	s.overUTP(q)
}

// overTCP shakes hands and asks for blocks (BEP 3), one way or the other.
func (s *sharing) overTCP(c *conn) {
	w := s.w
	hello := func(side int) line {
		head := craft.Handshake(nil, &w.noise)
		return line{side: side, head: head, bytes: len(head) + w.IntN(300)}
	}
	lines := []line{hello(0), hello(1)}
	from := w.IntN(2)
	for left := s.size(); left > 0; left -= 1 << 14 {
		ask, block := craft.Request(nil, &w.noise), craft.Piece(nil, &w.noise, 1<<14)
		lines = append(lines, line{side: 1 - from, head: ask, bytes: len(ask)},
			line{side: from, head: block, bytes: len(block) + 1<<14})
	}
	c.talk(lines, func() { w.after(w.exponential(30), func() { c.finish(w.IntN(2), w.chance(0.3)) }) })
}

// size draws how much is exchanged with a peer: mostly little, as many have nothing to give.
func (s *sharing) size() int {
	if s.w.chance(0.5) {
		return 0
	}
	return min(20e6, int(s.w.logNormal(s.amount, 1.5)))
}

// overUTP opens a stream over UDP (BEP 29) and sends on it.
func (s *sharing) overUTP(q *peer) {
	u := &utp{sharing: s, peer: q, port: s.listens, id: uint16(s.w.Uint32())}
	u.send(0, craft.UTPOpen, 0)
	if !s.peers.answers(q) {
		s.w.after(3, func() { u.send(0, craft.UTPOpen, 0) })
		return
	}
	u.from = s.w.IntN(2)
	s.w.after(reaction(s.w.dice, s.host, &q.node), func() {
		u.send(1, craft.UTPState, 0)
		u.data(s.size())
	})
}

// utp is a stream over UDP. Side 0 is the host.
type utp struct {
	*sharing
	peer *peer
	port uint16
	id   uint16
	seq  [2]uint16
	from int // the side that sends
}

func (u *utp) data(left int) {
	if left <= 0 {
		return
	}
	n := min(left, 1400-20-28)
	u.send(u.from, craft.UTPData, n)
	if u.seq[u.from]%2 == 0 {
		u.w.after(reaction(u.w.dice, u.node(u.from), u.node(1-u.from)), func() { u.send(1-u.from, craft.UTPState, 0) })
	}
	u.w.after(u.w.exponential(float64(n)/u.peer.path.rate), func() { u.data(left - n) })
}

func (u *utp) node(side int) *node {
	if side == 0 {
		return u.host
	}
	return &u.peer.node
}

func (u *utp) send(side int, kind byte, n int) {
	ports := [2]uint16{u.port, u.peer.port}
	h := craft.UTP{Type: kind, Connection: u.id + uint16(side), Micros: uint32(u.w.now / 1000), Seq: u.seq[side], Ack: u.seq[1-side]}
	u.seq[side]++
	u.w.datagram(u.node(side), u.node(1-side), ports[side], ports[1-side], u.class,
		func(b []byte) []byte { return u.w.noise.Append(h.Append(b), n) })
}
