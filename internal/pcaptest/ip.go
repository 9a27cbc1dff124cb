package pcaptest

import (
	"encoding/binary"
	"net/netip"
)

// IP protocol numbers.
const (
	ProtoICMP   = 1
	ProtoTCP    = 6
	ProtoUDP    = 17
	ProtoICMPv6 = 58
)

// IP puts payload into an IPv4 or IPv6 packet, as the addresses are.
func IP(src, dst string, protocol byte, payload []byte) []byte {
	return ip(addr(src), addr(dst), protocol, payload)
}

func ip(src, dst netip.Addr, protocol byte, payload []byte) []byte {
	if src.Is4() != dst.Is4() {
		panic("pcaptest: an IPv4 and an IPv6 address")
	}
	if src.Is4() {
		return ipv4(src, dst, protocol, 0, payload)
	}
	return ipv6(src, dst, protocol, payload)
}

// ipv4 returns a packet; fragment is the word of flags and offset.
func ipv4(src, dst netip.Addr, protocol byte, fragment uint16, payload []byte) []byte {
	b := []byte{0x45, 0}
	b = binary.BigEndian.AppendUint16(b, uint16(20+len(payload)))
	b = binary.BigEndian.AppendUint16(b, 0x1234) // identification
	b = binary.BigEndian.AppendUint16(b, fragment)
	b = append(b, 64, protocol, 0, 0)
	b = append(b, src.AsSlice()...)
	b = append(b, dst.AsSlice()...)
	binary.BigEndian.PutUint16(b[10:], ^sum(0, b))
	return append(b, payload...)
}

func ipv6(src, dst netip.Addr, next byte, payload []byte) []byte {
	b := []byte{0x60, 0, 0, 0}
	b = binary.BigEndian.AppendUint16(b, uint16(len(payload)))
	b = append(b, next, 64)
	b = append(b, src.AsSlice()...)
	b = append(b, dst.AsSlice()...)
	return append(b, payload...)
}

// Fragments cuts the payload of an IPv4 packet of IP's making after n bytes, a multiple of 8,
// and returns the two fragments.
func Fragments(packet []byte, n int) (first, second []byte) {
	src, _ := netip.AddrFromSlice(packet[12:16])
	dst, _ := netip.AddrFromSlice(packet[16:20])
	const more = 0x2000
	payload := packet[20:]
	return ipv4(src, dst, packet[9], more, payload[:n]),
		ipv4(src, dst, packet[9], uint16(n/8), payload[n:])
}

// UDP returns an IP packet with a datagram between "address:port" ends.
func UDP(src, dst string, payload []byte) []byte {
	s, d := addrPort(src), addrPort(dst)
	b := binary.BigEndian.AppendUint16(nil, s.Port())
	b = binary.BigEndian.AppendUint16(b, d.Port())
	b = binary.BigEndian.AppendUint16(b, uint16(8+len(payload)))
	b = append(b, 0, 0)
	b = append(b, payload...)
	return transport(s.Addr(), d.Addr(), ProtoUDP, 6, b)
}

// Segment is what a TCP header says beside its ports. The zero value is a plain
// acknowledgement of nothing.
type Segment struct {
	Seq, Ack uint32
	Flags    byte // 0: ACK
}

// TCP flags.
const (
	FIN = 1 << iota
	SYN
	RST
	PSH
	ACK
)

// TCP returns an IP packet with a segment between "address:port" ends.
func TCP(src, dst string, h Segment, payload []byte) []byte {
	if h.Flags == 0 {
		h.Flags = ACK
	}
	s, d := addrPort(src), addrPort(dst)
	b := binary.BigEndian.AppendUint16(nil, s.Port())
	b = binary.BigEndian.AppendUint16(b, d.Port())
	b = binary.BigEndian.AppendUint32(b, h.Seq)
	b = binary.BigEndian.AppendUint32(b, h.Ack)
	b = append(b, 5<<4, h.Flags, 0xff, 0xff, 0, 0, 0, 0)
	b = append(b, payload...)
	return transport(s.Addr(), d.Addr(), ProtoTCP, 16, b)
}

// Echo returns an IP packet with an ICMP or ICMPv6 echo request.
func Echo(src, dst string, payload []byte) []byte {
	s, d := addr(src), addr(dst)
	rest := append([]byte{0, 0, 0, 0, 1, 0, 1}, payload...)
	if s.Is4() {
		b := append([]byte{8}, rest...)
		binary.BigEndian.PutUint16(b[2:], ^sum(0, b))
		return ip(s, d, ProtoICMP, b)
	}
	return transport(s, d, ProtoICMPv6, 2, append([]byte{128}, rest...))
}

// transport fills in the checksum at b[at:], with the pseudo-header, and puts b
// into an IP packet.
func transport(src, dst netip.Addr, protocol byte, at int, b []byte) []byte {
	pseudo := append(src.AsSlice(), dst.AsSlice()...)
	c := ^sum(uint32(sum(uint32(len(b))+uint32(protocol), pseudo)), b)
	binary.BigEndian.PutUint16(b[at:], c)
	return ip(src, dst, protocol, b)
}

// sum adds b's words to start in ones' complement (RFC 1071).
func sum(start uint32, b []byte) uint16 {
	s := start
	for ; len(b) >= 2; b = b[2:] {
		s += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) == 1 {
		s += uint32(b[0]) << 8
	}
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}

func addr(s string) netip.Addr         { return netip.MustParseAddr(s) }
func addrPort(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }
