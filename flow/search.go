package flow

import (
	"encoding/binary"
	"math/rand/v2"

	"botnetdetect/packet"
)

// Search finds the flows of some endpoints in tables, by going through all of their keys: a
// few milliseconds for a million flows, and no memory for an index by endpoint.
type Search struct {
	seed   seed
	odd    uint32                  // multiplies IPv4 addresses
	filter [searchBits / 64]uint64 // of what is wanted, which most flows are not
	wanted map[packet.Endpoint]struct{}
}

// searchBits is the size of the filter: 32 KiB, so that it stays in a core's own cache.
const (
	searchBits  = 1 << 18
	searchShift = 32 - 18
)

// SearchFor returns a search for the flows of endpoints.
func SearchFor(endpoints []packet.Endpoint) *Search {
	s := &Search{seed: newSeed(), odd: rand.Uint32() | 1, wanted: make(map[packet.Endpoint]struct{}, len(endpoints))}
	for i := range endpoints {
		s.wanted[endpoints[i]] = struct{}{}
		bit := s.bit(&endpoints[i])
		s.filter[bit/64] |= 1 << (bit % 64)
	}
	return s
}

// In hands each wanted endpoint of a flow that tables have, with the other end, to yield: of
// a flow between two of them each one, of a flow with itself one. A flow that several tables
// have comes once. The tables must not change until it returns.
func (s *Search) In(tables []*Table, yield func(e, peer packet.Endpoint)) {
	for i, t := range tables {
		s.inV4(t, tables[:i], yield)
		for j := range t.other.slots {
			if x := &t.other.slots[j]; x.head != 0 && (s.may(&x.key.a) || s.may(&x.key.b)) {
				s.match(&x.key, tables[:i], yield)
			}
		}
	}
}

func (s *Search) inV4(t *Table, before []*Table, yield func(e, peer packet.Endpoint)) {
	for i := range t.v4.slots {
		x := &t.v4.slots[i]
		if x.head == 0 || !s.has(s.v4bit(x.key.low)) && !s.has(s.v4bit(x.key.high)) {
			continue
		}
		p := x.key.pair()
		s.match(&p, before, yield)
	}
}

// match hands over what of a pair is wanted, unless a table before has the pair.
func (s *Search) match(p *pair, before []*Table, yield func(e, peer packet.Endpoint)) {
	_, a := s.wanted[p.a]
	_, b := s.wanted[p.b]
	b = b && p.a != p.b
	if !a && !b {
		return
	}
	for _, t := range before {
		if t.headOf(p) != 0 {
			return
		}
	}
	if a {
		yield(p.a, p.b)
	}
	if b {
		yield(p.b, p.a)
	}
}

// may reports whether e may be wanted; if it is, surely.
func (s *Search) may(e *packet.Endpoint) bool { return s.has(s.bit(e)) }

func (s *Search) has(bit uint32) bool { return s.filter[bit/64]&(1<<(bit%64)) != 0 }

func (s *Search) bit(e *packet.Endpoint) uint32 {
	if e.Kind() == packet.IPv4 {
		return s.v4bit(binary.BigEndian.Uint32(e.Bytes()))
	}
	return uint32(s.seed.endpoint(e) % searchBits)
}

func (s *Search) v4bit(address uint32) uint32 { return address * s.odd >> searchShift }
