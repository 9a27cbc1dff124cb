package flow

import (
	"math"
	"slices"

	"botnetdetect/internal/slab"
	"botnetdetect/packet"
	"botnetdetect/protocol"
)

// maxEntries is how many entries have numbers.
const maxEntries = math.MaxUint32 - slab.Chunk

// store holds the sums of all flows of a table, and how their endpoints behave if that is
// wanted. A flow's entries are a list. What an index knows of a flow is the number of the
// list's head, or that of the flow's glimpse, which knows the head.
//
// Most flows of a large capture are one packet of one protocol, so an entry holds that
// and no more. With the second packet it gets totals.
type store struct {
	entries    slab.Arena[entry]
	totals     slab.Arena[totals]
	glimpses   slab.Arena[glimpse]
	habits     slab.Arena[Behaviour]
	behaviours bool // there are glimpses, and habits of those flows that have two packets
}

// entry is the first packet of one protocol of a flow. It takes half a cache line: keep it
// so.
type entry struct {
	first     int64  // time of the earliest packet, ns since the epoch
	seq       int64  // its place in capture order
	length    uint32 // its bytes on the wire
	next      uint32 // number of the flow's next entry; 0 ends the list
	totals    uint32 // number of the totals of all packets; 0 is none: there is one packet
	protocol  protocol.ID
	direction uint8 // of the one packet
}

// count counts a packet. number is what the index knows of its flow.
func (s *store) count(number *uint32, p *packet.Packet, direction int) {
	if s.behaviours {
		g := s.glimpse(number)
		s.observe(g, p, direction)
		number = &g.head
	}
	s.add(number, p, direction)
}

// countAgain is count for a train: packets of a protocol that their flow has at that entry.
func (s *store) countAgain(number, entry uint32, packets []packet.Packet, which []uint32, directions []uint8) {
	if s.behaviours {
		g := s.glimpses.At(number)
		for k, i := range which {
			s.observe(g, &packets[i], int(directions[k]))
		}
	}
	e := s.entries.At(entry)
	t := s.totalsOf(e)
	for k, i := range which {
		p := &packets[i]
		t.add(p.Time, p.Length, int(directions[k]))
		e.precede(p)
	}
}

// unite adds what was seen of a pair to the flow of which the index knows a number.
func (s *store) unite(number *uint32, c *content) {
	if !s.behaviours {
		s.mergeSums(number, c.sums)
		return
	}
	g := s.glimpse(number)
	begins := g.head == 0
	if !begins {
		s.behaviourOf(g).Merge(&c.behaviour)
	}
	s.mergeSums(&g.head, c.sums)
	if begins && g.head != 0 {
		s.beginBehaviour(g, &c.behaviour)
	}
}

// find returns the entry of a protocol in the list at head, nil if there is none.
func (s *store) find(head uint32, id protocol.ID) *entry {
	if n := s.look(head, id); n != 0 {
		return s.entries.At(n)
	}
	return nil
}

// look returns the number of what find returns, 0 if there is none.
func (s *store) look(head uint32, id protocol.ID) uint32 {
	for head != 0 {
		e := s.entries.At(head)
		if e.protocol == id {
			break
		}
		head = e.next
	}
	return head
}

// begin returns a new entry in the list at head.
func (s *store) begin(head *uint32, id protocol.ID) *entry {
	e, n := s.entries.Add()
	*e = entry{protocol: id, next: *head}
	*head = n
	return e
}

// add counts a packet of the flow whose list of entries is at head.
func (s *store) add(head *uint32, p *packet.Packet, direction int) {
	e := s.find(*head, p.Protocol)
	if e == nil {
		e = s.begin(head, p.Protocol)
		e.first, e.seq, e.length, e.direction = p.Time, p.Seq, p.Length, uint8(direction)
		return
	}
	s.addAgain(e, p, direction)
}

// addAgain counts a packet of the protocol of e, which has at least one.
func (s *store) addAgain(e *entry, p *packet.Packet, direction int) {
	s.totalsOf(e).add(p.Time, p.Length, direction)
	e.precede(p)
}

// precede takes p for the first packet of e if it is.
func (e *entry) precede(p *packet.Packet) {
	if p.Time < e.first || p.Time == e.first && p.Seq < e.seq {
		e.first, e.seq, e.length = p.Time, p.Seq, p.Length
	}
}

// totalsOf returns the totals of an entry of at least one packet, and gives it some if it
// has none.
func (s *store) totalsOf(e *entry) *totals {
	if e.totals != 0 {
		return s.totals.At(e.totals)
	}
	t, n := s.totals.Add()
	*t, e.totals = totals{}, n
	t.add(e.first, e.length, int(e.direction))
	return t
}

// alone returns the totals of an entry's one packet.
func (e *entry) alone() (t totals) {
	t.add(e.first, e.length, int(e.direction))
	return t
}

// sums returns what an entry has counted.
func (s *store) sums(e *entry) Sums {
	whole := Sums{First: e.first, firstSeq: e.seq, FirstLen: e.length, Protocol: e.protocol}
	if e.totals == 0 {
		whole.totals = e.alone()
	} else {
		whole.totals = *s.totals.At(e.totals)
	}
	return whole
}

func (s *store) mergeSums(head *uint32, sums []Sums) {
	for i := range sums {
		s.merge(head, &sums[i])
	}
}

// merge adds sums of the flow whose list of entries is at head.
func (s *store) merge(head *uint32, sums *Sums) {
	if sums.N() == 0 {
		return
	}
	whole, e := *sums, s.find(*head, sums.Protocol)
	if e == nil {
		e = s.begin(head, sums.Protocol)
	} else {
		whole = s.sums(e)
		whole.Merge(sums)
	}
	e.first, e.seq, e.length = whole.First, whole.firstSeq, whole.FirstLen
	if shape := shapeOf(&whole); shape != shapeMany {
		e.direction = uint8(whole.Packets[1])
		return
	}
	*s.totalsOf(e) = whole.totals
}

// full reports whether n more packets could have no numbers.
func (s *store) full(n int) bool { return s.entries.Len()+n > maxEntries }

// touchGlimpse fetches a flow's glimpse into the cache, if there is one, and returns the
// numbers of its first entry and of its Behaviour. number is what the index knows of the flow.
func (s *store) touchGlimpse(number uint32) (head, whole uint32) {
	if !s.behaviours || number == 0 {
		return number, 0
	}
	g := s.glimpses.At(number)
	return g.head, g.whole
}

// touchHabit fetches a Behaviour into the cache.
func (s *store) touchHabit(number uint32) uint64 {
	if number == 0 {
		return 0
	}
	b := s.habits.At(number)
	return b.PayloadBytes[0] + uint64(b.Datagrams) // from both of its cache lines
}

// touch fetches the totals of an entry into the cache, if there are any. number is the
// entry's, or 0.
func (s *store) touch(number uint32) uint64 {
	if number == 0 {
		return 0
	}
	if number = s.entries.At(number).totals; number == 0 {
		return 0
	}
	t := s.totals.At(number)
	return t.Packets[0] + t.timeSquares[2] // from both of their cache lines
}

// gather adds what was seen of a flow to c, its sums in the order of protocols. number is
// what the index knows of the flow.
func (s *store) gather(c *content, number uint32) {
	from := len(c.sums)
	if s.behaviours {
		g := s.glimpses.At(number)
		s.gatherBehaviour(c, g)
		number = g.head
	}
	for number != 0 {
		e := s.entries.At(number)
		c.sums = append(c.sums, s.sums(e))
		number = e.next
	}
	sortByProtocol(c.sums[from:])
}

func (s *store) gatherBehaviour(c *content, g *glimpse) {
	if g.whole != 0 {
		c.observe(s.habits.At(g.whole))
		return
	}
	b := s.alone(g)
	c.observe(&b)
}

func sortByProtocol(sums []Sums) {
	if len(sums) > 1 {
		slices.SortFunc(sums, func(x, y Sums) int { return int(x.Protocol) - int(y.Protocol) })
	}
}

// clear forgets all flows, but keeps the memory.
func (s *store) clear() {
	s.entries.Clear()
	s.totals.Clear()
	s.glimpses.Clear()
	s.habits.Clear()
}

func (s *store) bytes() int64 {
	return s.entries.Bytes() + s.totals.Bytes() + s.glimpses.Bytes() + s.habits.Bytes()
}

// inUse returns how much of that is in use.
func (s *store) inUse() int64 {
	return s.entries.InUse() + s.totals.InUse() + s.glimpses.InUse() + s.habits.InUse()
}

// growth returns the memory that s takes in addition to count n more packets.
func (s *store) growth(n int) int64 {
	grows := s.entries.Growth(n) + s.totals.Growth(n)
	if s.behaviours {
		grows += s.glimpses.Growth(n) + s.habits.Growth(n)
	}
	return grows
}
