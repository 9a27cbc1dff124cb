package pcaptest

import (
	"encoding/binary"

	"botnetdetect/capture"
)

// ByteOrder is binary.LittleEndian or binary.BigEndian.
type ByteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// PcapFile says how to write a pcap file. The zero value writes what tcpdump writes: little-endian,
// microseconds, no snap length worth the name.
type PcapFile struct {
	Order    ByteOrder        // nil: little-endian
	Nano     bool             // times in nanoseconds
	Modified bool             // Kuznetzov's longer record headers
	Swapped  bool             // wire length before captured length, as before version 2.3
	Major    uint16           // 0: version 2.4
	Minor    uint16           // counts if Major is not 0
	SnapLen  uint32           // 0: 262144
	Link     capture.LinkType // counts if there are no frames; else that of the first
}

// Pcap returns the bytes of an ordinary pcap file with these frames.
func Pcap(frames ...capture.Frame) []byte {
	return PcapFile{Link: capture.LinkEthernet}.Bytes(frames...)
}

// Bytes returns the bytes of the file. A frame's Length of 0 means len(Data), unless Data is empty.
func (p PcapFile) Bytes(frames ...capture.Frame) []byte {
	if p.Order == nil {
		p.Order = binary.LittleEndian
	}
	if len(frames) > 0 {
		p.Link = frames[0].Link
	}
	b := p.header()
	for _, f := range frames {
		b = p.record(b, f)
	}
	return b
}

func (p PcapFile) header() []byte {
	if p.Major == 0 {
		p.Major, p.Minor = 2, 4
	}
	if p.SnapLen == 0 {
		p.SnapLen = 262144
	}
	b := p.Order.AppendUint32(nil, p.magic())
	b = p.Order.AppendUint16(b, p.Major)
	b = p.Order.AppendUint16(b, p.Minor)
	b = append(b, make([]byte, 8)...) // time zone and accuracy: always zero
	b = p.Order.AppendUint32(b, p.SnapLen)
	return p.Order.AppendUint32(b, uint32(p.Link))
}

func (p PcapFile) magic() uint32 {
	switch {
	case p.Nano:
		return 0xa1b23c4d
	case p.Modified:
		return 0xa1b2cd34
	}
	return 0xa1b2c3d4
}

func (p PcapFile) record(b []byte, f capture.Frame) []byte {
	unit := int64(1000)
	if p.Nano {
		unit = 1
	}
	b = p.Order.AppendUint32(b, uint32(f.Time/1e9))
	b = p.Order.AppendUint32(b, uint32(f.Time%1e9/unit))
	captured, length := uint32(len(f.Data)), wireLength(f)
	if p.Swapped {
		captured, length = length, captured
	}
	b = p.Order.AppendUint32(b, captured)
	b = p.Order.AppendUint32(b, length)
	if p.Modified {
		b = append(b, make([]byte, 8)...) // interface, protocol, packet type
	}
	return append(b, f.Data...)
}

func wireLength(f capture.Frame) uint32 {
	if f.Length == 0 {
		return uint32(len(f.Data))
	}
	return f.Length
}
