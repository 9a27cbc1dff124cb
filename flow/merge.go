package flow

// A cursor goes through flows that are in the order of their pairs. A pair may come
// several times in a row.
type cursor interface {
	// next moves to the next flow, at first to the first. It reports whether there is
	// one.
	next() bool
	// pair returns the flow's pair, valid until next.
	pair() *pair
	// gather adds what was seen of the flow to c, whose sums may then be of a protocol twice.
	gather(c *content)
	// err returns why next reported false, nil at the end.
	err() error
}

// content is what was seen of a pair.
type content struct {
	sums      []Sums
	behaviour Behaviour
	observed  bool // the behaviour was, at least in part
}

func (c *content) clear() { *c = content{sums: c.sums[:0]} }

func (c *content) observe(b *Behaviour) {
	if !c.observed {
		c.behaviour, c.observed = *b, true
		return
	}
	c.behaviour.Merge(b)
}

// merge goes through the flows of several cursors in one order, and adds up those of
// the same pair. It is a heap of cursors.
type merge struct {
	heap   []source
	failed error
}

// source is a cursor that stands on a flow.
type source struct {
	cursor
	rank uint64 // of its pair
}

// merged returns a merge of cursors that have not begun.
func merged(cursors []cursor) *merge {
	m := new(merge)
	for _, c := range cursors {
		if s := (source{cursor: c}); m.advance(&s) {
			m.heap = append(m.heap, s)
		}
	}
	for i := len(m.heap)/2 - 1; i >= 0; i-- {
		m.sink(i)
	}
	return m
}

// each yields all flows, until yield returns false. It returns the first error of a
// cursor; then the flows are not all.
func (m *merge) each(yield func(Flow) bool) error {
	return m.pairs(func(p *pair, c *content) bool { return yield(makeFlow(*p, c)) })
}

// pairs is each without turning flows around.
func (m *merge) pairs(yield func(*pair, *content) bool) error {
	var c content
	for len(m.heap) > 0 && m.failed == nil {
		p := *m.heap[0].pair()
		c.clear()
		m.take(&c)
		parts := 1
		for len(m.heap) > 0 && *m.heap[0].pair() == p {
			m.take(&c)
			parts++
		}
		if parts > 1 {
			c.sums = unite(c.sums)
		}
		if m.failed == nil && !yield(&p, &c) {
			break
		}
	}
	return m.failed
}

// take adds what was seen of the first flow to c and moves on.
func (m *merge) take(c *content) {
	top := &m.heap[0]
	top.gather(c)
	if !m.advance(top) {
		last := len(m.heap) - 1
		m.heap[0] = m.heap[last]
		m.heap = m.heap[:last]
	}
	m.sink(0)
}

// advance moves s on and reports whether it stands on a flow.
func (m *merge) advance(s *source) bool {
	if s.next() {
		s.rank = s.pair().rank()
		return true
	}
	if err := s.err(); err != nil && m.failed == nil {
		m.failed = err
	}
	return false
}

// sink restores the heap's order below i.
func (m *merge) sink(i int) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(m.heap); child++ {
			if m.heap[child].before(&m.heap[least]) {
				least = child
			}
		}
		if least == i {
			return
		}
		m.heap[i], m.heap[least] = m.heap[least], m.heap[i]
		i = least
	}
}

func (s *source) before(o *source) bool {
	if s.rank != o.rank {
		return s.rank < o.rank
	}
	return s.pair().compare(o.pair()) < 0
}

// unite adds up the sums of the same protocol and leaves them in the order of
// protocols.
func unite(sums []Sums) []Sums {
	sortByProtocol(sums)
	kept := sums[:1]
	for i := range sums[1:] {
		next := &sums[1+i]
		if last := &kept[len(kept)-1]; last.Protocol == next.Protocol {
			last.Merge(next)
		} else {
			kept = append(kept, *next)
		}
	}
	return kept
}

// cursors returns cursors that together go through p's flows.
func (p part) cursors() []cursor {
	return []cursor{
		&slotCursor[v4pair]{rest: p.v4, sums: p.sums, pairOf: v4pair.pair},
		&slotCursor[pair]{rest: p.other, sums: p.sums, pairOf: func(p pair) pair { return p }},
	}
}

// slotCursor goes through sorted slots.
type slotCursor[K comparable] struct {
	rest    []slot[K]
	sums    *store
	pairOf  func(K) pair
	at      pair
	head    uint32
	fetched int    // of rest, whose sums are in the cache
	touched uint64 // so that fetching is not optimised away
}

func (c *slotCursor[K]) next() bool {
	if len(c.rest) == 0 {
		return false
	}
	if c.fetched == 0 {
		c.fetch()
	}
	c.at, c.head = c.pairOf(c.rest[0].key), c.rest[0].head
	c.rest = c.rest[1:]
	c.fetched--
	return true
}

// fetch asks for the sums of a group of flows at once, as Table.AddBatch does.
func (c *slotCursor[K]) fetch() {
	c.fetched = min(len(c.rest), group)
	var heads, habits [group]uint32
	for i := range c.rest[:c.fetched] {
		heads[i], habits[i] = c.sums.touchGlimpse(c.rest[i].head)
	}
	for i, head := range heads[:c.fetched] {
		c.touched += c.sums.touch(head) + c.sums.touchHabit(habits[i])
	}
}

func (c *slotCursor[K]) pair() *pair { return &c.at }

func (c *slotCursor[K]) gather(to *content) { c.sums.gather(to, c.head) }

func (c *slotCursor[K]) err() error { return nil }
