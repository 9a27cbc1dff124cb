package packet

import "botnetdetect/protocol"

// Transport is what the innermost headers of a packet say of how its endpoints speak.
type Transport struct {
	Payload          uint32 // bytes on the wire above the last header understood
	SrcPort, DstPort uint16 // zero where there are none
	Flags            uint8  // TCP's, as in protocol.View; zero in other packets
	Kind             TransportKind
}

// TransportKind is the protocol above IP, as far as behaviour tells them apart.
type TransportKind uint8

// The kinds of transport.
const (
	OtherTransport TransportKind = iota // neither TCP nor UDP, or a piece of a datagram
	TCP
	UDP
)

// Transport returns what p, which must come from Decode, says of its transport. Lengths are those on
// the wire, whatever the snap length.
func (p *Packet) Transport() Transport {
	v := &p.view
	t := Transport{Payload: uint32(len(v.Payload)) + v.Missing, SrcPort: v.SrcPort, DstPort: v.DstPort, Flags: v.Flags}
	switch {
	case v.Fragment:
	case v.Layer == protocol.LayerTCP:
		t.Kind = TCP
	case v.Layer == protocol.LayerUDP:
		t.Kind = UDP
	}
	return t
}
