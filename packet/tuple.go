package packet

import "botnetdetect/protocol"

// Tuple is what, beside its endpoints, tells one conversation of a pair from others. It is
// comparable.
type Tuple struct {
	// SrcPort and DstPort are ports; of ICMP, the message's type and code. They are zero
	// where there are none, as in later pieces of a datagram.
	SrcPort, DstPort uint16
	Protocol         uint8 // the IP protocol number
}

// Tuple returns p's, if it is an IP packet whose protocol is known. p must come from
// Decode, with the bytes of its frame still in place.
func (p *Packet) Tuple() (t Tuple, ok bool) {
	v := &p.view
	switch v.Layer {
	case protocol.LayerTCP, protocol.LayerUDP, protocol.LayerIPv4, protocol.LayerIPv6:
	default:
		return t, false
	}
	t = Tuple{v.SrcPort, v.DstPort, uint8(v.Number)}
	const icmp, icmpV6 = 1, 58
	if (t.Protocol == icmp || t.Protocol == icmpV6) && len(v.Payload) > 1 && !v.Fragment {
		t.SrcPort, t.DstPort = uint16(v.Payload[0]), uint16(v.Payload[1])
	}
	return t, p.Src.kind == IPv4 || p.Src.kind == IPv6
}
