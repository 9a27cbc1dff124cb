package synthetic

import "botnetdetect/internal/craft"

// start begins what makes each design different. All of them also let strangers in, take
// updates, and do what bots are told to, as far as their traits say so.
func (b *bot) start() {
	switch b.t.Kind {
	case Gossip:
		b.keep(b.chat)
	case Transfer:
		b.startTransfer()
	case Overlay:
		b.startOverlay()
	case Relay:
		b.startRelay()
	case Padded:
		b.startPadded()
	case Swarm:
		b.startSwarm()
	case Circle:
		b.startCircle(styleNoise)
	case Mesh:
		b.startCircle(styleSSH)
	case Hybrid:
		b.startHybrid()
	}
	b.welcome()
	b.update()
	b.obey()
}

// startTransfer asks for lists over UDP and fetches files over TCP from some who answer.
func (b *bot) startTransfer() {
	fetch := b.w.logUniform(0.01, 0.6)
	b.keep(func(q *peer) {
		b.chatFor(q, 1, func(answered bool) {
			if answered && b.w.chance(fetch) {
				b.dial(q, b.converse)
			}
		})
	})
}

// startPadded exchanges peers over UDP in padded datagrams, and data over TCP, each with
// part of the peers.
func (b *bot) startPadded() {
	for i := range b.messages {
		m := &b.messages[i]
		m.request, m.reply = drawSizes(b.w.dice, PaddedSize, largestDatagram), drawSizes(b.w.dice, PaddedSize, largestDatagram)
		m.content = contentNoise
	}
	data := b.w.logUniform(0.02, 0.5)
	b.keep(func(q *peer) {
		if b.w.chance(data) {
			b.dial(q, b.converse)
			return
		}
		b.chat(q)
	})
}

// startRelay makes requests over TCP, one connection each, as through HTTP.
func (b *bot) startRelay() {
	b.dialogue.style = pick(b.w.dice, styleHTTP, styleHTTP, styleNoise, styleTLS)
	b.keep(func(q *peer) { b.dial(q, b.converse) })
}

// startHybrid does with its peers what another design does; servers come with obey.
func (b *bot) startHybrid() {
	b.dialogue.style = pick(b.w.dice, styleHTTP, styleNoise, styleTLS)
	tcp := b.w.Float64()
	b.keep(func(q *peer) {
		if b.w.chance(tcp) {
			b.dial(q, b.converse)
			return
		}
		b.chat(q)
	})
}

// startSwarm uses BitTorrent's DHT: lookups of agreed keys among nodes that mostly are no bots.
func (b *bot) startSwarm() {
	b.messages = []message{{replies: 1, teaches: true, content: contentDHT}}
	b.startOverlay()
}

// converse has one session of the bot's dialogue and closes it.
func (b *bot) converse(c *conn) {
	s := &b.dialogue
	c.talk(s.session(b.w), func() {
		c.w.after(c.w.logNormal(0.05, 2), func() { c.finish(s.by, c.w.chance(s.reset)) })
	})
}

// update fetches files in bulk now and then, from peers that are there.
func (b *bot) update() {
	if b.t.Updates == 0 {
		return
	}
	b.w.every(func() float64 { return b.w.exponential(3600 / b.t.Updates) }, func() {
		size := min(20e6, int(b.w.logNormal(b.t.UpdateSize, 0.5)))
		b.dial(b.peers.any(), func(c *conn) {
			c.talk([]line{{side: 0, bytes: b.dialogue.request.draw(b.w.dice)}, {side: 1, bytes: size}},
				func() { c.finish(1, false) })
		})
	})
}

// reject resets a connection that somebody tries to open to the host.
func (b *bot) reject(q *peer, port uint16, class Class) {
	c := b.w.conn(&q.node, b.host, port, class)
	c.segment(0, craft.SYN, nil, 0)
	b.w.after(c.reaction(1), func() {
		c.seq[1] = 0
		c.segment(1, craft.RST|craft.ACK, nil, 0)
	})
}
