package flow

import (
	"iter"

	"botnetdetect/packet"
	"botnetdetect/protocol"
)

// Table sums up the packets of every pair of endpoints and gathers the addresses
// that DNS answers name, all in memory. The zero Table is not ready: use NewTable. A
// Table is for one goroutine at a time.
type Table struct {
	seed     seed
	v4       index[v4pair] // heads of lists in sums
	other    index[pair]   // the same for pairs with IPv6 or MAC endpoints
	sums     store
	resolved addresses

	ahead      [group + 1]lookup // AddBatch's trains
	pairs      [group]pair       // of trains that are not between IPv4 endpoints
	directions [group]uint8      // of a group's packets
	touched    uint64            // what was fetched into the cache, so that it is not optimised away
}

// NewTable returns an empty table that keeps sums only.
func NewTable() *Table { return NewTableWith(Options{}) }

// NewTableWith returns an empty table, for which of o only Behaviour counts.
func NewTableWith(o Options) *Table {
	t := &Table{seed: newSeed()}
	t.sums.behaviours = o.Behaviour
	t.v4.hash = func(key *v4pair) uint64 { return t.seed.v4pair(key.word()) }
	t.other.hash = t.seed.pair
	t.resolved = makeAddresses(t.seed)
	return t
}

// Len returns the number of flows, resolved or not.
func (t *Table) Len() int { return t.v4.used + t.other.used }

// Bytes returns the memory that t takes, to a few hundred bytes.
func (t *Table) Bytes() int64 {
	return t.v4.bytes() + t.other.bytes() + t.sums.bytes() + t.resolved.bytes()
}

// growth returns the memory that t takes in addition, at most, to count n more packets;
// part of it only while it grows.
func (t *Table) growth(n int) int64 {
	return t.v4.growth(n) + t.other.growth(n) + t.sums.growth(n)
}

// Resolved reports whether a DNS answer named e.
func (t *Table) Resolved(e packet.Endpoint) bool { return t.resolved.has(&e) }

// Resolve notes that a DNS answer named e.
func (t *Table) Resolve(e packet.Endpoint) { t.resolved.add(&e) }

// Add counts p. A packet without two endpoints belongs to no flow.
func (t *Table) Add(p *packet.Packet) {
	var l lookup
	t.v4.reserve(1)
	t.other.reserve(1)
	direction := t.locate(p, &l)
	t.find(&l)
	t.begin(p, &l, direction)
}

// group is how many packets AddBatch looks up at once. Measured: 16 is slower where
// flows are many, 64 gains nothing.
const group = 32

// lookup is where a train counts: packets in a row that are of one flow and one protocol.
type lookup struct {
	hash     uint64
	v4       uint64 // the pair as a word, if it is one of IPv4 endpoints
	place    int    // in the index
	number   uint32 // what the index knows of the flow; 0 is nothing
	entry    uint32 // number of the entry of the packets' protocol; 0 is none
	whole    uint32 // number of the flow's Behaviour; 0 is none
	protocol protocol.ID
	kind     uint8 // which index
	from, to uint8 // places of the train's packets in their group, the last excluded
}

// The indexes that a packet may belong to.
const (
	toNone  = iota // it has no two endpoints
	toV4           // between IPv4 endpoints
	toOther        // between others
)

// AddBatch counts the packets that which lists.
//
// The time goes into waiting for memory, flow after flow. So it first asks for what a
// group of packets will need, which the memory delivers side by side. Most packets follow
// another of their flow, for which nothing is asked again.
func (t *Table) AddBatch(packets []packet.Packet, which []uint32) {
	for len(which) > 0 {
		n := min(len(which), group)
		t.addGroup(packets, which[:n])
		which = which[n:]
	}
}

func (t *Table) addGroup(packets []packet.Packet, which []uint32) {
	t.v4.reserve(group)
	t.other.reserve(group)
	trains := t.trains(packets, which)
	for i := range trains { // nothing else here: the shorter a loop, the more it asks for at once
		t.touched += uint64(t.touch(&trains[i]))
	}
	for i := range trains {
		t.find(&trains[i])
	}
	for i := range trains {
		l, head := &trains[i], uint32(0)
		head, l.whole = t.sums.touchGlimpse(l.number)
		l.entry = t.sums.look(head, l.protocol)
	}
	for i := range trains {
		t.touched += t.sums.touch(trains[i].entry) + t.sums.touchHabit(trains[i].whole)
	}
	for i := range trains {
		t.count(packets, which, &trains[i])
	}
}

// trains finds the trains of a group, and which index each belongs to.
func (t *Table) trains(packets []packet.Packet, which []uint32) []lookup {
	n := 0
	for k, i := range which {
		p := &packets[i]
		src, dst, v4 := p.V4()
		if !v4 {
			n = t.otherTrain(packets, which, k, n)
			continue
		}
		word, direction := v4pairOf(src, dst)
		t.directions[k] = direction
		if n > 0 && t.ahead[n-1].follows(word, p.Protocol) {
			t.ahead[n-1].to++
			continue
		}
		l := &t.ahead[n]
		*l = lookup{} // and then one by one: put together elsewhere and copied, it would stall the processor
		l.hash, l.v4, l.protocol, l.kind, l.from, l.to = t.seed.v4pair(word), word, p.Protocol, toV4, uint8(k), uint8(k+1)
		n++
	}
	return t.ahead[:n]
}

// follows says whether a packet of a protocol between IPv4 endpoints is of the train l.
func (l *lookup) follows(word uint64, id protocol.ID) bool {
	return l.v4 == word && l.protocol == id && l.kind == toV4
}

// otherTrain finds the train of packet k of a group, which is not between IPv4 endpoints. There
// are n before it; it returns how many with it.
func (t *Table) otherTrain(packets []packet.Packet, which []uint32, k, n int) int {
	p, l := &packets[which[k]], &t.ahead[n]
	l.from, l.to = uint8(k), uint8(k+1)
	t.directions[k] = t.locate(p, l)
	if n > 0 && l.kind == toOther {
		if last := &t.ahead[n-1]; last.kind == toOther && last.protocol == l.protocol && last.hash == l.hash && between(p, &packets[which[last.from]]) {
			last.to++
			return n
		}
	}
	return n + 1
}

// between says whether p and q have the same endpoints, either way.
func between(p, q *packet.Packet) bool {
	return p.Src == q.Src && p.Dst == q.Dst || p.Src == q.Dst && p.Dst == q.Src
}

// locate finds out which index p, the first of the train l, belongs to, its hash there, and its direction.
func (t *Table) locate(p *packet.Packet, l *lookup) (direction uint8) {
	l.protocol, l.kind, l.entry, l.whole = p.Protocol, toNone, 0, 0
	if src, dst, ok := p.V4(); ok {
		l.kind = toV4
		l.v4, direction = v4pairOf(src, dst)
		l.hash = t.seed.v4pair(l.v4)
		return direction
	}
	if !p.HasEndpoints() {
		return 0
	}
	key := &t.pairs[l.from]
	direction = key.of(p)
	l.kind = toOther
	l.hash = t.seed.pair(key)
	return direction
}

// touch fetches into the cache what find will read.
func (t *Table) touch(l *lookup) uint32 {
	switch l.kind {
	case toV4:
		return t.v4.touch(l.hash)
	case toOther:
		return t.other.touch(l.hash)
	}
	return 0
}

// find finds the place of a train in its index, which must have room, and what the index knows.
func (t *Table) find(l *lookup) {
	switch l.kind {
	case toV4:
		key := makeV4pair(l.v4)
		l.place = t.v4.find(&key, l.hash)
		l.number = t.v4.slots[l.place].head
	case toOther:
		l.place = t.other.find(&t.pairs[l.from], l.hash)
		l.number = t.other.slots[l.place].head
	default:
		l.number = 0
	}
}

// count counts the packets of a train, whose place has been found.
func (t *Table) count(packets []packet.Packet, which []uint32, l *lookup) {
	which, directions := which[l.from:l.to], t.directions[l.from:l.to]
	if l.entry == 0 {
		l.number = t.begin(&packets[which[0]], l, directions[0])
		if which, directions = which[1:], directions[1:]; len(which) == 0 || l.kind == toNone {
			return
		}
		head, _ := t.sums.touchGlimpse(l.number)
		l.entry = t.sums.look(head, l.protocol)
	}
	t.sums.countAgain(l.number, l.entry, packets, which, directions)
}

// begin counts p, whose flow or protocol is new, or has become known since p was looked up.
// It returns what the index knows of the flow then.
func (t *Table) begin(p *packet.Packet, l *lookup, direction uint8) uint32 {
	var number *uint32
	switch l.kind {
	case toNone:
		return 0
	case toV4:
		key := makeV4pair(l.v4)
		number = t.v4.claim(l.place, &key, l.hash)
	case toOther:
		number = t.other.claim(l.place, &t.pairs[l.from], l.hash)
	}
	t.sums.count(number, p, int(direction))
	return *number
}

// Merge adds what o has seen to t. It is associative and commutative with the empty
// table as its unit, provided that both count protocols by the same vocabulary, and that
// both keep behaviour or t does not.
func (t *Table) Merge(o *Table) {
	t.resolved.merge(&o.resolved)
	var c content
	for _, s := range o.v4.list(nil) {
		c.clear()
		o.sums.gather(&c, s.head)
		t.sums.unite(t.v4.get(&s.key, t.v4.hash(&s.key)), &c)
	}
	for _, s := range o.other.list(nil) {
		c.clear()
		o.sums.gather(&c, s.head)
		t.sums.unite(t.other.get(&s.key, t.other.hash(&s.key)), &c)
	}
}

// merge adds what was seen of a pair.
func (t *Table) merge(p *pair, c *content) {
	if key, ok := p.v4(); ok {
		t.sums.unite(t.v4.get(&key, t.v4.hash(&key)), c)
		return
	}
	t.sums.unite(t.other.get(p, t.other.hash(p)), c)
}

// Flows yields every flow in the order of its endpoints' addresses. A Flow's Sums
// are valid until the next is yielded.
func (t *Table) Flows() iter.Seq[Flow] {
	return func(yield func(Flow) bool) {
		_ = merged(t.part().cursors()).each(yield) // memory cannot fail
	}
}

// P2P yields the flows neither of whose endpoints a DNS answer named, as Flows does.
func (t *Table) P2P() iter.Seq[Flow] { return unresolved(t.Flows(), t.Resolved) }

// unresolved leaves out the flows that have a resolved endpoint.
func unresolved(flows iter.Seq[Flow], resolved func(packet.Endpoint) bool) iter.Seq[Flow] {
	return func(yield func(Flow) bool) {
		for f := range flows {
			if !resolved(f.Src) && !resolved(f.Dst) && !yield(f) {
				return
			}
		}
	}
}

// clear forgets all flows, but neither resolved addresses nor the memory.
func (t *Table) clear() {
	t.v4.clear()
	t.other.clear()
	t.sums.clear()
}

// release lets the memory of an empty table go, but for that of resolved addresses.
func (t *Table) release() {
	t.v4.slots, t.other.slots = nil, nil
	t.sums = store{behaviours: t.sums.behaviours}
}

// inUse returns how much of the memory that t takes is in use.
func (t *Table) inUse() int64 {
	return int64(t.v4.used)*t.v4.slotSize() + int64(t.other.used)*t.other.slotSize() + t.sums.inUse() + t.resolved.bytes()
}

// part returns t's flows in order.
func (t *Table) part() part { return sortedPart(&t.sums, t.v4.list(nil), t.other.list(nil)) }

// seal returns t's flows in order, for whose sake it gives up its own: it must be
// cleared before it takes more. That takes no memory.
func (t *Table) seal() part {
	return sortedPart(&t.sums, t.v4.squeeze(), t.other.squeeze())
}

// part is flows in memory in the order of their pairs.
type part struct {
	sums  *store
	v4    []slot[v4pair]
	other []slot[pair]
}

func (p *part) len() int { return len(p.v4) + len(p.other) }

// sortedPart sorts the slots in place.
func sortedPart(sums *store, v4 []slot[v4pair], other []slot[pair]) part {
	sortV4(v4, 56)
	sortOther(other)
	return part{sums, v4, other}
}
