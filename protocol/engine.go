package protocol

import "net/netip"

// Engine names packets one after another, in capture order, and remembers what
// it learned of their conversations. Its memory is bounded by Limits. Not safe
// for concurrent use: use one a goroutine, and give it all packets of a pair of endpoints.
type Engine struct {
	conversations table
	pool          pool
	expected      ledger // owners of conversations that were announced
	facts         ledger // what requests said that their answers need
	fragments     datagrams
	datagram      []byte // the one joined last
	scratch       message
	hint          Hint // where the conversation of the packet that is being named may be
	answers       []netip.Addr
	ttl           uint32 // of the longest-lived of them, in seconds

	streams   [numDissectors]streamDissector
	datagrams [numDissectors]datagramDissector
	ports     *ports

	streamGuesses   []streamGuess
	datagramGuesses []datagramGuess
	// which of the guesses may be right, by the first byte
	streamFirst, datagramFirst [256]uint32
}

// NewEngine returns an engine that has seen nothing.
func NewEngine(l Limits) *Engine {
	if l.Conversations == 0 {
		l.Conversations = 1 << 18
	}
	if l.Buffered == 0 {
		l.Buffered = 32 << 20
	}
	e := &Engine{
		pool:            pool{limit: l.Buffered},
		streams:         streamDissectors(),
		datagrams:       datagramDissectors(),
		ports:           portsOf(),
		streamGuesses:   streamGuesses(),
		datagramGuesses: datagramGuesses(),
	}
	e.streamFirst = firstBytes(len(e.streamGuesses), func(i int) (byte, byte) {
		return e.streamGuesses[i].first, e.streamGuesses[i].last
	})
	e.datagramFirst = firstBytes(len(e.datagramGuesses), func(i int) (byte, byte) {
		return e.datagramGuesses[i].first, e.datagramGuesses[i].last
	})
	e.conversations = newTable(l.Conversations, func(s *stream) {
		e.release(&s.half[0])
		e.release(&s.half[1])
	})
	return e
}

// Answers returns the addresses that the DNS responses in the packet named last
// resolve to, valid until the next call of Name.
func (e *Engine) Answers() []netip.Addr { return e.answers }

// TTL returns for how many seconds the longest-lived of Answers holds. Without answers it
// means nothing.
func (e *Engine) TTL() uint32 { return e.ttl }

// Stats counts what the bounds on memory made an Engine let go.
type Stats struct {
	Forgotten int64 // conversations forgotten while others were opened
	Starved   int64 // messages over several segments of which only the beginning was kept
}

// Stats returns the counts so far.
func (e *Engine) Stats() Stats {
	return Stats{Forgotten: e.conversations.forgotten, Starved: e.pool.starved}
}

// The time goes into waiting for memory, conversation after conversation. So naming may be
// prepared for a group of packets, which the memory then delivers side by side: Meet all
// of them, Recall all of them, Name all of them. Neither changes any name. A packet that
// Follows the one before needs neither.

// Follows says whether v's packet is of the conversation of w's: Recall says the same of both.
func (v *View) Follows(w *View) bool { return v.key == w.key }

// Meet fetches into the cache where v's conversation is looked up. The number means nothing;
// add it up, lest the fetching is optimised away.
func (e *Engine) Meet(v *View) (touched uint64) { return uint64(e.conversations.row(v.key)[0]) }

// A Hint tells Name where a packet's conversation is, maybe; the zero Hint tells nothing.
type Hint uint32

// Recall fetches what Name will read of the conversation of v, which has been met. The number means nothing, likewise.
func (e *Engine) Recall(v *View) (hint Hint, touched uint64) {
	number := e.conversations.glance(v.key)
	if number != 0 {
		touched = e.conversations.at(number).key
	}
	return Hint(number), touched
}

// find returns v's conversation, nil if there is none.
func (e *Engine) find(v *View) *conversation {
	if c := e.conversations.hinted(v.key, uint32(e.hint)); c != nil {
		return c
	}
	return e.remember(e.conversations.find(v.key))
}

// open returns v's conversation, which it begins if there is none.
func (e *Engine) open(v *View) *conversation {
	if c := e.conversations.hinted(v.key, uint32(e.hint)); c != nil {
		return c
	}
	return e.remember(e.conversations.open(v.key))
}

// remember notes where a conversation was found, if it was, for whoever names the next packet.
func (e *Engine) remember(c *conversation) *conversation {
	if c != nil {
		e.hint = Hint(c.number)
	}
	return c
}

// Hint returns where the conversation of the packet named last is, maybe: for the packet
// that follows it.
func (e *Engine) Hint() Hint { return e.hint }

// Name returns the name of the next packet, with the hint that Recall gave for it or none.
func (e *Engine) Name(v *View, hint Hint) ID {
	e.hint = hint
	e.answers = e.answers[:0]
	if v.Wrap == GTP {
		return inGTP(e.name(v))
	}
	return e.name(v)
}

func (e *Engine) name(v *View) ID {
	switch v.Layer {
	case LayerTCP:
		id := e.tcp(v)
		if id == TCP && v.Multipath && len(v.Payload) == 0 {
			return MPTCP
		}
		return id
	case LayerUDP:
		return e.udp(v)
	}
	return networkName(v)
}
