package packet

import (
	"math/bits"

	"botnetdetect/capture"
	"botnetdetect/protocol"
)

// plain decodes the frames that most captures consist of, in one go: Ethernet with
// an IPv4 packet without options or an IPv6 packet without extensions, whole, with TCP or
// UDP in it. It says whether f was one of those; if not, it leaves p's endpoints and view
// as they were. What it fills in is what walkHeaders would.
func plain(f *capture.Frame, p *Packet) bool {
	const link, v4, v6 = 14, 20, 40
	b := f.Data
	if len(b) < link+v4+8 {
		return false
	}
	switch kind := be.Uint32(b[12:]); {
	case kind>>8 == 0x080045:
		end := link + int(be.Uint16(b[16:]))
		if be.Uint16(b[20:])&0x3fff != 0 || end > len(b) || end < link+v4+8 || !p.above(b[link+v4:end], b[23]) {
			return false
		}
		p.setIPv4(le.Uint32(b[26:]), le.Uint32(b[30:]))
	case kind>>12 == 0x86dd6:
		end := link + v6 + int(be.Uint16(b[18:]))
		if end > len(b) || end < link+v6+8 || !p.above(b[link+v6:end], b[20]) {
			return false
		}
		p.setIPv6((*[32]byte)(b[22:]))
	default:
		return false
	}
	p.view.Time = protocol.TicksOf(f.Time)
	return true
}

// setIPv4 sets the endpoints and their hashes, with addresses as little-endian words. Those are not
// taken from the endpoints just written, for which the processor would have to wait.
func (p *Packet) setIPv4(src, dst uint32) {
	p.Src.setIPv4(src)
	p.Dst.setIPv4(dst)
	if p.view.Layer == protocol.LayerTCP {
		s, d := uint64(bits.ReverseBytes32(src)), uint64(bits.ReverseBytes32(dst))
		p.view.Order = int8(above(s, d) - above(d, s))
	}
	p.view.Between(protocol.HashAddress(uint8(IPv4), uint64(src), 0), protocol.HashAddress(uint8(IPv4), uint64(dst), 0))
}

// setIPv6 is setIPv4 for a source and a destination address of IPv6.
func (p *Packet) setIPv6(a *[32]byte) {
	s, t, d, e := le.Uint64(a[:]), le.Uint64(a[8:]), le.Uint64(a[16:]), le.Uint64(a[24:])
	p.Src.setIPv6(s, t)
	p.Dst.setIPv6(d, e)
	if p.view.Layer == protocol.LayerTCP {
		p.view.Order = int8(p.Order()) // words of the same size as were written, for which it need not wait
	}
	p.view.Between(protocol.HashAddress(uint8(IPv6), s, t), protocol.HashAddress(uint8(IPv6), d, e))
}

// above fills p's view from h, all that an IP packet of a protocol carries, if it is a
// whole header of TCP or UDP with nothing special about it.
//
// All is written where it stays: a struct put together elsewhere and copied here stalls
// the processor, as its small writes are not yet done when the copy reads them.
func (p *Packet) above(h []byte, number byte) bool {
	v := &p.view
	switch number {
	case protoTCP:
		if len(h) < 20 {
			return false
		}
		start := tcpHeader(h)
		if start == 0 {
			return false
		}
		*v = protocol.View{}
		v.Layer, v.Payload = protocol.LayerTCP, h[start:]
		v.Seq, v.Ack, v.Flags, v.Window = be.Uint32(h[4:]), be.Uint32(h[8:]), h[13], be.Uint16(h[14:])
	case protoUDP:
		if len(h) < 8 || int(be.Uint16(h[4:])) != len(h) || tunnels(be.Uint16(h)) || tunnels(be.Uint16(h[2:])) {
			return false
		}
		*v = protocol.View{}
		v.Layer, v.Payload = protocol.LayerUDP, h[8:]
	default:
		return false
	}
	v.Number = uint16(number)
	v.SrcPort, v.DstPort = be.Uint16(h), be.Uint16(h[2:])
	return true
}

// tcpHeader returns the length of the TCP header that h begins with; 0 if it is
// not whole, or has an option of Multipath TCP.
func tcpHeader(h []byte) int {
	if len(h) < 20 {
		return 0
	}
	n := int(h[12]>>4) * 4
	if n < 20 || n > len(h) || n > 20 && multipath(h[20:n]) {
		return 0
	}
	return n
}

// tunnels says whether a UDP port may tunnel packets: see udpTunnel.
func tunnels(port uint16) bool {
	switch port {
	case 1701, 2152, 3544, 4754, 4789, 5072, 6081, 6635:
		return true
	}
	return false
}
