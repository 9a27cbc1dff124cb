package capture_test

import (
	"encoding/binary"
	"math"
	"math/big"

	"botnetdetect/capture"
)

// The naive twin reads a whole uncompressed capture in memory, as plainly as the format
// descriptions put it. It knows the same limits, but nothing of chunks, byte swapping
// or fast clocks. It tells frames, not why they end.

func twin(file []byte) []capture.Frame {
	if capture.Sniff(file) == capture.Pcapng {
		return twinPcapng(file)
	}
	return twinPcap(file)
}

func twinPcap(file []byte) (frames []capture.Frame) {
	var o binary.ByteOrder = binary.LittleEndian
	if file[0] == 0xa1 {
		o = binary.BigEndian
	}
	magic := o.Uint32(file)
	link := capture.LinkType(min(o.Uint32(file[20:])&0x3ffffff, 65535))
	for at := 24; at+16 <= len(file); {
		fraction := uint64(o.Uint32(file[at+4:]))
		if magic != 0xa1b23c4d {
			fraction *= 1000
		}
		if fraction > 999_999_999 {
			fraction = 0
		}
		captured, length := int(o.Uint32(file[at+8:])), int(o.Uint32(file[at+12:]))
		minor := o.Uint16(file[6:])
		if o.Uint16(file[4:]) == 543 || minor < 3 || minor == 3 && captured > length {
			captured, length = length, captured
		}
		start := at + 16
		if magic == 0xa1b2cd34 {
			start += 8
		}
		if captured > twinMost(link) || start+captured > len(file) {
			break
		}
		frames = append(frames, capture.Frame{Time: int64(o.Uint32(file[at:]))*1e9 + int64(fraction), Seq: int64(at), Length: uint32(length),
			Link: link, Data: file[start : start+min(captured, length)]})
		at = start + captured
	}
	return frames
}

func twinMost(l capture.LinkType) int {
	switch l {
	case 220, 231, 249:
		return 128 << 20
	case 279:
		return 32 << 20
	}
	return 262144
}

type twinNIC struct {
	link       capture.LinkType
	snap       int
	resolution byte
	offset     int64
}

func twinPcapng(file []byte) (frames []capture.Frame) {
	var o binary.ByteOrder
	var nics []twinNIC
	last := int64(0)
	for at := 0; at+12 <= len(file); {
		kind := binary.BigEndian.Uint32(file[at:])
		if kind == 0x0a0d0d0a {
			switch binary.BigEndian.Uint32(file[at+8:]) {
			case 0x1a2b3c4d:
				o = binary.BigEndian
			case 0x4d3c2b1a:
				o = binary.LittleEndian
			default:
				return frames
			}
		}
		kind = o.Uint32(file[at:])
		total := int(o.Uint32(file[at+4:]))
		known := kind == 0x0a0d0d0a || kind == 1 || kind == 2 || kind == 3 || kind == 6
		if total < 12 || total%4 != 0 || at+total > len(file) {
			return frames
		}
		if known && total > twinLongest(nics) {
			return frames
		}
		body := file[at+8 : at+total-4]
		if known && int(o.Uint32(file[at+total-4:])) != total {
			return frames
		}
		var f *capture.Frame
		ok := true
		switch kind {
		case 0x0a0d0d0a:
			ok = len(body) >= 16 && o.Uint16(body[4:]) == 1
			nics = nil
		case 1:
			ok = len(body) >= 8 && len(nics) < 65536
			if ok {
				nics = append(nics, twinDescribe(o, body))
			}
		case 3:
			f, ok = twinSimple(o, nics, body, last)
		case 2, 6:
			f, ok = twinPacket(o, kind, nics, body, last)
		}
		if !ok {
			return frames
		}
		if f != nil {
			f.Seq = int64(at)
			f.Data = f.Data[:min(len(f.Data), int(f.Length))]
			last = f.Time
			frames = append(frames, *f)
		}
		at += total
	}
	return frames
}

func twinLongest(nics []twinNIC) (most int) {
	for _, n := range nics {
		most = max(most, twinMost(n.link))
	}
	return most + 16<<20
}

func twinDescribe(o binary.ByteOrder, body []byte) twinNIC {
	n := twinNIC{link: capture.LinkType(o.Uint16(body)), snap: int(o.Uint32(body[4:])), resolution: 6}
	if n.snap == 0 {
		n.snap = math.MaxInt
	}
	for options := body[8:]; len(options) >= 4; {
		code, size := o.Uint16(options), int(o.Uint16(options[2:]))
		options = options[4:]
		if code == 0 || size > len(options) {
			break
		}
		if code == 9 && size > 0 {
			n.resolution = options[0]
		}
		if code == 14 && size >= 8 {
			n.offset = int64(o.Uint64(options))
		}
		for size%4 != 0 {
			size++
		}
		if size > len(options) {
			break
		}
		options = options[size:]
	}
	return n
}

func twinSimple(o binary.ByteOrder, nics []twinNIC, body []byte, last int64) (*capture.Frame, bool) {
	if len(body) < 4 || len(nics) == 0 {
		return nil, len(body) >= 4
	}
	length := o.Uint32(body)
	captured := min(int(length), nics[0].snap)
	if captured > len(body)-4 || captured > twinMost(nics[0].link) {
		return nil, false
	}
	return &capture.Frame{Time: last, Length: length, Link: nics[0].link, Data: body[4 : 4+captured]}, true
}

func twinPacket(o binary.ByteOrder, kind uint32, nics []twinNIC, body []byte, last int64) (*capture.Frame, bool) {
	if len(body) < 20 {
		return nil, false
	}
	id := int(o.Uint32(body))
	if kind == 2 {
		id = int(o.Uint16(body))
	}
	if id >= len(nics) {
		return nil, true
	}
	captured := int(o.Uint32(body[12:]))
	if captured > len(body)-20 || captured > twinMost(nics[id].link) {
		return nil, false
	}
	f := &capture.Frame{Time: last, Length: o.Uint32(body[16:]), Link: nics[id].link, Data: body[20 : 20+captured]}
	ticks := uint64(o.Uint32(body[4:]))<<32 | uint64(o.Uint32(body[8:]))
	if t, ok := nics[id].time(ticks); ok {
		f.Time = t
	}
	return f, true
}

// time is in range if it is without the offset, with it, and the offset alone.
func (n twinNIC) time(ticks uint64) (int64, bool) {
	base := int64(10)
	if n.resolution >= 128 {
		base = 2
	}
	unit := new(big.Int).Exp(big.NewInt(base), big.NewInt(int64(n.resolution%128)), nil)
	ns := new(big.Int).Mul(new(big.Int).SetUint64(ticks), big.NewInt(1e9))
	ns.Div(ns, unit)
	offset := new(big.Int).Mul(big.NewInt(n.offset), big.NewInt(1e9))
	sum := new(big.Int).Add(ns, offset)
	return sum.Int64(), ns.IsInt64() && sum.IsInt64() && offset.IsInt64()
}
