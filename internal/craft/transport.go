package craft

import "encoding/binary"

// Flags of TCP.
const (
	FIN = 1 << iota
	SYN
	RST
	PSH
	ACK
)

// TCP is the header of a segment.
type TCP struct {
	SrcPort, DstPort uint16
	Seq, Ack         uint32
	Flags            byte
	Window           uint16
	Options          []byte // whole words: a multiple of four bytes, at most 40
}

// Append appends the header, with the checksum left to Seal.
func (h TCP) Append(b []byte) []byte {
	b = UDP(b, h.SrcPort, h.DstPort)[:len(b)+4]
	b = binary.BigEndian.AppendUint32(b, h.Seq)
	b = binary.BigEndian.AppendUint32(b, h.Ack)
	b = append(b, byte(20+len(h.Options))<<2, h.Flags)
	b = binary.BigEndian.AppendUint16(b, h.Window)
	return append(append(b, 0, 0, 0, 0), h.Options...)
}

// UDP appends the header of a datagram, with length and checksum left to Seal.
func UDP(b []byte, src, dst uint16) []byte {
	b = binary.BigEndian.AppendUint16(b, src)
	b = binary.BigEndian.AppendUint16(b, dst)
	return append(b, 0, 0, 0, 0)
}

// Echo appends an echo request, or the reply, with the 56 bytes that ping sends. For
// IPv6 it is of ICMPv6.
func Echo(b []byte, ipv6, reply bool, id, seq uint16) []byte {
	kind := byte(8)
	switch {
	case ipv6 && reply:
		kind = 129
	case ipv6:
		kind = 128
	case reply:
		kind = 0
	}
	b = append(b, kind, 0, 0, 0)
	b = binary.BigEndian.AppendUint16(b, id)
	b = binary.BigEndian.AppendUint16(b, seq)
	for i := range 56 {
		b = append(b, byte(i))
	}
	return b
}
