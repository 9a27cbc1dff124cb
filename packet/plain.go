package packet

import (
	"botnetdetect/capture"
	"botnetdetect/protocol"
)

// plain decodes the frames that most captures consist of, in one go: Ethernet with
// an IPv4 packet without options, whole, with TCP or UDP in it. It says whether f
// was one of those; if not, it leaves p's endpoints and view as they were. What it
// fills in is what walkHeaders would.
func plain(f *capture.Frame, p *Packet) bool {
	const link, network = 14, 20
	b := f.Data
	if len(b) < link+network+8 || b[12] != 8 || b[13] != 0 || b[14] != 0x45 || be.Uint16(b[20:])&0x3fff != 0 {
		return false
	}
	end := link + int(be.Uint16(b[16:]))
	if end > len(b) || end < link+network+8 {
		return false
	}
	h := b[link+network : end]
	start, number, layer := 8, b[23], protocol.LayerUDP
	switch number {
	case protoTCP:
		layer, start = protocol.LayerTCP, tcpHeader(h)
	case protoUDP:
		if int(be.Uint16(h[4:])) != len(h) || tunnels(be.Uint16(h)) || tunnels(be.Uint16(h[2:])) {
			return false
		}
	default:
		return false
	}
	if start == 0 {
		return false
	}
	// All is written where it stays: a struct put together elsewhere and copied here stalls
	// the processor, as its small writes are not yet done when the copy reads them.
	p.Src.setIPv4(b[26:30])
	p.Dst.setIPv4(b[30:34])
	v := &p.view
	*v = protocol.View{}
	v.Time, v.Payload, v.Number, v.Layer = f.Time, h[start:], uint16(number), layer
	v.SrcPort, v.DstPort = be.Uint16(h), be.Uint16(h[2:])
	if number == protoTCP {
		v.Seq, v.Ack, v.Flags, v.Window = be.Uint32(h[4:]), be.Uint32(h[8:]), h[13], be.Uint16(h[14:])
	}
	return true
}

// tcpHeader returns the length of the TCP header that h begins with; 0 if it is
// not whole, or has options other than a timestamp.
func tcpHeader(h []byte) int {
	if len(h) < 20 {
		return 0
	}
	n := int(h[12]>>4) * 4
	if n == 20 || n == 32 && len(h) >= 32 && h[20] == 1 && h[21] == 1 && h[22] == 8 {
		return n
	}
	return 0
}

// tunnels says whether a UDP port may tunnel packets: see udpTunnel.
func tunnels(port uint16) bool {
	switch port {
	case 1701, 2152, 3544, 4754, 4789, 5072, 6081, 6635:
		return true
	}
	return false
}
