package main

import (
	"bufio"
	"encoding/binary"
)

const pcapRecord = 16 // bytes before a frame in a pcap file

// writer writes pcap or pcapng, in nanoseconds, little-endian.
type writer struct {
	w  *bufio.Writer
	ng bool
	b  []byte
}

func newWriter(w *bufio.Writer, ng bool) *writer { return &writer{w: w, ng: ng} }

// header writes the file header and returns its length in bytes. An error comes
// back from the next record.
func (w *writer) header() int64 {
	const ethernet, snapLen = 1, 262144
	le := binary.LittleEndian
	var b []byte
	if w.ng {
		for _, word := range []uint32{0x0a0d0d0a, 28, 0x1a2b3c4d, 1, ^uint32(0), ^uint32(0), 28} {
			b = le.AppendUint32(b, word)
		}
		const resolution = 9 | 1<<16 // option number and length
		for _, word := range []uint32{1, 32, ethernet, snapLen, resolution, 9, 0, 32} {
			b = le.AppendUint32(b, word)
		}
	} else {
		for _, word := range []uint32{0xa1b23c4d, 2 | 4<<16, 0, 0, snapLen, ethernet} {
			b = le.AppendUint32(b, word)
		}
	}
	w.w.Write(b)
	return int64(len(b))
}

// record writes one frame and returns its length in the file.
func (w *writer) record(now int64, frame []byte) (int64, error) {
	w.b = w.b[:0]
	le := binary.LittleEndian
	n := uint32(len(frame))
	if !w.ng {
		w.b = le.AppendUint32(w.b, uint32(now/1e9))
		w.b = le.AppendUint32(w.b, uint32(now%1e9))
		w.b = le.AppendUint32(le.AppendUint32(w.b, n), n)
		w.b = append(w.b, frame...)
	} else {
		total := 32 + n + -n&3
		w.b = le.AppendUint32(le.AppendUint32(w.b, 6), total)
		w.b = le.AppendUint32(w.b, 0)
		w.b = le.AppendUint32(w.b, uint32(now>>32))
		w.b = le.AppendUint32(w.b, uint32(now))
		w.b = le.AppendUint32(le.AppendUint32(w.b, n), n)
		w.b = append(w.b, frame...)
		w.b = append(w.b, 0, 0, 0)[:total-4]
		w.b = le.AppendUint32(w.b, total)
	}
	_, err := w.w.Write(w.b)
	return int64(len(w.b)), err
}
