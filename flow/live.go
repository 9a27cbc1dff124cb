package flow

import (
	"botnetdetect/packet"
)

// What watching a link asks of tables: one flow over several tables, a table without the
// flows that say least, and counting only what is known already.

// Gather returns the flow between two endpoints as all tables together have it; ok is
// false if none has it. The Sums are appended to buffer, which may be nil.
func Gather(tables []*Table, x, y packet.Endpoint, buffer []Sums) (f Flow, ok bool) {
	p := pair{x, y}
	if y.Compare(x) < 0 {
		p = pair{y, x}
	}
	c := content{sums: buffer}
	parts, from := 0, len(buffer)
	for _, t := range tables {
		if head := t.headOf(&p); head != 0 {
			t.sums.gather(&c, head)
			parts++
		}
	}
	if parts == 0 {
		return f, false
	}
	if c.sums = c.sums[from:]; parts > 1 {
		c.sums = unite(c.sums)
	}
	return makeFlow(p, &c), true
}

// headOf returns the number of a pair's first sums; 0 if t has none.
func (t *Table) headOf(p *pair) uint32 {
	if key, ok := p.v4(); ok {
		return t.v4.number(&key)
	}
	return t.other.number(p)
}

// AddKnown is Add for a packet of a flow that t has already. It
// reports whether that was so. It takes memory only for a protocol that is new to the flow.
func (t *Table) AddKnown(p *packet.Packet) bool {
	var key pair
	key.of(p)
	if t.headOf(&key) == 0 {
		return false
	}
	t.Add(p)
	return true
}

// Reset forgets all flows and resolved addresses, but keeps the memory.
func (t *Table) Reset() {
	t.clear()
	t.resolved.v4.clear()
	t.resolved.other.clear()
}

// Names returns the resolved addresses, in no order.
func (t *Table) Names() []packet.Endpoint {
	names := make([]packet.Endpoint, 0, t.resolved.len())
	t.resolved.each(func(e packet.Endpoint) { names = append(names, e) })
	return names
}

// ResolvedLen returns the number of resolved addresses.
func (t *Table) ResolvedLen() int { return t.resolved.len() }

// Kept returns a table with the resolved addresses of t and those of its flows that keep
// wants, in no order. What keep is given is valid until it returns.
func (t *Table) Kept(keep func(Flow) bool) *Table {
	rest := NewTableWith(Options{Behaviour: t.sums.behaviours})
	rest.resolved.merge(&t.resolved)
	var c content
	for i := range t.v4.slots {
		if s := &t.v4.slots[i]; s.head != 0 {
			c.clear()
			t.sums.gather(&c, s.head)
			rest.keep(s.key.pair(), &c, keep)
		}
	}
	for i := range t.other.slots {
		if s := &t.other.slots[i]; s.head != 0 {
			c.clear()
			t.sums.gather(&c, s.head)
			rest.keep(s.key, &c, keep)
		}
	}
	return rest
}

// keep merges what is known of a pair, if it is wanted.
func (t *Table) keep(p pair, c *content, wanted func(Flow) bool) {
	f := Flow{Src: p.a, Dst: p.b, Sums: c.sums}
	if c.observed {
		f.Behaviour = &c.behaviour
	}
	if wanted(f) {
		t.merge(&p, c)
	}
}

// number returns the number of key without claiming it; 0 if it is not there.
func (x *index[K]) number(key *K) uint32 {
	if x.used == 0 {
		return 0
	}
	return x.slots[x.find(key, x.hash(key))].head
}
