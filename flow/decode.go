package flow

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"botnetdetect/packet"
	"botnetdetect/protocol"
)

// decoder reads what encoder writes, record by record. It takes no memory for what the
// input merely claims: at most one block.
type decoder struct {
	r       *bufio.Reader
	payload []byte // of the block under way
	rest    []byte // of it, what has not been read
	kind    byte
	image   []byte // of the address or pair before
	before  Sums
	last    pair // of the record before, in any block
	counts  [2]uint64
	failed  error

	names []protocol.ID // the reader's IDs by the writer's; nil if they are the same

	at   pair // the record under way
	sums []Sums
}

// newDecoder returns a decoder of r, which it may read beyond the end of the flows.
func newDecoder(r io.Reader) *decoder {
	d := &decoder{r: bufio.NewReaderSize(r, blockTarget)}
	var head [len(magic)]byte
	switch _, err := io.ReadFull(d.r, head[:]); {
	case err != nil:
		d.fail(err)
	case string(head[:len(magic)-1]) != magic[:len(magic)-1]:
		d.malformed("they begin with %q", head)
	case head[len(magic)-1] != magic[len(magic)-1]:
		d.malformed("version %d, and only %d is known", head[len(magic)-1], magic[len(magic)-1])
	}
	return d
}

// fail notes the first error. That of a stream that ends too early is ErrFormat.
func (d *decoder) fail(err error) {
	if d.failed != nil {
		return
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("%w: they end too early", ErrFormat)
	}
	d.failed, d.rest = err, nil
}

func (d *decoder) malformed(format string, args ...any) {
	d.fail(fmt.Errorf("%w: "+format, append([]any{ErrFormat}, args...)...))
}

// begin makes sure that something of a kind is to be read, and reports whether it is.
// Blocks of kinds that come before are an error; at the first block of a later kind it
// is false.
func (d *decoder) begin(kind byte) bool {
	for len(d.rest) == 0 && d.failed == nil && d.kind != blockEnd {
		d.block()
	}
	return d.failed == nil && d.kind == kind && len(d.rest) > 0
}

// block reads the next block.
func (d *decoder) block() {
	var head [blockHead]byte
	if _, err := io.ReadFull(d.r, head[:]); err != nil {
		d.fail(err)
		return
	}
	kind, size := head[0], binary.LittleEndian.Uint32(head[1:])
	if !follows(d.kind, kind) || size == 0 || size > blockMax {
		d.malformed("a block of kind %q with %d bytes after one of kind %q", kind, size, d.kind)
		return
	}
	if cap(d.payload) < int(size) {
		d.payload = make([]byte, size+size/16)
	}
	d.payload = d.payload[:size]
	if _, err := io.ReadFull(d.r, d.payload); err != nil {
		d.fail(err)
		return
	}
	if checksum(kind, d.payload) != binary.LittleEndian.Uint32(head[5:]) {
		d.malformed("a block's checksum does not fit")
		return
	}
	d.kind, d.rest, d.image, d.before = kind, d.payload, d.image[:0], Sums{}
}

// follows reports whether a block of one kind may come after one of another.
func follows(before, kind byte) bool {
	order := func(kind byte) int {
		switch kind {
		case 0, blockNames:
			return 1
		case blockAddresses:
			return 2
		case blockFlows:
			return 3
		case blockEnd:
			return 4
		}
		return 0
	}
	return order(kind) > 0 && order(kind) >= order(before) && before != blockEnd
}

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
	var before packet.Endpoint
	if len(d.image) > 0 {
		before = makeEndpoint(d.image)
	}
	d.delta(1)
	if d.failed != nil {
		return e, false
	}
	if e = makeEndpoint(d.image); e.Compare(before) <= 0 {
		d.malformed("addresses are not in order")
		return e, false
	}
	d.counts[0]++
	return e, true
}

// next, pair, gather and err make a decoder a cursor.

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
	d.sums = d.sums[:0]
	for i := uint64(0); i < n && d.failed == nil; i++ {
		d.entry(i == 0)
	}
	if n == 0 {
		d.malformed("a flow without packets")
	}
	d.counts[1]++
	return d.failed == nil
}

func (d *decoder) pair() *pair { return &d.at }

func (d *decoder) gather(buffer []Sums) []Sums { return append(buffer, d.sums...) }

func (d *decoder) err() error { return d.failed }

// end reads the last block, if it is there.
func (d *decoder) end() {
	if d.failed == nil && d.kind != blockEnd {
		d.malformed("a block of kind %q where flows or the end should be", d.kind)
	}
	for i := range d.counts {
		if n := d.uvarint(math.MaxUint64); n != d.counts[i] {
			d.malformed("they should be %d, and are %d", n, d.counts[i])
		}
	}
	if len(d.rest) > 0 {
		d.malformed("%d bytes too many at the end", len(d.rest))
	}
}

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
	d.sums = append(d.sums, s)
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

// take returns the next n bytes of the block.
func (d *decoder) take(n int) []byte {
	if len(d.rest) < n {
		d.malformed("a block ends in the middle of a record")
		return nil
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

// uvarint reads a number that must not exceed most.
func (d *decoder) uvarint(most uint64) uint64 {
	x, n := binary.Uvarint(d.rest)
	if n <= 0 || x > most {
		d.malformed("a number that is cut short or too large")
		return 0
	}
	d.rest = d.rest[n:]
	return x
}

func (d *decoder) varint() int64 {
	x, n := binary.Varint(d.rest)
	if n <= 0 {
		d.malformed("a number that is cut short or too large")
		return 0
	}
	d.rest = d.rest[n:]
	return x
}
