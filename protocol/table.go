package protocol

import "botnetdetect/internal/slab"

// ways is how many conversations share a row of a table's index: they fill one cache line.
const ways = 16

// table remembers conversations by key, up to a limit. An index in rows of sixteen
// leads to their places, which they keep: a table grows without moving them. Most
// conversations of a large capture are a datagram or two, so those without a stream have
// places of their own, which are small.
type table struct {
	rows    [][ways]entry // a power of two
	streams slab.Arena[stream]
	pasts   slab.Arena[[2]past]      // what is seldom asked of each stream
	briefs  slab.Arena[conversation] // those without a stream
	used    int                      // conversations there are
	limit   int                      // conversations at most
	// free are the places of streams and of others that gave way.
	free, freeBriefs []uint32
	// forgotten counts the conversations that gave way.
	forgotten int64
	drop      func(*stream)
}

// entry is a place in a row: the number of a conversation and some bits of its key, so
// that another's is seldom fetched. Zero is free; in a row, free places come last.
type entry uint32

const (
	tagShift  = 21
	brief     = 1 << (tagShift - 1) // in the number of a conversation without a stream
	maxNumber = brief - 1
)

func makeEntry(key uint64, number uint32) entry {
	return entry(number) | entry(key>>(64-32+tagShift))<<tagShift
}

func (x entry) number() uint32 { return uint32(x & (brief | maxNumber)) }

// like says whether x may be the entry of key.
func (x entry) like(key uint64) bool {
	return x>>tagShift == entry(key>>(64-32+tagShift)) && x != 0
}

const (
	minRows = 8
	// crowded is how many conversations a row has on average when the index grows. Half
	// as many are enough where a row is full, and at the limit.
	crowded = 6
)

func newTable(limit int, drop func(*stream)) table {
	return table{rows: make([][ways]entry, minRows), limit: min(max(limit, 64), maxNumber), drop: drop}
}

// at returns the conversation of a number.
func (t *table) at(number uint32) *conversation {
	if number&brief != 0 {
		return t.briefs.At(number &^ brief)
	}
	return &t.streams.At(number).conversation
}

// stream returns the stream that a conversation of TCP is.
func (t *table) stream(c *conversation) *stream { return t.streams.At(c.number) }

// past returns what is seldom asked of a stream.
func (t *table) past(s *stream) *[2]past { return t.pasts.At(s.number) }

func (t *table) row(key uint64) *[ways]entry { return &t.rows[int(key)&(len(t.rows)-1)] }

// find returns the conversation of key, or nil. It is valid until the next open.
func (t *table) find(key uint64) *conversation {
	c, _ := t.search(key)
	return c
}

// search is find. Without a conversation, it returns how many places of the key's row are taken.
func (t *table) search(key uint64) (c *conversation, taken int) {
	row := t.row(key)
	for i, x := range row {
		if x == 0 {
			return nil, i
		}
		if !x.like(key) {
			continue
		}
		if c := t.at(x.number()); c.key == key {
			c.heard = true
			return c, i
		}
	}
	return nil, ways
}

// glance returns the number of what may be the conversation of key, without looking at it;
// zero if there is none.
func (t *table) glance(key uint64) uint32 {
	for _, x := range t.row(key) {
		if x.like(key) {
			return x.number()
		}
		if x == 0 {
			break
		}
	}
	return 0
}

// hinted returns the conversation of key if it has the number that glance returned for it
// a while ago, else nil.
func (t *table) hinted(key uint64, number uint32) *conversation {
	if number == 0 {
		return nil
	}
	if c := t.at(number); c.key == key {
		c.heard = true
		return c
	}
	return nil
}

// open returns the conversation of key, a new one if there is none.
func (t *table) open(key uint64) *conversation {
	c, taken := t.search(key)
	if c != nil {
		return c
	}
	for t.crowds(taken) {
		t.grow()
		taken = filled(t.row(key))
	}
	if taken == ways || t.used == t.limit {
		t.forget(key)
		taken = filled(t.row(key))
	}
	return t.add(key, taken)
}

// crowds says whether the index should grow before a row takes one more, of which so many places are taken. A row that
// is full where most are not is no reason: somebody may have chosen the keys.
func (t *table) crowds(taken int) bool {
	switch {
	case len(t.rows)*crowded/2 >= t.limit:
		return false
	case taken == ways:
		return t.used >= len(t.rows)*crowded/2
	}
	return t.used >= len(t.rows)*crowded
}

// grow doubles the rows. There is room for all, since each row is split in two.
func (t *table) grow() {
	t.rows = slab.Make[[ways]entry](2 * len(t.rows))
	for n := range uint32(t.streams.Len()) {
		t.enter(&t.streams.At(n + 1).conversation)
	}
	for n := range uint32(t.briefs.Len()) {
		t.enter(t.briefs.At(n + 1))
	}
}

// enter notes a conversation in its row, unless it gave way.
func (t *table) enter(c *conversation) {
	if c.number != 0 {
		row := t.row(c.key)
		row[filled(row)] = makeEntry(c.key, c.number)
	}
}

// add begins the conversation of key at a free place of its row.
func (t *table) add(key uint64, free int) *conversation {
	number := t.place(key)
	c := t.at(number)
	c.key, c.number = key, number
	t.row(key)[free] = makeEntry(key, number)
	t.used++
	return c
}

// place returns a number that no conversation has, for the one of key.
func (t *table) place(key uint64) (number uint32) {
	free := &t.free
	if key&briefKey != 0 {
		free = &t.freeBriefs
	}
	if n := len(*free) - 1; n >= 0 {
		number, *free = (*free)[n], (*free)[:n]
		return number
	}
	if key&briefKey != 0 {
		_, number = t.briefs.Add()
		return number | brief
	}
	t.pasts.Add()
	_, number = t.streams.Add()
	return number
}

// filled returns how many places of a row are taken.
func filled(row *[ways]entry) int {
	n := 0
	for n < ways && row[n] != 0 {
		n++
	}
	return n
}

// forget makes room by letting a conversation go: one of key's row, or where it has
// none, of the next that has.
func (t *table) forget(key uint64) {
	row := t.row(key)
	for row[0] == 0 {
		key++
		row = t.row(key)
	}
	i, last := t.idle(row), filled(row)-1
	number := row[i].number()
	row[i], row[last] = row[last], 0
	t.vacate(number)
	t.used--
	t.forgotten++
}

// vacate makes the place of a conversation that gave way free.
func (t *table) vacate(number uint32) {
	if number&brief != 0 {
		*t.at(number) = conversation{}
		t.freeBriefs = append(t.freeBriefs, number)
		return
	}
	s := t.streams.At(number)
	t.drop(s)
	*s, *t.past(s) = stream{}, [2]past{}
	t.free = append(t.free, number)
}

// idle returns a place in a row whose conversation was not heard of again since it was
// opened, or since all of the row were.
func (t *table) idle(row *[ways]entry) int {
	n := filled(row)
	from := int(t.forgotten) % n // so that the newest is not always the next to go
	for i := range n {
		if at := (from + i) % n; !t.at(row[at].number()).heard {
			return at
		}
	}
	for i := range n {
		t.at(row[i].number()).heard = false
	}
	return from
}
