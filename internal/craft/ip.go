package craft

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
)

// Protocol numbers of IP.
const (
	ProtoICMP   = 1
	ProtoTCP    = 6
	ProtoUDP    = 17
	ProtoICMPv6 = 58
)

// EtherTypes.
const (
	TypeIPv4 = 0x0800
	TypeARP  = 0x0806
	TypeIPv6 = 0x86dd
)

// Ethernet appends an Ethernet II header.
func Ethernet(b []byte, src, dst MAC, etherType uint16) []byte {
	b = append(append(b, dst[:]...), src[:]...)
	return binary.BigEndian.AppendUint16(b, etherType)
}

// IP is the header of an IPv4 or IPv6 packet, which of them its addresses say.
type IP struct {
	Src, Dst     netip.Addr
	TTL          byte   // or hop limit
	ID           uint16 // IPv4 only
	DontFragment bool   // IPv4 only
	Protocol     byte
}

// Append appends the header, with length and checksum left to Seal.
func (h IP) Append(b []byte) []byte {
	if h.Src.Is6() {
		b = append(b, 0x60, 0, 0, 0, 0, 0, h.Protocol, h.TTL)
		src, dst := h.Src.As16(), h.Dst.As16()
		return append(append(b, src[:]...), dst[:]...)
	}
	b = append(b, 0x45, 0, 0, 0)
	b = binary.BigEndian.AppendUint16(b, h.ID)
	flags := byte(0)
	if h.DontFragment {
		flags = 0x40
	}
	b = append(b, flags, 0, h.TTL, h.Protocol, 0, 0)
	src, dst := h.Src.As4(), h.Dst.As4()
	return append(append(b, src[:]...), dst[:]...)
}

// Seal fills in the lengths and checksums of a whole IP packet made by Append, and of the
// TCP, UDP or ICMP in it.
func Seal(ip []byte) {
	header, addresses, protocol := 20, 8, ip[9]
	if ip[0]>>4 == 6 {
		header, addresses, protocol = 40, 32, ip[6]
		binary.BigEndian.PutUint16(ip[4:], uint16(len(ip)-header))
	} else {
		binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)))
		binary.BigEndian.PutUint16(ip[10:], ^Checksum(0, ip[:20]))
	}
	inner := ip[header:]
	at, start := 2, uint64(0)
	switch protocol {
	case ProtoTCP:
		at = 16
	case ProtoUDP:
		at = 6
		binary.BigEndian.PutUint16(inner[4:], uint16(len(inner)))
	}
	if protocol != ProtoICMP {
		start = uint64(Checksum(uint64(len(inner))+uint64(protocol), ip[header-addresses:header]))
	}
	sum := ^Checksum(start, inner)
	if sum == 0 && protocol == ProtoUDP {
		sum = 0xffff // zero would say that there is none
	}
	binary.BigEndian.PutUint16(inner[at:], sum)
}

// Checksum is the ones' complement sum of RFC 1071 of start and b, eight bytes at a time.
func Checksum(start uint64, b []byte) uint16 {
	s := start
	for ; len(b) >= 8; b = b[8:] {
		var carry uint64
		s, carry = bits.Add64(s, binary.BigEndian.Uint64(b), 0)
		s += carry
	}
	var rest [8]byte
	copy(rest[:], b)
	s, carry := bits.Add64(s, binary.BigEndian.Uint64(rest[:]), 0)
	s += carry
	s = s>>32 + s&0xffffffff
	s = s>>32 + s&0xffffffff
	s = s>>16 + s&0xffff
	s = s>>16 + s&0xffff
	return uint16(s)
}
