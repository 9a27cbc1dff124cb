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
	last    pair            // the record before, in any block
	highest packet.Endpoint // the address before, in any block
	counts  [2]uint64
	failed  error

	names []protocol.ID // the reader's IDs by the writer's; nil if they are the same

	at      pair // the record under way
	content content
	started bool // it is the first of its pair
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
		d.malformed("version %d, and only %d is known: have both programs of the same release", head[len(magic)-1], magic[len(magic)-1])
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
