package pcaptest

import (
	"encoding/binary"
	"slices"

	"botnetdetect/capture"
)

// PcapngFile grows block by block; Bytes returns what there is. Begin with NewPcapng,
// or with the zero value and Section to choose the byte order.
type PcapngFile struct {
	order ByteOrder
	nics  []Interface // of the current section
	b     []byte
}

// Interface describes one interface of a pcapng section.
type Interface struct {
	Link       capture.LinkType
	SnapLen    uint32 // 0: none
	Resolution byte   // if_tsresol: 9 for nanoseconds, 0x80|10 for 1/1024 s; 0: left out, so microseconds
	Offset     int64  // if_tsoffset in seconds; 0: left out
}

// Pcapng returns the bytes of a little-endian pcapng file with one interface for each link type among
// the frames, in nanoseconds.
func Pcapng(frames ...capture.Frame) []byte {
	p := NewPcapng()
	var links []capture.LinkType
	for _, f := range frames {
		id := slices.Index(links, f.Link)
		if id < 0 {
			id = len(links)
			links = append(links, f.Link)
			p.Interface(Interface{Link: f.Link, Resolution: 9})
		}
		p.Enhanced(id, f)
	}
	return p.Bytes()
}

// NewPcapng returns a little-endian file with one section begun.
func NewPcapng() *PcapngFile {
	p := new(PcapngFile)
	return p.Section(binary.LittleEndian)
}

// Section begins a section; interfaces are numbered anew.
func (p *PcapngFile) Section(order ByteOrder) *PcapngFile {
	p.order, p.nics = order, nil
	body := order.AppendUint32(nil, 0x1a2b3c4d)
	body = order.AppendUint16(body, 1)
	body = order.AppendUint16(body, 0)
	body = order.AppendUint64(body, ^uint64(0)) // the section's length is not stated
	return p.Block(0x0a0d0d0a, body)
}

// Interface describes the section's next interface.
func (p *PcapngFile) Interface(n Interface) *PcapngFile {
	p.nics = append(p.nics, n)
	body := p.order.AppendUint16(nil, uint16(n.Link))
	body = p.order.AppendUint16(body, 0)
	body = p.order.AppendUint32(body, n.SnapLen)
	if n.Resolution != 0 {
		body = p.option(body, 9, []byte{n.Resolution})
	}
	if n.Offset != 0 {
		body = p.option(body, 14, p.order.AppendUint64(nil, uint64(n.Offset)))
	}
	return p.Block(1, p.option(body, 0, nil))
}

func (p *PcapngFile) option(b []byte, code uint16, value []byte) []byte {
	b = p.order.AppendUint16(b, code)
	b = p.order.AppendUint16(b, uint16(len(value)))
	return append(b, pad(value)...)
}

// Enhanced adds f as an enhanced packet block of interface id.
func (p *PcapngFile) Enhanced(id int, f capture.Frame) *PcapngFile {
	return p.Block(6, p.packet(p.order.AppendUint32(nil, uint32(id)), id, f))
}

// Obsolete adds f as a packet block of interface id.
func (p *PcapngFile) Obsolete(id int, f capture.Frame) *PcapngFile {
	body := p.order.AppendUint16(nil, uint16(id))
	body = p.order.AppendUint16(body, 7) // drops
	return p.Block(2, p.packet(body, id, f))
}

func (p *PcapngFile) packet(b []byte, id int, f capture.Frame) []byte {
	t := p.ticks(id, f.Time)
	b = p.order.AppendUint32(b, uint32(t>>32))
	b = p.order.AppendUint32(b, uint32(t))
	b = p.order.AppendUint32(b, uint32(len(f.Data)))
	b = p.order.AppendUint32(b, wireLength(f))
	return append(b, pad(f.Data)...)
}

// Simple adds f as a simple packet block, which keeps no time.
func (p *PcapngFile) Simple(f capture.Frame) *PcapngFile {
	return p.Block(3, append(p.order.AppendUint32(nil, wireLength(f)), pad(f.Data)...))
}

// Block adds a block of any kind.
func (p *PcapngFile) Block(kind uint32, body []byte) *PcapngFile {
	total := uint32(len(body) + 12)
	p.b = p.order.AppendUint32(p.b, kind)
	p.b = p.order.AppendUint32(p.b, total)
	p.b = append(p.b, body...)
	p.b = p.order.AppendUint32(p.b, total)
	return p
}

// Raw adds bytes that need not be a block.
func (p *PcapngFile) Raw(b []byte) *PcapngFile {
	p.b = append(p.b, b...)
	return p
}

// Bytes returns the file.
func (p *PcapngFile) Bytes() []byte { return p.b }

// ticks converts nanoseconds to the unit of interface id; that of one never
// described is a microsecond.
func (p *PcapngFile) ticks(id int, ns int64) uint64 {
	n := Interface{Resolution: 6}
	if id < len(p.nics) {
		n = p.nics[id]
	}
	ns -= n.Offset * 1e9
	switch r := n.Resolution; {
	case r == 0:
		return uint64(ns / 1000)
	case r&0x80 != 0:
		return uint64(float64(ns) / 1e9 * float64(uint64(1)<<(r&0x7f)))
	case r <= 9:
		return uint64(ns) / power(9-r)
	default:
		return uint64(ns) * power(r-9)
	}
}

func power(n byte) uint64 {
	p := uint64(1)
	for ; n > 0; n-- {
		p *= 10
	}
	return p
}

func pad(b []byte) []byte {
	return append(slices.Clip(b), make([]byte, -len(b)&3)...)
}
