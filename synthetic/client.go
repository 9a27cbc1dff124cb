package synthetic

import (
	"botnetdetect/internal/craft"
)

// share has an honest file-sharing program run on a host: it asks BitTorrent's DHT for peers and
// exchanges blocks in bulk with those that are there, most of which are nodes of the DHT, too.
func (w *world) share(host *node, class Class) {
	t := drawTraits(w.dice, Swarm)
	t.Peers = w.count(8, 160)                   // that it knows from before
	t.Sockets, t.PeerPorts = OneSocket, AnyPort // a node is known by its port
	b := newBot(w, &t, host, class)
	d := b.newDHT()
	d.start()
	others := t
	others.Peers = w.count(20, 500)
	s := sharing{bot: b, dht: d, swarm: drawPeers(w, &others, b.space), stream: w.Float64(), nodes: w.uniform(0.5, 1), amount: w.logUniform(1e5, 1e7)}
	if w.chance(0.6) {
		s.stream = 0 // programs that know both call over UDP first
	}
	for _, q := range s.swarm.all[:min(len(s.swarm.all), trackerPeers)] {
		w.after(w.exponential(20), func() { s.exchange(q) })
	}
	wait := w.logUniform(0.5, 30)
	w.every(func() float64 { return w.exponential(wait) }, func() { s.exchange(s.swarm.any()) })
}

// trackerPeers is how many peers trackers tell at once, which a client calls as it starts.
const trackerPeers = 50

// sharing is how a client exchanges files.
type sharing struct {
	*bot
	dht    *dht
	swarm  *peers  // who has, or wants, the files
	stream float64 // share of peers called over TCP at once; the others are where UDP fails
	nodes  float64 // share of peers that are nodes of the DHT
	amount float64 // median bytes of one exchange
}

func (s *sharing) exchange(q *peer) {
	if s.w.chance(s.stream) {
		s.overStream(q)
		return
	}
	s.overUTP(q)
}

func (s *sharing) overStream(q *peer) {
	s.dial(q, func(c *conn) {
		s.overTCP(c)
		s.meet(q)
	})
}

// meet pings a peer that says at which port it is a node of the DHT (BEP 5).
func (s *sharing) meet(q *peer) {
	if !s.w.chance(s.nodes) {
		return
	}
	s.w.after(s.w.exponential(2), func() {
		s.dht.query(q, craft.Ping, func(bool) {})
	})
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

// overUTP opens a stream over UDP (BEP 29) and sends on it. A peer that does not answer is called again, then over
// TCP.
func (s *sharing) overUTP(q *peer) {
	u := &utp{sharing: s, peer: q, port: s.listens, id: uint16(s.w.Uint32())}
	u.call(s.w.between(2, 4), 3)
}

func (u *utp) call(left int, timeout float64) {
	w := u.w
	u.send(0, craft.UTPOpen, 0)
	switch {
	case u.peers.answers(u.peer):
		u.from = w.IntN(2)
		w.after(reaction(w.dice, u.host, &u.peer.node), func() {
			u.send(1, craft.UTPState, 0)
			u.greet()
		})
	case left > 1:
		w.after(timeout, func() { u.call(left-1, 2*timeout) })
	case w.chance(0.7):
		w.after(timeout, func() { u.overStream(u.peer) })
	}
}

// greet shakes hands, as over TCP, before blocks are sent.
func (u *utp) greet() {
	u.send(0, craft.UTPData, 68+u.w.IntN(300))
	u.w.after(reaction(u.w.dice, u.host, &u.peer.node), func() {
		u.send(1, craft.UTPData, 68+u.w.IntN(300))
		u.data(u.size())
		u.meet(u.peer)
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
