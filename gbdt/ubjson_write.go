package gbdt

import (
	"encoding/binary"
	"io"
	"math"
)

// ubjsonWriter writes UBJSON as XGBoost does: arrays have a size, and numbers
// the types that its reader insists on.
type ubjsonWriter struct {
	w   io.Writer
	buf []byte
	err error
}

func (u *ubjsonWriter) put(b ...byte) {
	u.buf = append(u.buf, b...)
	if len(u.buf) > 1<<16 {
		_ = u.flush() // keeps its error for the last flush
	}
}

func (u *ubjsonWriter) flush() error {
	if u.err == nil {
		_, u.err = u.w.Write(u.buf)
	}
	u.buf = u.buf[:0]
	return u.err
}

func (u *ubjsonWriter) size(n int) {
	u.buf = binary.BigEndian.AppendUint64(append(u.buf, 'L'), uint64(n))
}

func (u *ubjsonWriter) beginObject()     { u.put('{') }
func (u *ubjsonWriter) endObject()       { u.put('}') }
func (u *ubjsonWriter) beginArray(n int) { u.put('[', '#'); u.size(n) }
func (u *ubjsonWriter) endArray()        {}

func (u *ubjsonWriter) key(k string) {
	u.size(len(k))
	u.put([]byte(k)...)
}

func (u *ubjsonWriter) text(s string) {
	u.put('S')
	u.key(s)
}

func (u *ubjsonWriter) integer(n int) {
	u.buf = binary.BigEndian.AppendUint64(append(u.buf, 'L'), uint64(n))
}

func (u *ubjsonWriter) integers(mark byte, n int, at func(int) int64) {
	u.put('[', '$', mark, '#')
	u.size(n)
	for i := range n {
		switch x := at(i); mark {
		case 'U':
			u.put(byte(x))
		case 'l':
			u.put(binary.BigEndian.AppendUint32(nil, uint32(x))...)
		default:
			u.put(binary.BigEndian.AppendUint64(nil, uint64(x))...)
		}
	}
}

func (u *ubjsonWriter) floats(n int, at func(int) float32) {
	u.put('[', '$', 'd', '#')
	u.size(n)
	for i := range n {
		u.put(binary.BigEndian.AppendUint32(nil, math.Float32bits(at(i)))...)
	}
}
