package flow

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"

	"botnetdetect/packet"
)

// pair is two endpoints in the order of Endpoint.Compare.
type pair struct{ a, b packet.Endpoint }

// pairOf returns a packet's endpoints as a pair, and 1 if that turns them around, else 0.
func pairOf(p *packet.Packet) (key pair, direction int) {
	if p.Dst.Compare(p.Src) < 0 {
		return pair{p.Dst, p.Src}, 1
	}
	return pair{p.Src, p.Dst}, 0
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

// v4pair is a pair of IPv4 endpoints in one word, which orders as the pair does.
type v4pair uint64

// v4pairOf is pairOf for a packet from a to b. Half of all packets go either way, in no
// order, so it does not jump.
func v4pairOf(a, b uint32) (key v4pair, direction uint8) {
	if b < a {
		direction = 1
	}
	return v4pair(min(a, b))<<32 | v4pair(max(a, b)), direction
}

// v4 returns a pair of IPv4 endpoints in one word, if it is one.
func (p *pair) v4() (v v4pair, ok bool) {
	if p.a.Kind() != packet.IPv4 || p.b.Kind() != packet.IPv4 {
		return 0, false
	}
	return v4pair(binary.BigEndian.Uint32(p.a.Bytes()))<<32 | v4pair(binary.BigEndian.Uint32(p.b.Bytes())), true
}

func (v v4pair) pair() pair {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(v))
	return pair{packet.MakeIPv4([4]byte(b[:4])), packet.MakeIPv4([4]byte(b[4:]))}
}

// seed makes hashes differ from table to table, so that nobody can send traffic
// whose pairs all collide.
type seed [2]uint64

func newSeed() seed { return seed{rand.Uint64(), rand.Uint64() | 1} }

func (s seed) v4pair(v v4pair) uint64 { return fold(uint64(v)^s[0], s[1]) }

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
