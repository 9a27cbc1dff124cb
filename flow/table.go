package flow

import (
	"iter"
	"slices"

	"botnetdetect/packet"
	"botnetdetect/protocol"
)

// Table sums up the packets of every pair of endpoints and gathers the addresses
// that DNS answers name. The zero Table is not ready: use NewTable. A Table is for
// one goroutine at a time.
type Table struct {
	ipv4    map[uint64]uint32 // the pair's two addresses → index in flows
	other   map[pair]uint32   // pairs with IPv6 or MAC endpoints
	flows   []record
	sums    [][]entry // in chunks, so that growing copies nothing
	numSums int

	resolved map[packet.Endpoint]struct{}
}

// pair is two endpoints in the order of Endpoint.Compare.
type pair struct{ a, b packet.Endpoint }

// record is a flow in the table: its sums are a list that begins at first.
type record struct {
	pair
	first uint32 // index in sums, plus 1
}

// entry is the sums of one protocol of a flow.
type entry struct {
	Sums
	next uint32 // index of the flow's next entry, plus 1; 0 ends the list
}

// chunk is how many entries are allocated at once.
const chunk = 1 << 10

// NewTable returns an empty table.
func NewTable() *Table {
	return &Table{
		ipv4:     make(map[uint64]uint32),
		other:    make(map[pair]uint32),
		resolved: make(map[packet.Endpoint]struct{}),
	}
}

// Len returns the number of flows, resolved or not.
func (t *Table) Len() int { return len(t.flows) }

// Resolved reports whether a DNS answer named e.
func (t *Table) Resolved(e packet.Endpoint) bool {
	_, ok := t.resolved[e]
	return ok
}

// Resolve notes that a DNS answer named e.
func (t *Table) Resolve(e packet.Endpoint) { t.resolved[e] = struct{}{} }

// Add counts p, and the addresses that it names, if it is a DNS response. A packet
// without two endpoints belongs to no flow; only its answers count.
func (t *Table) Add(p *packet.Packet) {
	for _, e := range p.Answers {
		t.Resolve(e)
	}
	if p.Src.Kind() == packet.None || p.Dst.Kind() == packet.None {
		return
	}
	key, direction := pair{p.Src, p.Dst}, 0
	if p.Dst.Compare(p.Src) < 0 {
		key, direction = pair{p.Dst, p.Src}, 1
	}
	r := t.record(key)
	s := t.entry(r, p.Protocol)
	s.Sums.add(p, direction)
}

// Merge adds what o has seen to t. It is associative and commutative with the empty
// table as its unit, provided that both count protocols by the same vocabulary.
func (t *Table) Merge(o *Table) {
	for e := range o.resolved {
		t.Resolve(e)
	}
	for i := range o.flows {
		from := &o.flows[i]
		to := t.record(from.pair)
		for next := from.first; next != 0; {
			e := o.at(next)
			t.entry(to, e.Protocol).Sums.Merge(&e.Sums)
			next = e.next
		}
	}
}

// Flows yields every flow in the order of its endpoints' addresses. A Flow's Sums
// are valid until the next is yielded.
func (t *Table) Flows() iter.Seq[Flow] {
	return func(yield func(Flow) bool) {
		var buffer []Sums
		for _, i := range t.sorted() {
			r := &t.flows[i]
			buffer = t.gather(buffer[:0], r)
			if !yield(makeFlow(r.pair, buffer)) {
				return
			}
		}
	}
}

// P2P yields the flows neither of whose endpoints a DNS answer named, as Flows does.
func (t *Table) P2P() iter.Seq[Flow] {
	return func(yield func(Flow) bool) {
		for f := range t.Flows() {
			if !t.Resolved(f.Src) && !t.Resolved(f.Dst) && !yield(f) {
				return
			}
		}
	}
}

// record returns the flow of a pair, which it makes if it is new.
func (t *Table) record(key pair) *record {
	if i, ok := t.find(key); ok {
		return &t.flows[i]
	}
	i := uint32(len(t.flows))
	if v4, ok := key.ipv4(); ok {
		t.ipv4[v4] = i
	} else {
		t.other[key] = i
	}
	t.flows = append(t.flows, record{pair: key})
	return &t.flows[i]
}

func (t *Table) find(key pair) (uint32, bool) {
	if v4, ok := key.ipv4(); ok {
		i, ok := t.ipv4[v4]
		return i, ok
	}
	i, ok := t.other[key]
	return i, ok
}

// entry returns the sums of one protocol of a flow, which it makes if they are new.
func (t *Table) entry(r *record, id protocol.ID) *entry {
	for next := r.first; next != 0; {
		e := t.at(next)
		if e.Protocol == id {
			return e
		}
		next = e.next
	}
	if t.numSums%chunk == 0 {
		t.sums = append(t.sums, make([]entry, chunk))
	}
	t.numSums++
	e := t.at(uint32(t.numSums))
	e.Protocol, e.next = id, r.first
	r.first = uint32(t.numSums)
	return e
}

// at returns the entry with an index that counts from 1.
func (t *Table) at(index uint32) *entry {
	return &t.sums[(index-1)/chunk][(index-1)%chunk]
}

// gather appends r's sums to buffer, in the order of protocol IDs.
func (t *Table) gather(buffer []Sums, r *record) []Sums {
	for next := r.first; next != 0; {
		e := t.at(next)
		buffer = append(buffer, e.Sums)
		next = e.next
	}
	slices.SortFunc(buffer, func(x, y Sums) int { return int(x.Protocol) - int(y.Protocol) })
	return buffer
}

// sorted returns the indices of all flows in the order of their pairs.
func (t *Table) sorted() []uint32 {
	order := make([]uint32, len(t.flows))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(i, j uint32) int { return t.flows[i].compare(t.flows[j].pair) })
	return order
}

func (p pair) compare(q pair) int {
	if c := p.a.Compare(q.a); c != 0 {
		return c
	}
	return p.b.Compare(q.b)
}

// ipv4 returns both addresses of a pair of IPv4 endpoints in one word.
func (p *pair) ipv4() (uint64, bool) {
	if p.a.Kind() != packet.IPv4 || p.b.Kind() != packet.IPv4 {
		return 0, false
	}
	a, b := p.a.Bytes(), p.b.Bytes()
	return uint64(a[0])<<56 | uint64(a[1])<<48 | uint64(a[2])<<40 | uint64(a[3])<<32 |
		uint64(b[0])<<24 | uint64(b[1])<<16 | uint64(b[2])<<8 | uint64(b[3]), true
}
