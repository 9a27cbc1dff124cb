package craft

import (
	"encoding/binary"
	"io"

	"botnetdetect/capture"
)

// RecordLength is how many bytes stand before a frame in a pcap file.
const RecordLength = 16

const snapLength = 262144

// Writer writes a capture file, in nanoseconds, little-endian. All frames are of one link type.
type Writer struct {
	w    io.Writer
	link capture.LinkType
	ng   bool
	b    []byte
}

// NewWriter begins a pcap file, or one of pcapng. It writes many small pieces: w should be
// buffered.
func NewWriter(w io.Writer, link capture.LinkType, ng bool) *Writer {
	return &Writer{w: w, link: link, ng: ng}
}

// Header writes the file header and returns its length in bytes.
func (w *Writer) Header() (int64, error) {
	le := binary.LittleEndian
	var b []byte
	if w.ng {
		for _, word := range []uint32{0x0a0d0d0a, 28, 0x1a2b3c4d, 1, ^uint32(0), ^uint32(0), 28} {
			b = le.AppendUint32(b, word)
		}
		const resolution = 9 | 1<<16 // option number and length
		for _, word := range []uint32{1, 32, uint32(w.link), snapLength, resolution, 9, 0, 32} {
			b = le.AppendUint32(b, word)
		}
	} else {
		for _, word := range []uint32{0xa1b23c4d, 2 | 4<<16, 0, 0, snapLength, uint32(w.link)} {
			b = le.AppendUint32(b, word)
		}
	}
	n, err := w.w.Write(b)
	return int64(n), err
}

// Frame writes one frame, whose link type must be the file's, and returns its length in the file.
func (w *Writer) Frame(f *capture.Frame) (int64, error) {
	w.b = w.b[:0]
	le := binary.LittleEndian
	n := uint32(len(f.Data))
	if !w.ng {
		w.b = le.AppendUint32(w.b, uint32(f.Time/1e9))
		w.b = le.AppendUint32(w.b, uint32(f.Time%1e9))
		w.b = le.AppendUint32(le.AppendUint32(w.b, n), f.Length)
		w.b = append(w.b, f.Data...)
	} else {
		total := 32 + n + -n&3
		w.b = le.AppendUint32(le.AppendUint32(w.b, 6), total)
		w.b = le.AppendUint32(w.b, 0)
		w.b = le.AppendUint32(w.b, uint32(f.Time>>32))
		w.b = le.AppendUint32(w.b, uint32(f.Time))
		w.b = le.AppendUint32(le.AppendUint32(w.b, n), f.Length)
		w.b = append(w.b, f.Data...)
		w.b = append(w.b, 0, 0, 0)[:total-4]
		w.b = le.AppendUint32(w.b, total)
	}
	_, err := w.w.Write(w.b)
	return int64(len(w.b)), err
}
