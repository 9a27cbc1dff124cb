package flow

import (
	"math"

	"botnetdetect/packet"
	"botnetdetect/protocol"
)

// What a decoder finds in blocks: names, addresses, flows. As a cursor, it goes through
// the flows.

// name reads the next protocol name, if there is one more.
func (d *decoder) name() (s string, ok bool) {
	if !d.begin(blockNames) {
		return "", false
	}
	n := d.uvarint(maxName)
	s = string(d.take(int(n)))
	return s, d.failed == nil
}

// address reads the next resolved address, if there is one more.
func (d *decoder) address() (e packet.Endpoint, ok bool) {
	if !d.begin(blockAddresses) {
		return e, false
	}
	d.delta(1)
	if d.failed != nil {
		return e, false
	}
	if e = makeEndpoint(d.image); e.Compare(d.highest) <= 0 {
		d.malformed("addresses are not in order")
	}
	d.highest = e
	d.counts[0]++
	return e, d.failed == nil
}

// next, pair, gather and err are those of a cursor.

func (d *decoder) next() bool {
	if !d.begin(blockFlows) {
		d.end()
		return false
	}
	d.delta(2)
	if d.failed == nil {
		d.setPair()
	}
	d.before.Protocol = 0
	n := d.uvarint(maxSums)
	d.content.clear()
	for i := uint64(0); i < n && d.failed == nil; i++ {
		d.entry(i == 0)
	}
	if n == 0 {
		d.malformed("a flow without packets")
	}
	d.behaviour()
	d.counts[1]++
	return d.failed == nil
}

func (d *decoder) pair() *pair { return &d.at }

func (d *decoder) gather(c *content) {
	c.sums = append(c.sums, d.content.sums...)
	if d.content.observed {
		c.observe(&d.content.behaviour)
	}
}

func (d *decoder) err() error { return d.failed }

// delta reads an image of one or two endpoints into d.image.
func (d *decoder) delta(endpoints int) {
	same := d.take(1)
	if same == nil {
		return
	}
	if int(same[0]) > len(d.image) {
		d.malformed("an address shares more bytes than the one before has")
		return
	}
	d.image = d.image[:same[0]]
	for end := 0; endpoints > 0; endpoints-- {
		d.extend(end + 1)
		if d.failed != nil {
			return
		}
		size := addressSize(d.image[end])
		if size == 0 {
			d.malformed("an address of kind %d", d.image[end])
			return
		}
		end += 1 + size
		d.extend(end)
	}
}

// extend reads what d.image lacks to be size bytes long.
func (d *decoder) extend(size int) {
	if missing := size - len(d.image); missing > 0 {
		d.image = append(d.image, d.take(missing)...)
	}
}

// setPair sets the pair under way from d.image.
func (d *decoder) setPair() {
	half := 1 + addressSize(d.image[0])
	p := pair{makeEndpoint(d.image[:half]), makeEndpoint(d.image[half:])}
	if order := p.compare(&d.last); order < 0 || p.b.Compare(p.a) < 0 {
		d.malformed("flows are not in order")
	}
	d.started = d.counts[1] == 0 || p != d.last
	d.last, d.at = p, p
}

// entry reads the sums of one protocol.
func (d *decoder) entry(first bool) {
	word := d.uvarint(maxProtocol<<shapeBits | shapeMask)
	s := Sums{Protocol: d.before.Protocol + protocol.ID(word>>shapeBits)}
	if word>>shapeBits > maxProtocol-uint64(d.before.Protocol) || !first && word>>shapeBits == 0 {
		d.malformed("protocols are not in order")
	}
	s.First = d.before.First + d.varint()
	s.firstSeq = d.before.firstSeq + d.varint()
	s.FirstLen = uint32(d.uvarint(math.MaxUint32))
	d.before.Protocol, d.before.First, d.before.firstSeq = s.Protocol, s.First, s.firstSeq
	switch shape := word & shapeMask; shape {
	case shapeThere, shapeBack:
		s = single(&s, int(shape-shapeThere))
	case shapeMany:
		d.many(&s)
	default:
		d.malformed("an entry of shape %d", shape)
	}
	if d.names != nil {
		if int(s.Protocol) >= len(d.names) {
			d.malformed("protocol %d has no name", s.Protocol)
			return
		}
		s.Protocol = d.names[s.Protocol]
	}
	d.content.sums = append(d.content.sums, s)
}

// many reads what one packet alone does not need. It rejects sums that no packets have.
func (d *decoder) many(s *Sums) {
	const most = math.MaxUint64
	s.Packets = [2]uint64{d.uvarint(most >> 2), d.uvarint(most >> 2)}
	s.Bytes = [2]uint64{d.uvarint(most), d.uvarint(most)}
	s.lengthSquares = [2]uint64{d.uvarint(most), d.uvarint(most)}
	duration := d.uvarint(most)
	m := moments{first: [2]uint64{d.uvarint(most), d.uvarint(most)}}
	m.second = [3]uint64{d.uvarint(most), d.uvarint(most), d.uvarint(most)}
	s.Last = int64(uint64(s.First) + duration)
	if s.N() == 0 || s.Last < s.First || !m.possible(s) || !s.lengthsPossible() {
		d.malformed("sums that no packets have")
	}
	s.setMoments(m)
}
