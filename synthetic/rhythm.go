package synthetic

// keep contacts peers, in the order and at the pace that the traits say, until the end.
// The bot starts with a burst: all that it knows, unless it has run before.
func (b *bot) keep(contact func(q *peer)) {
	if !b.t.MidLife {
		b.burst(len(b.peers.all), contact)
	}
	switch b.t.Order {
	case Rounds:
		b.again(func() { b.burst(b.share(), contact) })
	case Timers:
		for _, q := range b.peers.all {
			b.timer(q, contact)
		}
		b.peers.learned = func(q *peer) { b.timer(q, contact) }
	case Sweep:
		b.sweep(contact)
	case Poisson:
		b.random(contact)
	}
}

// again does something after each interval.
func (b *bot) again(do func()) {
	first := b.t.Interval * b.w.Float64()
	b.w.after(first, func() {
		do()
		b.w.every(func() float64 { return b.t.jitter(b.w.dice, b.t.Interval) }, do)
	})
}

// share is how many peers a round contacts.
func (b *bot) share() int {
	return max(1, int(b.t.Share*float64(len(b.peers.all))))
}

// burst contacts the next n peers in turn, unless it is still at an earlier round.
func (b *bot) burst(n int, contact func(q *peer)) {
	if b.busy {
		return
	}
	b.busy = true
	b.file(n, contact)
}

// file contacts n peers one after another.
func (b *bot) file(n int, contact func(q *peer)) {
	if n <= 0 {
		b.busy = false
		return
	}
	contact(b.peers.next(b.turn()))
	b.w.after(b.t.pace(b.w.dice), func() { b.file(n-1, contact) })
}

// turn returns the next of the peers in turn.
func (b *bot) turn() *peer {
	q := b.peers.all[b.next%len(b.peers.all)]
	b.next++
	return q
}

// timer contacts one peer again and again, until it is forgotten.
func (b *bot) timer(q *peer, contact func(q *peer)) {
	var again func()
	again = func() {
		if q.gone {
			return
		}
		contact(b.peers.next(q))
		b.w.after(b.t.jitter(b.w.dice, b.t.Interval), again)
	}
	b.w.after(b.t.Interval*b.w.Float64(), again)
}

// sweep contacts one peer after another, so that each has its turn once in an interval.
func (b *bot) sweep(contact func(q *peer)) {
	b.w.every(func() float64 {
		return b.t.jitter(b.w.dice, b.t.Interval/float64(len(b.peers.all)))
	}, func() { contact(b.peers.next(b.turn())) })
}

// random contacts peers at random, as many in an interval as there are.
func (b *bot) random(contact func(q *peer)) {
	b.w.every(func() float64 {
		return b.w.exponential(b.t.Interval / float64(len(b.peers.all)))
	}, func() { contact(b.peers.next(b.peers.any())) })
}
