package flow

import (
	"encoding/binary"
	"slices"

	"botnetdetect/packet"
)

// addresses is a set of endpoints; IPv4, which is most, takes 10 to 20 bytes each.
type addresses struct {
	v4    index[uint32]
	other index[packet.Endpoint]
}

func makeAddresses(s seed) addresses {
	return addresses{
		v4:    index[uint32]{hash: func(a *uint32) uint64 { return fold(uint64(*a)^s[0], s[1]) }},
		other: index[packet.Endpoint]{hash: s.endpoint},
	}
}

func (a *addresses) len() int { return a.v4.used + a.other.used }

func (a *addresses) bytes() int64 { return a.v4.bytes() + a.other.bytes() }

func (a *addresses) growth(n int) int64 { return max(a.v4.growth(n), a.other.growth(n)) }

func (a *addresses) add(e *packet.Endpoint) {
	if e.Kind() == packet.IPv4 {
		v4 := binary.BigEndian.Uint32(e.Bytes())
		*a.v4.get(&v4, a.v4.hash(&v4)) = 1
		return
	}
	*a.other.get(e, a.other.hash(e)) = 1
}

func (a *addresses) has(e *packet.Endpoint) bool {
	if e.Kind() == packet.IPv4 {
		v4 := binary.BigEndian.Uint32(e.Bytes())
		return a.v4.has(&v4)
	}
	return a.other.has(e)
}

// merge adds all of o.
func (a *addresses) merge(o *addresses) {
	o.each(func(e packet.Endpoint) { a.add(&e) })
}

// union returns a set of all addresses. It takes no memory that it does not need, for
// there may be little left; addresses that are all in one set are returned as they are.
func union(sets []*addresses) addresses {
	sets = slices.DeleteFunc(sets, func(a *addresses) bool { return a.len() == 0 })
	if len(sets) == 1 {
		return *sets[0]
	}
	v4, other := 0, 0
	for _, a := range sets {
		v4, other = v4+a.v4.used, other+a.other.used
	}
	all := makeAddresses(newSeed())
	all.v4.slots = make([]slot[uint32], slotsFor(v4))
	all.other.slots = make([]slot[packet.Endpoint], slotsFor(other))
	for _, a := range sets {
		all.merge(a)
	}
	return all
}

// each calls do with every address, in no order.
func (a *addresses) each(do func(packet.Endpoint)) {
	for i := range a.v4.slots {
		if s := &a.v4.slots[i]; s.head != 0 {
			do(packet.MakeIPv4([4]byte(binary.BigEndian.AppendUint32(nil, s.key))))
		}
	}
	for i := range a.other.slots {
		if s := &a.other.slots[i]; s.head != 0 {
			do(s.key)
		}
	}
}

// sorted returns all addresses in the order of Endpoint.Compare.
func (a *addresses) sorted() []packet.Endpoint {
	all := make([]packet.Endpoint, 0, a.len())
	a.each(func(e packet.Endpoint) { all = append(all, e) })
	slices.SortFunc(all, packet.Endpoint.Compare)
	return all
}
