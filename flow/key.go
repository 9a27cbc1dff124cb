package flow

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"

	"botnetdetect/packet"
)

// pair is two endpoints in the order of Endpoint.Compare.
type pair struct{ a, b packet.Endpoint }

// of sets p to a packet's endpoints, and returns 1 if that turns them around, else 0.
func (p *pair) of(k *packet.Packet) (direction uint8) {
	if k.Order() > 0 {
		p.a, p.b = k.Dst, k.Src
		return 1
	}
	p.a, p.b = k.Src, k.Dst
	return 0
}

func (p *pair) compare(q *pair) int {
	if c := p.a.Compare(q.a); c != 0 {
		return c
	}
	return p.b.Compare(q.b)
}

// rank returns a number that does not shrink from pair to pair in the order of
// compare: where ranks differ, they save the comparison.
func (p *pair) rank() uint64 {
	kind, address := uint64(p.a.Kind())<<62, p.a.Bytes()
	switch p.a.Kind() {
	case packet.IPv6:
		return kind | binary.BigEndian.Uint64(address)>>2
	case packet.IPv4:
		kind |= uint64(binary.BigEndian.Uint32(address))<<30 | uint64(p.b.Kind())<<28
		if p.b.Kind() == packet.IPv4 {
			kind |= uint64(binary.BigEndian.Uint32(p.b.Bytes())) >> 4
		}
	}
	return kind
}

// v4pair is a pair of IPv4 endpoints: the halves of a word that orders as the pair does. As
// halves, with the number that an index knows, they take 12 bytes and not 16.
type v4pair struct{ low, high uint32 }

func makeV4pair(word uint64) v4pair { return v4pair{uint32(word), uint32(word >> 32)} }

func (v v4pair) word() uint64 { return uint64(v.low) | uint64(v.high)<<32 }

// v4pairOf is pair.of for a packet between IPv4 endpoints, from a to b; the pair is the word of a v4pair. Half of all packets go either way, in no
// order, so it does not jump.
func v4pairOf(a, b uint32) (word uint64, direction uint8) {
	if b < a {
		direction = 1
	}
	return uint64(min(a, b))<<32 | uint64(max(a, b)), direction
}

// v4 returns p as a v4pair, if it is between IPv4 endpoints.
func (p *pair) v4() (v v4pair, ok bool) {
	if p.a.Kind() != packet.IPv4 || p.b.Kind() != packet.IPv4 {
		return v, false
	}
	return v4pair{binary.BigEndian.Uint32(p.b.Bytes()), binary.BigEndian.Uint32(p.a.Bytes())}, true
}

func (v v4pair) pair() pair {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], v.word())
	return pair{packet.MakeIPv4([4]byte(b[:4])), packet.MakeIPv4([4]byte(b[4:]))}
}

// seed makes hashes differ from table to table, so that nobody can send traffic
// whose pairs all collide.
type seed [2]uint64

func newSeed() seed { return seed{rand.Uint64(), rand.Uint64() | 1} }

func (s seed) v4pair(word uint64) uint64 { return fold(word^s[0], s[1]) }

func (s seed) pair(p *pair) uint64 { return fold(s.endpoint(&p.a)^s[1], s.endpoint(&p.b)) }

func (s seed) endpoint(e *packet.Endpoint) uint64 {
	lo, hi := e.Words()
	return fold(lo^s[0], hi^s[1]+uint64(e.Kind()))
}

// fold multiplies two words and folds the product into one, as wyhash does
// (github.com/wangyi-fudan/wyhash).
func fold(x, y uint64) uint64 {
	hi, lo := bits.Mul64(x, y)
	return hi ^ lo
}
