package synthetic

// welcome has others contact the host. If it is reachable so do strangers, else only known
// peers that the host has an open path to.
func (b *bot) welcome() {
	if !b.t.Reachable {
		return
	}
	tcp := b.overTCP()
	b.w.every(func() float64 { return b.w.exponential(b.t.Strangers) }, func() {
		q := b.caller()
		if q == nil {
			return
		}
		if b.w.chance(tcp) {
			b.admit(q)
			return
		}
		b.reply(q)
	})
}

// overTCP is the share of contacts by others that are connections.
func (b *bot) overTCP() float64 {
	switch b.t.Kind {
	case Gossip, Overlay, Swarm:
		return 0
	case Relay, Circle, Mesh:
		return 1
	}
	return b.w.Float64()
}

// caller draws who contacts the host; nil if it is a known peer that is not there.
func (b *bot) caller() *peer {
	if b.w.chance(b.t.Friends) {
		if q := b.peers.any(); q.fate <= hidden {
			return q
		}
		return nil
	}
	q := b.peers.draw(hidden)
	if b.w.chance(0.2) && len(b.peers.all) < maxPeers {
		b.peers.all = append(b.peers.all, q)
	}
	return q
}

// reply answers requests over UDP that come in.
func (b *bot) reply(q *peer) {
	b.replyTimes(q, 1+int(b.w.exponential(b.t.Contact-1)))
}

func (b *bot) replyTimes(q *peer, left int) {
	m := b.choose()
	b.w.datagram(&q.node, b.host, q.port, b.listens, b.class, b.payload(m.content, m.request.draw(b.w.dice), false))
	b.w.after(reaction(b.w.dice, &q.node, b.host), func() {
		for range m.replies {
			b.w.datagram(b.host, &q.node, b.listens, q.port, b.class, b.payload(m.content, m.reply.draw(b.w.dice), true))
		}
		if left > 1 {
			b.w.after(q.path.delay(b.w.dice)+b.w.logNormal(0.05, 1.5), func() { b.replyTimes(q, left-1) })
		}
	})
}

// admit takes a connection that comes in, or rejects it.
func (b *bot) admit(q *peer) {
	if b.w.chance(0.1) {
		b.reject(q, b.listens, b.class)
		return
	}
	c := b.w.conn(&q.node, b.host, b.listens, b.class)
	c.open(func() {
		if b.w.chance(0.15) {
			b.snub(c, func() {})
			return
		}
		b.converse(c)
	})
}
