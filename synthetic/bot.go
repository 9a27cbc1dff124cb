package synthetic

// bot is the infected host's part in its botnet.
type bot struct {
	w        *world
	t        *Traits
	host     *node
	class    Class // of its traffic
	peers    *peers
	space    *space
	messages []message
	tag      uint32
	listens  uint16
	few      []uint16 // ports, if it has a few
	dialogue dialogue
	next     int  // peer in turn
	busy     bool // with a round
}

func newBot(w *world, t *Traits, host *node, class Class) *bot {
	b := &bot{w: w, t: t, host: host, class: class, space: drawSpace(w.dice), tag: w.Uint32(), listens: w.listening()}
	b.peers = drawPeers(w, t, b.space)
	b.messages = drawMessages(w.dice, t)
	b.dialogue = drawDialogue(w.dice, t.Sizes)
	for range w.between(2, 5) {
		b.few = append(b.few, w.listening())
	}
	return b
}

// socket is the port from which the host asks a peer.
func (b *bot) socket(q *peer) uint16 {
	switch {
	case b.t.Sockets == OneSocket:
		return b.listens
	case b.t.Sockets == AnySocket:
		return b.host.port(b.w.dice)
	case q.local == 0:
		q.local = pick(b.w.dice, b.few...)
	}
	return q.local
}

// chat is a contact over UDP: some exchanges, one after another, as long as there are answers.
func (b *bot) chat(q *peer) {
	b.chatFor(q, 1+int(b.w.exponential(b.t.Contact-1)), func(bool) {})
}

func (b *bot) chatFor(q *peer, exchanges int, done func(answered bool)) {
	b.ask(q, b.choose(), func(answered bool) {
		if !answered || exchanges <= 1 {
			done(answered)
			return
		}
		b.w.after(b.w.logNormal(0.05, 1.5), func() { b.chatFor(q, exchanges-1, done) })
	})
}

// choose draws a type of message; the first are more common.
func (b *bot) choose() *message {
	i := int(b.w.exponential(float64(len(b.messages)) / 3))
	return &b.messages[min(i, len(b.messages)-1)]
}

// dial is a contact over TCP; talk is what is said if the peer is there.
func (b *bot) dial(q *peer, talk func(c *conn)) { b.reach(q, talk, func() {}) }

// reach opens a connection to a peer and calls talk, or failed once it has given up.
func (b *bot) reach(q *peer, talk func(c *conn), failed func()) {
	c := b.w.conn(b.host, &q.node, q.port, b.class)
	switch {
	case b.peers.answers(q):
		b.peers.outcome(q, true)
		c.open(func() { talk(c) })
		return
	case q.fate == mute:
		c.open(func() { b.snub(c, failed) })
	case q.fate == refuses:
		c.refused(failed)
	default:
		c.call(b.t.Timeout*(1+float64(b.t.Retries)), failed)
	}
	b.peers.outcome(q, false)
}

// snub is a connection on which the peer says nothing: it is closed at once, or when one of
// the two has waited enough.
func (b *bot) snub(c *conn, done func()) {
	side, reset := b.w.IntN(2), b.w.chance(0.4)
	end := func() {
		c.finish(side, reset)
		done()
	}
	if b.w.chance(0.5) {
		b.w.after(b.w.logNormal(0.05, 2), end)
		return
	}
	c.talk([]line{{side: 0, bytes: b.dialogue.request.draw(b.w.dice)}}, func() {
		b.w.after(b.w.logNormal(5, 1), end)
	})
}
