package protocol

import (
	"math/bits"
	"slices"
)

// conversation is what is remembered of one pair of endpoints and ports. A
// protocol once recognised holds for its conversation, as in tshark. It holds no
// pointer, so that a million of them cost the garbage collector nothing.
type conversation struct {
	// owner is the dissector that claimed the conversation; none if nobody did.
	owner dissector
	// server is the port that a SYN was sent to; zero if no SYN was seen.
	server uint16
	note   note
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
	ackTime int64  // when acked was sent
	next    uint32 // highest sequence number seen, plus one
	acked   uint32 // last acknowledgement sent
	isn     uint32 // sequence number of the SYN
	// joined is the last message that came in several segments, by sequence
	// numbers: what is sent again of it is not looked into.
	joined span
	// pending is the message of which more is awaited, none if it is zero.
	pending pendingID
	window  uint16
	dupAcks uint8
	seen    uint8 // bits: seenNext, seenAck, seenSYN
}

const (
	seenNext = 1 << iota // half.next is valid
	seenAck              // half.acked is valid
	seenSYN              // half.isn is valid
)

// Limits bound the memory of an Engine. The zero value stands for defaults.
type Limits struct {
	// Conversations is how many conversations are remembered, a power of two of at
	// least 64; zero means 1<<18, about 27 MB. Of those that share a row of the
	// table, one not heard of lately gives way to a new one.
	Conversations int
	// Buffered is how many bytes of unfinished messages are kept. Beyond it a
	// message is still followed, but only its beginning is kept. Zero means 32 MiB.
	Buffered int
}

// ways is how many conversations share a row of the table: their keys fill one
// cache line.
const ways = 8

// table remembers conversations by key in rows of eight. A row that is full makes
// it double while it may; then a new conversation takes the place of one in its row.
type table struct {
	keys  [][ways]uint64 // zero is free
	hot   []uint8        // a bit a way: heard of again
	slots []conversation // ways a row
	limit int            // conversations at most
	// forgotten counts the conversations that gave way.
	forgotten int64
	drop      func(*conversation)
}

func newTable(limit int, drop func(*conversation)) table {
	t := table{limit: max(limit, 8*ways), drop: drop}
	t.resize(8)
	return t
}

func (t *table) resize(rows int) {
	t.keys, t.hot, t.slots = make([][ways]uint64, rows), make([]uint8, rows), make([]conversation, rows*ways)
}

// row returns the row of key and the key as it is kept.
func (t *table) row(key uint64) (row int, kept uint64) {
	return int(key) & (len(t.keys) - 1), max(key, 1)
}

// find returns the conversation of key, or nil. It is valid until the next open.
func (t *table) find(key uint64) *conversation {
	row, key := t.row(key)
	for way, k := range &t.keys[row] {
		if k == key {
			t.hot[row] |= 1 << way
			return &t.slots[row*ways+way]
		}
	}
	return nil
}

// open returns the conversation of key, a new one if there is none.
func (t *table) open(key uint64) *conversation {
	if c := t.find(key); c != nil {
		return c
	}
	for t.full(key) && len(t.slots) < t.limit {
		t.grow()
	}
	return t.add(key)
}

// full says whether key's row has no free way.
func (t *table) full(key uint64) bool {
	row, _ := t.row(key)
	return !slices.Contains(t.keys[row][:], 0)
}

func (t *table) add(key uint64) *conversation {
	row, key := t.row(key)
	way := t.room(row)
	c := &t.slots[row*ways+way]
	if t.keys[row][way] != 0 {
		t.forgotten++
		t.drop(c)
		*c = conversation{}
	}
	t.keys[row][way] = key
	t.hot[row] &^= 1 << way
	return c
}

// room returns a free way of a row, else one not heard of again since it was
// opened or since all of the row were.
func (t *table) room(row int) int {
	for way, k := range &t.keys[row] {
		if k == 0 {
			return way
		}
	}
	if t.hot[row] == 1<<ways-1 {
		t.hot[row] = 0
	}
	from := int(t.forgotten) % ways // so that the newest is not always the next to go
	idle := bits.RotateLeft8(^t.hot[row], -from)
	return (bits.TrailingZeros8(idle) + from) % ways
}

// grow doubles the rows and moves all conversations to their new ones, in which
// there is room since each row is split in two.
func (t *table) grow() {
	old := *t
	t.resize(2 * len(old.keys))
	for i, key := range flatten(old.keys) {
		if key != 0 {
			*t.add(key) = old.slots[i]
		}
	}
}

// flatten ranges over the keys of all rows.
func flatten(rows [][ways]uint64) func(yield func(int, uint64) bool) {
	return func(yield func(int, uint64) bool) {
		for r := range rows {
			for way, key := range rows[r] {
				if !yield(r*ways+way, key) {
					return
				}
			}
		}
	}
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
