package flow

import (
	"math"
	"slices"

	"botnetdetect/internal/slab"
	"botnetdetect/protocol"
)

// maxEntries is how many entries have numbers.
const maxEntries = math.MaxUint32 - slab.Chunk

// store holds the sums of all flows of a table, and how their endpoints behave if that is
// wanted. A flow's entries are a list. What an index knows of a flow is the number of the
// list's head, or that of the flow's habit, which knows the head.
type store struct {
	entries    slab.Arena[entry]
	habits     slab.Arena[habit]
	behaviours bool // there are habits
}

// entry is the sums of one protocol of a flow. It takes two cache lines: keep it so.
type entry struct {
	Sums
	next uint32 // number of the flow's next entry; 0 ends the list
}

// habit is a flow's behaviour. It takes two cache lines: keep it so.
type habit struct {
	Behaviour
	head uint32 // number of the flow's first entry
}

// flow returns the head of a flow's list of entries and its behaviour, nil if that is
// not wanted. number is what the index knows of the flow; if that is 0, the flow begins.
func (s *store) flow(number *uint32) (head *uint32, b *Behaviour) {
	if !s.behaviours {
		return number, nil
	}
	if *number == 0 {
		h, n := s.habits.Add()
		*h, *number = habit{}, n
		return &h.head, &h.Behaviour
	}
	h := s.habits.At(*number)
	return &h.head, &h.Behaviour
}

// of returns the sums of one protocol in the list at head; it begins them if they are
// new.
func (s *store) of(head *uint32, id protocol.ID) *Sums {
	for n := *head; n != 0; {
		e := s.entries.At(n)
		if e.Protocol == id {
			return &e.Sums
		}
		n = e.next
	}
	e, n := s.entries.Add()
	*e = entry{}
	e.Protocol, e.next = id, *head
	*head = n
	return &e.Sums
}

// touchHabit fetches a flow's behaviour into the cache, if there is one, and returns the
// number of its first entry. number is what the index knows of the flow.
func (s *store) touchHabit(number uint32) (head uint32) {
	if !s.behaviours || number == 0 {
		return number
	}
	return s.habits.At(number).head
}

// touch fetches an entry into the cache.
func (s *store) touch(head uint32) uint64 {
	if head == 0 {
		return 0
	}
	e := s.entries.At(head)
	return e.Packets[0] + e.timeSquares[2] // from both of its cache lines
}

// gather adds what was seen of a flow to c, its sums in the order of protocols. number is
// what the index knows of the flow.
func (s *store) gather(c *content, number uint32) {
	from := len(c.sums)
	head, behaviour := s.flow(&number)
	for n := *head; n != 0; {
		e := s.entries.At(n)
		c.sums = append(c.sums, e.Sums)
		n = e.next
	}
	sortByProtocol(c.sums[from:])
	if behaviour != nil {
		c.observe(behaviour)
	}
}

func sortByProtocol(sums []Sums) {
	if len(sums) > 1 {
		slices.SortFunc(sums, func(x, y Sums) int { return int(x.Protocol) - int(y.Protocol) })
	}
}

// clear forgets all flows, but keeps the memory.
func (s *store) clear() {
	s.entries.Clear()
	s.habits.Clear()
}

func (s *store) bytes() int64 { return s.entries.Bytes() + s.habits.Bytes() }

// growth returns the memory that s takes in addition to count n more packets.
func (s *store) growth(n int) int64 {
	if !s.behaviours {
		return s.entries.Growth(n)
	}
	return s.entries.Growth(n) + s.habits.Growth(n)
}
