package synthetic

// startOverlay takes part in a DHT: it keeps its neighbours, searches for keys in steps
// that come closer each, and publishes at the closest nodes.
func (b *bot) startOverlay() {
	l := lookups{
		bot:      b,
		parallel: b.w.between(1, 6),
		steps:    b.w.between(2, 9),
		publish:  b.w.IntN(12),
		strange:  b.w.uniform(0.1, 1),
	}
	wait := b.w.logUniform(5, 1200)
	b.keep(b.chat)
	b.w.every(func() float64 { return b.t.jitter(b.w.dice, wait) }, l.begin)
}

// lookups is how a bot searches its DHT.
type lookups struct {
	*bot
	parallel int     // questions at a time
	steps    int     // at most
	publish  int     // nodes that are told in the end
	strange  float64 // share of nodes asked that were not known before
}

func (l *lookups) begin() { l.step(l.w.between(1, l.steps)) }

// step asks some nodes at a time, then goes on to closer ones, and tells the last.
func (l *lookups) step(left int) {
	if left == 0 {
		l.tell(l.publish)
		return
	}
	for i := range l.parallel {
		l.w.after(float64(i)*l.w.logNormal(0.003, 1), func() { l.ask(l.node(), l.pick(0), func(bool) {}) })
	}
	l.w.after(l.w.logNormal(3*l.t.RTT, 0.8), func() { l.step(left - 1) })
}

func (l *lookups) tell(left int) {
	if left <= 0 {
		return
	}
	l.ask(l.node(), l.pick(1), func(bool) {})
	l.w.after(l.w.logNormal(0.02, 1.5), func() { l.tell(left - 1) })
}

// node is known, or one that has just been heard of; such are mostly not kept.
func (l *lookups) node() *peer {
	if !l.w.chance(l.strange) {
		return l.peers.any()
	}
	return l.peers.fresh()
}

// pick returns the message for a purpose, if there are so many.
func (l *lookups) pick(i int) *message { return &l.messages[min(i, len(l.messages)-1)] }
