package flow

import (
	"math"
	"math/bits"

	"botnetdetect/packet"
	"botnetdetect/protocol"
)

// Behaviour is how two endpoints speak with each other, over all protocols: payload
// rather than frames, sizes, who answers, connections, ports as a number, and when. Like
// Sums it is made of integers, and adding up parts gives the same bits as seeing the
// whole. The zero Behaviour has seen no packet and is the unit of Merge.
//
// Index 0 of a pair is Src→Dst, 1 is Dst→Src. Counts that reach the largest number of
// their type stay there.
type Behaviour struct {
	PayloadBytes [2]uint64 // Σ bytes of payload
	firstAt      [2]int64  // time of the earliest packet with payload, ns since the epoch; void without one

	// Slots are the times at which packets came, as sets: bit i of Slots[s] is there if
	// one came in a second whose number, divided by SlotSeconds[s], is i modulo 64.
	Slots [len(SlotSeconds)]uint64

	Payloads     [2]uint32 // packets with payload
	Lengths      [2]uint32 // set of payload lengths, hashed to 32 bits; see Distinct
	Ports        [2]uint32 // set of ports that Src and Dst used, hashed to 32 bits
	FirstPayload [2]uint16 // length of the earliest payload; at equal times the shortest
	MaxPayload   [2]uint16 // length of the longest payload
	Segments     uint16    // TCP packets
	Datagrams    uint16    // UDP packets
	Opens        [2]uint8  // TCP packets with SYN alone
	Accepts      [2]uint8  // TCP packets with SYN and ACK, but not RST
}

// SlotSeconds are the widths of the slots in which Behaviour.Slots notes times, in seconds.
var SlotSeconds = [...]int64{2, 32, 512}

// FirstAt returns when the earliest payload of a direction came, in nanoseconds since the
// epoch; ok is false if none came.
func (b *Behaviour) FirstAt(direction int) (ns int64, ok bool) {
	return b.firstAt[direction], b.Payloads[direction] > 0
}

// Distinct estimates how many different numbers were hashed into a set of 32 bits, by linear
// counting (Whang, Vander-Zanden and Taylor, 1990): from 0 to 111.
func Distinct(set uint32) float64 {
	const m = 32
	empty := max(float64(m-bits.OnesCount32(set)), 1)
	return m * math.Log(m/empty)
}

// add counts a packet that came at a time in ns; direction is 0 for Src→Dst, 1 for Dst→Src.
func (b *Behaviour) add(s *sight, at int64, direction int) {
	second := floorDivide(at, 1e9)
	for i, width := range SlotSeconds {
		b.Slots[i] |= 1 << (floorDivide(second, width) & 63)
	}
	switch s.kind {
	case packet.TCP:
		b.Segments = plus16(b.Segments, 1)
		b.connection(s.flags, direction)
	case packet.UDP:
		b.Datagrams = plus16(b.Datagrams, 1)
	}
	if s.ports != noPorts {
		b.Ports[direction] |= 1 << s.ports[0]
		b.Ports[1-direction] |= 1 << s.ports[1]
	}
	if s.payload > 0 {
		b.payload(at, s.payload, direction)
	}
}

func (b *Behaviour) connection(flags uint8, direction int) {
	switch flags & (protocol.RST | protocol.SYN | protocol.ACK) {
	case protocol.SYN:
		b.Opens[direction] = plus8(b.Opens[direction], 1)
	case protocol.SYN | protocol.ACK:
		b.Accepts[direction] = plus8(b.Accepts[direction], 1)
	}
}

func (b *Behaviour) payload(at int64, bytes uint32, direction int) {
	length := uint16(min(bytes, math.MaxUint16))
	b.first(direction, at, length)
	b.Payloads[direction] = plus32(b.Payloads[direction], 1)
	b.PayloadBytes[direction] += uint64(bytes)
	b.MaxPayload[direction] = max(b.MaxPayload[direction], length)
	b.Lengths[direction] |= 1 << hashBit(length)
}

// first takes a payload for the first of its direction if it is.
func (b *Behaviour) first(direction int, at int64, length uint16) {
	known := b.Payloads[direction] > 0
	if !known || at < b.firstAt[direction] || at == b.firstAt[direction] && length < b.FirstPayload[direction] {
		b.firstAt[direction], b.FirstPayload[direction] = at, length
	}
}

// Merge adds what o has seen to b. It is associative and commutative, and merging any
// partition of the packets gives what adding them all would have given.
func (b *Behaviour) Merge(o *Behaviour) {
	for s := range b.Slots {
		b.Slots[s] |= o.Slots[s]
	}
	for d := range b.Payloads {
		if o.Payloads[d] > 0 {
			b.first(d, o.firstAt[d], o.FirstPayload[d])
		}
		b.Payloads[d] = plus32(b.Payloads[d], o.Payloads[d])
		b.PayloadBytes[d] += o.PayloadBytes[d]
		b.MaxPayload[d] = max(b.MaxPayload[d], o.MaxPayload[d])
		b.Lengths[d] |= o.Lengths[d]
		b.Ports[d] |= o.Ports[d]
		b.Opens[d] = plus8(b.Opens[d], o.Opens[d])
		b.Accepts[d] = plus8(b.Accepts[d], o.Accepts[d])
	}
	b.Segments = plus16(b.Segments, o.Segments)
	b.Datagrams = plus16(b.Datagrams, o.Datagrams)
}

// Reverse turns b around, so that Src→Dst becomes Dst→Src.
func (b *Behaviour) Reverse() {
	swap(&b.PayloadBytes)
	swap(&b.firstAt)
	swap(&b.Payloads)
	swap(&b.Lengths)
	swap(&b.Ports)
	swap(&b.FirstPayload)
	swap(&b.MaxPayload)
	swap(&b.Opens)
	swap(&b.Accepts)
}

func swap[T any](both *[2]T) { both[0], both[1] = both[1], both[0] }

// hashBit returns the number of the bit, of 32, that stands for x in a set.
func hashBit(x uint16) uint8 { return uint8(uint32(x) * 0x9e3779b1 >> 27) }

// floorDivide rounds down, also below zero.
func floorDivide(x, by int64) int64 {
	q := x / by
	if x%by < 0 {
		q--
	}
	return q
}

func plus8(x, y uint8) uint8    { return uint8(min(uint(x)+uint(y), math.MaxUint8)) }
func plus16(x, y uint16) uint16 { return uint16(min(uint(x)+uint(y), math.MaxUint16)) }
func plus32(x, y uint32) uint32 { return uint32(min(uint64(x)+uint64(y), math.MaxUint32)) }
