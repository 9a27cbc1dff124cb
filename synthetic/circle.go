package synthetic

// startCircle keeps connections to some peers open, says a little on them now and then, and
// connects to others when they break.
func (b *bot) startCircle(s style) {
	b.dialogue.style = s
	if s == styleNoise && b.w.chance(0.3) {
		b.dialogue.style = styleTLS
	}
	slots := min(len(b.peers.all), b.w.count(3, 40))
	for i := range slots {
		if b.t.MidLife && b.w.chance(0.7) {
			b.resume(b.peers.any())
			continue
		}
		b.w.after(b.t.pace(b.w.dice)*float64(i), b.seek)
	}
}

// seek connects to a peer and holds the connection; if it is not there, to another after a while.
func (b *bot) seek() {
	again := func() { b.w.after(b.t.jitter(b.w.dice, b.t.Interval), b.seek) }
	b.reach(b.peers.next(b.peers.any()), func(c *conn) {
		c.talk(b.dialogue.opening(b.w), func() { b.hold(c, b.breaks()) })
	}, again)
}

// breaks draws when a connection will end.
func (b *bot) breaks() int64 { return b.w.now + int64(b.w.exponential(b.t.Uptime)*second) }

// resume holds a connection that was opened before the capture began.
func (b *bot) resume(q *peer) {
	ends := b.breaks()
	b.w.after(b.t.Interval*b.w.Float64(), func() { b.hold(b.w.conn(b.host, &q.node, q.port, b.class), ends) })
}

// hold says something after each interval until the connection ends, then seeks another peer.
func (b *bot) hold(c *conn, ends int64) {
	if b.w.now > ends {
		c.finish(b.w.IntN(2), b.w.chance(b.dialogue.reset))
		b.w.after(b.t.jitter(b.w.dice, b.t.Interval), b.seek)
		return
	}
	lines := b.dialogue.turn(b.w)
	if b.w.chance(0.3) {
		lines[0].side, lines[1].side = 1, 0
	}
	c.talk(lines, func() {
		b.w.after(b.t.jitter(b.w.dice, b.t.Interval), func() { b.hold(c, ends) })
	})
}
