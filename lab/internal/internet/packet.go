package internet

import (
	"encoding/binary"
	"net/netip"
)

// packet is one IPv4 packet, whole, with a sound header: parse made sure.
type packet []byte

const (
	protocolICMP = 1
	protocolTCP  = 6
	protocolUDP  = 17

	offsetTTL      = 8
	offsetChecksum = 10
	offsetSrc      = 12
	offsetDst      = 16
	minHeader      = 20
)

// parse returns the packet in b without what an Ethernet frame appends, or nil.
func parse(b []byte) packet {
	if len(b) < minHeader || b[0]>>4 != 4 {
		return nil
	}
	p := packet(b)
	length := int(binary.BigEndian.Uint16(b[2:]))
	if p.header() < minHeader || p.header() > length || length > len(b) {
		return nil
	}
	return p[:length]
}

func (p packet) header() int     { return int(p[0]&0x0f) * 4 }
func (p packet) protocol() byte  { return p[9] }
func (p packet) src() netip.Addr { return netip.AddrFrom4([4]byte(p[offsetSrc:])) }
func (p packet) dst() netip.Addr { return netip.AddrFrom4([4]byte(p[offsetDst:])) }

// body is what follows the header.
func (p packet) body() []byte { return p[p.header():] }

// first tells whether this is a packet's first fragment, or all of it.
func (p packet) first() bool { return binary.BigEndian.Uint16(p[6:])&0x1fff == 0 }

// ports returns the source and destination port, or ok false where there are none.
func (p packet) ports() (src, dst uint16, ok bool) {
	b := p.body()
	if !p.first() || len(b) < 8 || p.protocol() != protocolTCP && p.protocol() != protocolUDP {
		return 0, 0, false
	}
	return binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:]), true
}

// age takes hops from the time to live; false means that it did not suffice.
func (p packet) age(hops int) bool {
	if int(p[offsetTTL]) <= hops {
		return false
	}
	old := binary.BigEndian.Uint16(p[offsetTTL:])
	p[offsetTTL] -= byte(hops)
	p.adjust(offsetChecksum, old, binary.BigEndian.Uint16(p[offsetTTL:]))
	return true
}

// setAddr puts a at the source or destination offset and keeps every checksum right.
func (p packet) setAddr(offset int, a netip.Addr) {
	b := a.As4()
	transport := p.transportChecksum()
	for i := 0; i < 4; i += 2 {
		old, now := binary.BigEndian.Uint16(p[offset+i:]), binary.BigEndian.Uint16(b[i:])
		p.adjust(offsetChecksum, old, now)
		if transport > 0 {
			p.adjust(transport, old, now)
		}
	}
	copy(p[offset:], b[:])
}

// transportChecksum is the offset of the checksum that covers the addresses, or 0.
func (p packet) transportChecksum() int {
	b := p.body()
	switch {
	case !p.first():
	case p.protocol() == protocolTCP && len(b) >= 20:
		return p.header() + 16
	case p.protocol() == protocolUDP && len(b) >= 8 && binary.BigEndian.Uint16(b[6:]) != 0:
		return p.header() + 6
	}
	return 0
}

// adjust corrects the checksum at offset after a 16-bit word changed (RFC 1624, equation 3).
func (p packet) adjust(offset int, old, now uint16) {
	sum := uint32(^binary.BigEndian.Uint16(p[offset:])) + uint32(^old) + uint32(now)
	binary.BigEndian.PutUint16(p[offset:], ^fold(sum))
}

// checksum is the Internet checksum of the parts, all but the last of even length.
func checksum(parts ...[]byte) uint16 {
	var sum uint32
	for _, b := range parts {
		for ; len(b) >= 2; b = b[2:] {
			sum += uint32(binary.BigEndian.Uint16(b))
		}
		if len(b) == 1 {
			sum += uint32(b[0]) << 8
		}
	}
	return ^fold(sum)
}

func fold(sum uint32) uint16 {
	for sum>>16 != 0 {
		sum = sum&0xffff + sum>>16
	}
	return uint16(sum)
}
