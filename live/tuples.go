package live

import (
	"cmp"
	"slices"
	"sync"

	"botnetdetect/communityid"
	"botnetdetect/packet"
)

// tuples remembers the 5-tuples that the pairs of one lane used last, in a fixed amount of
// memory: what is old makes room for what is new. A pair's tuples share a row, and may
// share it with other pairs.
type tuples struct {
	mu   sync.Mutex // held while a packet is noted or a row is read
	rows []tupleRow
	now  uint32 // grows with each new tuple
}

const (
	tupleRows = 1 << 14 // 8 MiB in all
	rowTuples = 2 * MaxTuples
)

type tupleRow [rowTuples]tupleEntry

// tupleEntry is empty if seen is 0.
type tupleEntry struct {
	pair uint32 // hash of the endpoints, in no order
	seen uint32 // when it was noted first
	packet.Tuple
	swapped bool // the tuple's source is the pair's greater endpoint
}

func newTuples() *tuples { return &tuples{rows: make([]tupleRow, tupleRows)} }

// see notes p's 5-tuple.
func (t *tuples) see(p *packet.Packet) {
	tuple, ok := p.Tuple()
	if !ok {
		return
	}
	hash := p.Shard()
	e := tupleEntry{pair: uint32(hash >> 32), Tuple: tuple, swapped: p.Dst.Compare(p.Src) < 0}
	if e.isPorts() && e.swapped { // there and back are one tuple
		e.SrcPort, e.DstPort, e.swapped = e.DstPort, e.SrcPort, false
	}
	t.mu.Lock()
	t.note(&t.rows[hash%tupleRows], e)
	t.mu.Unlock()
}

// isPorts reports whether the tuple's ports are ports: those of ICMP have a direction.
func (e *tupleEntry) isPorts() bool { return e.Protocol != 1 && e.Protocol != 58 }

func (t *tuples) note(row *tupleRow, e tupleEntry) {
	oldest := &row[0]
	for i := range row {
		at := &row[i]
		if at.pair == e.pair && at.Tuple == e.Tuple && at.swapped == e.swapped && at.seen != 0 {
			return
		}
		if at.seen < oldest.seen {
			oldest = at
		}
	}
	t.now++
	e.seen = t.now
	*oldest = e
}

// of appends the tuples of a pair's packets, the latest first, from x to y or back.
func (t *tuples) of(x, y packet.Endpoint, to []tupleEntry) []tupleEntry {
	p := packet.Packet{Src: x, Dst: y}
	hash := p.Shard()
	from := len(to)
	t.mu.Lock()
	for _, e := range t.rows[hash%tupleRows] {
		if e.seen != 0 && e.pair == uint32(hash>>32) {
			to = append(to, e)
		}
	}
	t.mu.Unlock()
	slices.SortFunc(to[from:], func(x, y tupleEntry) int { return cmp.Compare(y.seen, x.seen) })
	return to
}

// tuplesOf returns the tuples that lanes noted of a flow's packets, at most MaxTuples.
func tuplesOf(lanes []*watcher, src, dst packet.Endpoint) (list []Tuple) {
	from, isIP := src.IP()
	to, also := dst.IP()
	if !isIP || !also {
		return nil
	}
	turned := dst.Compare(src) < 0 // against the order of entries
	var all []tupleEntry
	for _, l := range lanes {
		all = l.tuples.of(src, dst, all)
	}
	for _, e := range all {
		f := communityid.Flow{Src: from, Dst: to, SrcPort: e.SrcPort, DstPort: e.DstPort, Protocol: e.Protocol}
		switch {
		case e.isPorts() && turned:
			f.SrcPort, f.DstPort = f.DstPort, f.SrcPort
		case e.swapped != turned:
			f.Src, f.Dst = f.Dst, f.Src
		}
		x := Tuple{f.SrcPort, f.DstPort, f.Protocol, f.ID(0)}
		known := slices.ContainsFunc(list, func(y Tuple) bool { return y.CommunityID == x.CommunityID })
		if len(list) < MaxTuples && !known {
			list = append(list, x)
		}
	}
	return list
}
