package flow

import (
	"cmp"
	"encoding/binary"
	"io"

	"botnetdetect/packet"
	"botnetdetect/protocol"
)

// encoder writes flows, block by block. After an error it writes nothing more; finish
// returns the first one.
type encoder struct {
	w       io.Writer
	block   []byte // head and payload of the block under way
	kind    byte
	image   []byte // of the address or pair before
	before  Sums   // the entry before: times and places are written as differences
	spare   [imageMax]byte
	counts  [2]uint64 // addresses, records
	written int64
	failed  error
}

func newEncoder(w io.Writer) *encoder {
	e := &encoder{w: w, block: make([]byte, blockHead, blockTarget+blockMax/8)}
	e.write([]byte(magic))
	return e
}

func (e *encoder) write(b []byte) {
	if e.failed == nil {
		var n int
		n, e.failed = e.w.Write(b)
		e.written += int64(n)
	}
}

// begin makes sure that the block under way is of a kind and has room.
func (e *encoder) begin(kind byte) {
	if e.kind == kind && len(e.block) < blockHead+blockTarget {
		return
	}
	e.flush()
	e.kind, e.image, e.before = kind, e.image[:0], Sums{}
}

func (e *encoder) flush() {
	if payload := e.block[blockHead:]; e.kind != 0 {
		e.block[0] = e.kind
		binary.LittleEndian.PutUint32(e.block[1:], uint32(len(payload)))
		binary.LittleEndian.PutUint32(e.block[5:], checksum(e.kind, payload))
		e.write(e.block)
	}
	e.block = e.block[:blockHead]
}

// finish ends the stream.
func (e *encoder) finish() error {
	e.begin(blockEnd)
	e.uvarint(e.counts[0])
	e.uvarint(e.counts[1])
	e.flush()
	return e.failed
}

// names writes the names of all protocol IDs.
func (e *encoder) names(v *protocol.Vocabulary) {
	for id := range v.Len() {
		e.name(v.Name(protocol.ID(id)))
	}
}

// name writes the name of the next protocol ID.
func (e *encoder) name(s string) {
	e.begin(blockNames)
	e.uvarint(uint64(len(s)))
	e.block = append(e.block, s...)
}

// address writes a resolved address; they must come in order.
func (e *encoder) address(a *packet.Endpoint) {
	e.begin(blockAddresses)
	e.delta(appendImage(e.spare[:0], a))
	e.counts[0]++
}

// flows writes the flows that cursors go through.
func (e *encoder) flows(all []cursor) error {
	err := merged(all).pairs(func(p *pair, c *content) bool {
		e.flow(p, c)
		return e.failed == nil
	})
	return cmp.Or(err, e.failed)
}

// flow writes a flow; they must come in the order of pairs, and sums in the order of
// protocols, at least one.
func (e *encoder) flow(p *pair, c *content) {
	var behaviour *Behaviour
	if c.observed {
		behaviour = &c.behaviour
	}
	for sums := c.sums; len(sums) > 0 && e.failed == nil; {
		n := min(len(sums), maxSums)
		e.record(p, sums[:n], behaviour)
		sums, behaviour = sums[n:], nil
	}
}

func (e *encoder) record(p *pair, sums []Sums, b *Behaviour) {
	e.begin(blockFlows)
	e.delta(appendImage(appendImage(e.spare[:0], &p.a), &p.b))
	e.uvarint(uint64(len(sums)))
	e.before.Protocol = 0
	for i := range sums {
		e.sums(&sums[i])
	}
	e.behaviour(b, sums[0].First)
	e.counts[1]++
}

// delta writes an image as its difference from the one before.
func (e *encoder) delta(image []byte) {
	same := shared(e.image, image)
	e.block = append(append(e.block, byte(same)), image[same:]...)
	e.image = append(e.image[:same], image[same:]...)
}

func (e *encoder) sums(s *Sums) {
	shape := shapeOf(s)
	e.uvarint(uint64(s.Protocol-e.before.Protocol)<<shapeBits | shape)
	e.block = binary.AppendVarint(e.block, s.First-e.before.First)
	e.block = binary.AppendVarint(e.block, s.firstSeq-e.before.firstSeq)
	e.uvarint(uint64(s.FirstLen))
	if shape == shapeMany {
		e.many(s)
	}
	e.before.Protocol, e.before.First, e.before.firstSeq = s.Protocol, s.First, s.firstSeq
}

// many writes what one packet alone does not need.
func (e *encoder) many(s *Sums) {
	m := s.moments()
	for _, x := range [...]uint64{
		s.Packets[0], s.Packets[1], s.Bytes[0], s.Bytes[1], s.lengthSquares[0], s.lengthSquares[1],
		s.Duration(), m.first[0], m.first[1], m.second[0], m.second[1], m.second[2],
	} {
		e.uvarint(x)
	}
}

// shapeOf returns how s is written. Sums of one packet all follow from its time and
// length, unless they were made from something else.
func shapeOf(s *Sums) uint64 {
	for direction, shape := range [...]uint64{shapeThere, shapeBack} {
		if s.N() == 1 && *s == single(s, direction) {
			return shape
		}
	}
	return shapeMany
}

// single returns the sums of one packet with s's first time, place and length.
func single(s *Sums, direction int) (one Sums) {
	one.Protocol = s.Protocol
	one.add(&packet.Packet{Time: s.First, Seq: s.firstSeq, Length: s.FirstLen}, direction)
	return one
}

func (e *encoder) uvarint(x uint64) { e.block = binary.AppendUvarint(e.block, x) }
