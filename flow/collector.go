package flow

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"

	"botnetdetect/packet"
	"botnetdetect/protocol"
)

// Collector gathers flows within a ceiling of memory: a Table that moves to disk when
// it is full, and begins anew. Nothing is lost by that: where a pair's packets are
// spread over several runs, its sums are added up at the end. For one goroutine.
type Collector struct {
	table   *Table
	limit   int64 // bytes; 0 is none
	folder  string
	runs    []*run
	dropped int64
	part    part // the table's flows, once sealed
	sealed  bool
	err     error
}

// Options say what of flows to keep, and where.
type Options struct {
	Behaviour bool   // Flow.Behaviour too, which takes 16 bytes a flow, 112 from the second packet on
	Limit     int64  // bytes of memory that flows and resolved addresses take at most; 0 is no limit
	Folder    string // where on disk the rest goes; "" is os.TempDir
}

// NewCollector returns a Collector. Without a limit nothing goes to disk; a limit below a
// megabyte is exceeded.
func NewCollector(o Options) *Collector {
	return &Collector{table: NewTableWith(o), limit: o.Limit, folder: o.Folder}
}

// resolvedShare is the part of the limit that resolved addresses may take, as they stay
// in memory.
const resolvedShare = 4

// Resolve notes addresses that a DNS answer names. Where they would take more than a
// quarter of the limit, they are not noted, but counted by Dropped.
func (c *Collector) Resolve(answers []packet.Endpoint) {
	for i := range answers {
		set := &c.table.resolved
		if c.limit > 0 && set.bytes()+set.growth(1) > c.limit/resolvedShare && !set.has(&answers[i]) {
			c.dropped++
			continue
		}
		set.add(&answers[i])
	}
}

// Dropped returns how often Resolve had no room for an address.
func (c *Collector) Dropped() int64 { return c.dropped }

// Add counts p. After an error, which says that the
// disk is full or cannot be written, c takes no more packets; what it had before is
// still there.
func (c *Collector) Add(p *packet.Packet) error {
	if c.makeRoom(1) {
		c.table.Add(p)
	}
	return c.err
}

// AddBatch counts the packets that which lists as Add does.
func (c *Collector) AddBatch(packets []packet.Packet, which []uint32) error {
	for len(which) > 0 {
		n := min(len(which), group)
		if !c.makeRoom(n) {
			break
		}
		c.table.AddBatch(packets, which[:n])
		which = which[n:]
	}
	return c.err
}

// Err returns the error after which c takes no more packets.
func (c *Collector) Err() error { return c.err }

// makeRoom moves the table to disk if it could not take n more packets. It reports
// whether it can now.
func (c *Collector) makeRoom(n int) bool {
	if (c.full(n) || c.table.sums.full(n)) && c.table.Len() > 0 && c.err == nil {
		c.spill()
	}
	return c.err == nil
}

// full reports whether n more packets could exceed the limit.
func (c *Collector) full(n int) bool {
	if c.limit <= 0 {
		return false
	}
	need := c.table.Bytes() + c.table.growth(max(n, group)) // AddBatch makes room for a whole group
	return need > c.limit-c.limit/cursorShare
}

func (c *Collector) spill() {
	flows := c.table.seal()
	r, err := spill(c.folder, flows.cursors())
	if err != nil {
		c.part, c.sealed, c.err = flows, true, err
		return
	}
	c.renew()
	c.runs = append(c.runs, r)
	c.compact()
}

// renew empties the table. It keeps the memory for the flows to come, unless much of that was of no use, as it is
// after a scan, whose flows are of one packet each; or unless resolved addresses have taken so much since that
// the empty table is too large.
func (c *Collector) renew() {
	wasted := c.table.inUse() < c.table.Bytes()/2
	c.table.clear()
	if wasted || c.full(group) {
		c.table.release()
	}
}

// cursorShare is the part of the limit that is left to the cursors of runs.
const cursorShare = 8

// fanIn is how many runs are merged into one: as many as the limit has room for, but
// for few it is exceeded.
func (c *Collector) fanIn() int {
	return int(min(max(c.limit/cursorShare/cursorBytes, 4), 64))
}

// compact merges runs of one level while there are many, so that their number grows
// with the logarithm of what was spilled.
func (c *Collector) compact() {
	for level := 0; c.err == nil; level++ {
		var same, others []*run
		for _, r := range c.runs {
			if r.level == level {
				same = append(same, r)
			} else {
				others = append(others, r)
			}
		}
		if len(same) < c.fanIn() {
			return
		}
		r, err := spill(c.folder, cursorsOf(same))
		if err != nil {
			c.err = err
			return
		}
		r.level = level + 1
		c.runs = append(others, r)
		c.err = closeAll(same)
	}
}

// Seal sorts the flows that are in memory; it does the work that NewSet would do. After
// it, c takes no more packets.
func (c *Collector) Seal() {
	if !c.sealed {
		c.part, c.sealed = c.table.seal(), true
	}
}

var errUnobserved = errors.New("they are without the endpoints' behaviour, which is wanted here")

// DecodeAll is Decode for streams one after the other, as many as there are in r.
func (c *Collector) DecodeAll(r io.Reader, v *protocol.Vocabulary) error {
	streams := bufio.NewReaderSize(r, blockTarget) // newDecoder makes none of its own, and leaves the next stream in it
	for {
		if _, err := streams.Peek(1); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("cannot read flows: %w", err)
		}
		if err := c.Decode(streams, v); err != nil {
			return err
		}
	}
}

// Decode adds the flows and addresses of one stream, as Batches writes it. v is the vocabulary by which c
// counts. After an error, part of them may have been added.
func (c *Collector) Decode(r io.Reader, v *protocol.Vocabulary) error {
	d := newDecoder(r)
	d.names = []protocol.ID{}
	for name, ok := d.name(); ok; name, ok = d.name() {
		id, err := v.Intern(name)
		if err != nil {
			d.fail(err)
		}
		d.names = append(d.names, id)
	}
	for e, ok := d.address(); ok; e, ok = d.address() {
		c.Resolve([]packet.Endpoint{e})
	}
	for d.next() && c.makeRoom(len(d.content.sums)) {
		if c.table.sums.behaviours && !d.content.observed && d.started {
			d.fail(errUnobserved)
			break
		}
		c.table.merge(&d.at, &d.content)
	}
	if err := cmp.Or(d.failed, c.err); err != nil {
		return fmt.Errorf("cannot read flows: %w", err)
	}
	return nil
}
