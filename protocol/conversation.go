package protocol

import "math/bits"

// conversation is what is remembered of one pair of endpoints and ports. A
// protocol once recognised holds for its conversation, as in tshark. It holds no
// pointer, so that a million of them cost the garbage collector nothing.
type conversation struct {
	key  uint64
	note note
	// number is the conversation's place in its table.
	number uint32
	// server is the port that a SYN was sent to; zero if no SYN was seen.
	server uint16
	// owner is the dissector that claimed the conversation; none if nobody did.
	owner dissector
	heard bool // again since it was opened, or since all of its row were
}

// stream is a conversation of TCP. It takes one cache line: keep it so.
type stream struct {
	conversation
	// half is the state of the two directions, by View.dir.
	half [2]half
}

// note is room for what a dissector must remember between packets. Each
// dissector that owns or serves a conversation gives the fields its own meaning.
type note struct {
	version uint16
	state   uint16
	count   uint32
}

// half is one direction of a TCP conversation.
type half struct {
	next    uint32 // highest sequence number seen, plus one
	acked   uint32 // last acknowledgement sent
	ackTime Ticks  // when acked was sent
	// pending is the message of which more is awaited, none if it is zero.
	pending pendingID
	window  uint16
	dupAcks uint8
	seen    uint8 // bits: seenNext, seenAck, seenSYN, seenJoined
}

const (
	seenNext   = 1 << iota // half.next is valid
	seenAck                // half.acked is valid
	seenSYN                // past.isn is valid
	seenJoined             // past.joined is valid
)

// past is what is seldom asked of one direction of a TCP conversation.
type past struct {
	isn uint32 // sequence number of the SYN
	// joined is the last message that came in several segments, by sequence
	// numbers: what is sent again of it is not looked into.
	joined span
}

// Limits bound the memory of an Engine. The zero value stands for defaults.
type Limits struct {
	// Conversations is how many conversations are remembered, at least 64 and at most
	// 1<<20 - 1; zero means 1<<18, at most 35 MB. When there are more, one not heard of
	// lately gives way to each new one.
	Conversations int
	// Buffered is how many bytes of unfinished messages are kept. Beyond it a
	// message is still followed, but only its beginning is kept. Zero means 32 MiB.
	Buffered int
}

// mix hashes two words into one by multiply-and-fold, as wyhash does.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0xa0761d6478bd642f, b^0xe7037ed1a0b428db)
	return hi ^ lo
}

// HashAddress hashes an address of up to 16 bytes, given as two words, and its
// kind. It is the same on every machine.
func HashAddress(kind uint8, lo, hi uint64) uint64 { return mix(lo^uint64(kind)<<56, hi) }

// conversationKey identifies v's conversation: a hash that does not depend on the
// direction. That two conversations share one by chance costs at most a wrong name,
// and happens once in 2^64/n² for n conversations.
func (v *View) conversationKey(src, dst uint64) uint64 {
	key := mix(src, uint64(v.SrcPort)) + mix(dst, uint64(v.DstPort)) + uint64(v.Number)*0x9e3779b97f4a7c15
	brief := uint64(0)
	if v.Layer != LayerTCP {
		brief = briefKey
	}
	return key&^briefKey | brief
}

// briefKey is the bit of a key that tells other conversations from TCP's streams.
const briefKey = 1 << 32

// expectKey identifies the conversations between v's endpoints in which one side has port.
func (v *View) expectKey(port uint16) uint64 {
	return mix(v.Pair, 1<<32|uint64(port)<<8|uint64(v.Number))
}

// dir tells the directions of a conversation apart: 0 or 1.
func (v *View) dir() int {
	order := int(v.Order)
	if order == 0 {
		order = int(v.SrcPort) - int(v.DstPort)
	}
	return 1 + order>>63 // without a jump that nobody can foresee
}
