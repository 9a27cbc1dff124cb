package protocol

import "math/bits"

// conversation is what is remembered of one pair of endpoints and ports. A
// protocol once recognised holds for its conversation, as in tshark.
type conversation struct {
	key uint64
	// owner is the dissector that claimed the conversation; none if nobody did.
	owner dissector
	// server is the port that a SYN was sent to; zero if no SYN was seen.
	server uint16
	// handshake notes which packets of TCP's three-way handshake were seen.
	handshake uint8
	// ftp, tls and so on are the protocols' own small notes.
	note note
	// half is the state of the two directions, by View.dir.
	half [2]half
	// rtt is the time between SYN and the ACK that ends the handshake, in
	// nanoseconds; zero if not seen. synTime is when the SYN was seen.
	rtt, synTime int64
}

// note is room for what a dissector must remember between packets. Each
// dissector that owns or serves a conversation gives the fields its own meaning.
type note struct {
	version uint16
	state   uint16
	word    uint32
}

// half is one direction of a TCP conversation.
type half struct {
	next     uint32 // highest sequence number seen, plus one
	acked    uint32 // last acknowledgement sent
	isn      uint32 // sequence number of the SYN
	nextTime int64  // when next last grew
	ackTime  int64  // when acked was sent
	window   uint16
	dupAcks  uint8
	seen     uint8 // bits: seenNext, seenAck, seenSYN
	// joined is the last message that came in several segments, by sequence
	// numbers: what is sent again of it is not looked into.
	joined  span
	pending *pending
}

const (
	seenNext = 1 << iota // half.next is valid
	seenAck              // half.acked is valid
	seenSYN              // half.isn is valid
)

// Limits bound the memory of an Engine.
type Limits struct {
	// Conversations is how many conversations are remembered at most; the ones
	// not heard of for longest are forgotten first. Zero means 1<<17.
	Conversations int
	// Buffered is how many bytes of unfinished messages are kept at most. Beyond
	// it a message is still followed, but its content is not looked at. Zero means 32 MiB.
	Buffered int
}

// table remembers conversations in two generations: when the young one is full
// the old one is forgotten and the young one becomes old. A conversation found in
// the old generation moves to the young one, so that what is in use stays.
type table struct {
	young, old generation
	limit      int // conversations in a generation
	// Forgotten counts the conversations that a full table let go.
	forgotten int64
	drop      func(*conversation)
}

type generation struct {
	index map[uint64]uint32
	slots []conversation
}

func newTable(conversations int, drop func(*conversation)) table {
	return table{limit: max(conversations/2, 1), drop: drop}
}

// find returns the conversation of key, or nil. It is valid until the next call.
func (t *table) find(key uint64) *conversation {
	if i, ok := t.young.index[key]; ok {
		return &t.young.slots[i]
	}
	if i, ok := t.old.index[key]; ok {
		c := t.old.slots[i]
		delete(t.old.index, key)
		t.old.slots[i] = conversation{}
		moved := t.add(key)
		*moved = c
		return moved
	}
	return nil
}

// open returns the conversation of key, a new one if there is none.
func (t *table) open(key uint64) *conversation {
	if c := t.find(key); c != nil {
		return c
	}
	return t.add(key)
}

func (t *table) add(key uint64) *conversation {
	if t.young.index == nil || len(t.young.slots) >= t.limit {
		t.age()
	}
	t.young.index[key] = uint32(len(t.young.slots))
	t.young.slots = append(t.young.slots, conversation{key: key})
	return &t.young.slots[len(t.young.slots)-1]
}

// age forgets the old generation and starts a new one in its memory.
func (t *table) age() {
	for _, i := range t.old.index {
		t.drop(&t.old.slots[i])
	}
	t.forgotten += int64(len(t.old.index))
	index, slots := t.old.index, t.old.slots[:0]
	if index == nil {
		index = make(map[uint64]uint32)
	}
	clear(index)
	t.old = t.young
	t.young = generation{index, slots}
}

// mix hashes two words into one by multiply-and-fold, as wyhash does.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0xa0761d6478bd642f, b^0xe7037ed1a0b428db)
	return hi ^ lo
}

// HashAddress hashes an address of up to 16 bytes, given as two words, and its
// kind. It is the same on every machine.
func HashAddress(kind uint8, lo, hi uint64) uint64 { return mix(lo^uint64(kind)<<56, hi) }

// key identifies v's conversation: a hash that does not depend on the direction.
// That two conversations share one by chance costs at most a wrong name, and
// happens once in 2^64/n² for n conversations.
func (v *View) key() uint64 {
	return mix(v.Src, uint64(v.SrcPort)) + mix(v.Dst, uint64(v.DstPort)) + uint64(v.Number)*0x9e3779b97f4a7c15
}

// expectKey identifies the conversations between v's endpoints in which one side has port.
func (v *View) expectKey(port uint16) uint64 {
	return mix(v.Src+v.Dst, 1<<32|uint64(port)<<8|uint64(v.Number))
}

// dir tells the directions of a conversation apart: 0 or 1.
func (v *View) dir() int {
	if v.Order < 0 || v.Order == 0 && v.SrcPort < v.DstPort {
		return 0
	}
	return 1
}
