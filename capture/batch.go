package capture

import "botnetdetect/internal/slab"

// batchSize is how many bytes are asked of a stream at a time. Measured: half as many are
// handed over twice as often, and the second-level cache has to hold some of them, with what is
// found in them, beside the tables that their packets are counted in.
const batchSize = 1 << 18

// Batch is some frames in a row together with the bytes that they borrow. It shares
// nothing with its Reader, so it may be handed to another goroutine, and used again
// for another NextBatch once nobody needs its frames. The zero Batch is ready for
// use; it takes about 256 KiB at its first NextBatch.
type Batch struct {
	Frames []Frame
	buf    []byte
}

// reserve returns a buffer that begins with keep and has room for more. It grows by
// doubling as bytes really come, so that a length which the input merely claims takes no
// memory, and shrinks again after a record of unusual size.
func (b *Batch) reserve(keep []byte) []byte {
	size := batchSize
	for size < len(keep)+batchSize/2 {
		size *= 2
	}
	switch {
	case size == len(b.buf):
	case size == batchSize:
		b.buf = slab.Make[byte](size)
	default:
		b.buf = make([]byte, size) // of which there may come only half
	}
	copy(b.buf, keep)
	return b.buf
}
