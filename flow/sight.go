package flow

import (
	"math"
	"math/bits"

	"botnetdetect/packet"
	"botnetdetect/protocol"
)

// sight is what one packet shows of behaviour, beside its time and its direction.
type sight struct {
	payload uint32               // bytes
	ports   [2]uint8             // the bits that stand for the sender's port and the receiver's, or noPorts
	flags   uint8                // TCP's
	kind    packet.TransportKind // the protocol above IP
}

// noPorts are those of a packet without any.
var noPorts = [2]uint8{32, 32}

// of sets s to what p shows, field by field, as they are read soon.
func (s *sight) of(p *packet.Packet) {
	t := p.Transport()
	s.payload, s.flags, s.kind, s.ports = t.Payload, t.Flags, t.Kind, noPorts
	if t.SrcPort|t.DstPort != 0 {
		s.ports[0], s.ports[1] = hashBit(t.SrcPort), hashBit(t.DstPort)
	}
}

// sight returns what the one packet showed that b is made of, or anything if it is made of
// more.
func (b *Behaviour) sight(direction int) (s sight) {
	s.payload = uint32(min(b.PayloadBytes[direction], math.MaxUint32))
	s.ports = noPorts
	if b.Ports != [2]uint32{} {
		s.ports = [2]uint8{uint8(bits.TrailingZeros32(b.Ports[direction])), uint8(bits.TrailingZeros32(b.Ports[1-direction]))}
	}
	switch {
	case b.Segments > 0:
		s.kind = packet.TCP
	case b.Datagrams > 0:
		s.kind = packet.UDP
	}
	switch {
	case b.Opens[direction] > 0:
		s.flags = protocol.SYN
	case b.Accepts[direction] > 0:
		s.flags = protocol.SYN | protocol.ACK
	}
	return s
}

// glimpse is how a flow whose behaviour is wanted begins. Many flows of a large capture
// are one packet, so it holds what that shows and no more. With the second packet it gets a
// Behaviour. It takes 16 bytes: keep it so.
type glimpse struct {
	head  uint32 // number of the flow's first entry; 0: no packet yet
	whole uint32 // number of the flow's Behaviour; 0 is none: there is one packet
	sight        // of that one
}

// glimpse returns the glimpse of a flow. number is what the index knows of the flow; if
// that is 0, the flow begins.
func (s *store) glimpse(number *uint32) *glimpse {
	if *number != 0 {
		return s.glimpses.At(*number)
	}
	g, n := s.glimpses.Add()
	*g, *number = glimpse{}, n
	return g
}

// observe takes a packet into the behaviour of a flow, before the entries count it.
func (s *store) observe(g *glimpse, p *packet.Packet, direction int) {
	if g.head == 0 {
		g.sight.of(p)
		return
	}
	var seen sight
	seen.of(p)
	s.behaviourOf(g).add(&seen, p.Time, direction)
}

// behaviourOf returns the Behaviour of a flow of at least one packet, and gives it one if
// it has none. The entries must not have counted another packet.
func (s *store) behaviourOf(g *glimpse) *Behaviour {
	if g.whole != 0 {
		return s.habits.At(g.whole)
	}
	b, n := s.habits.Add()
	*b, g.whole = s.alone(g), n
	return b
}

// alone returns the behaviour of a flow of one packet.
func (s *store) alone(g *glimpse) (b Behaviour) {
	e := s.entries.At(g.head)
	b.add(&g.sight, e.first, int(e.direction))
	return b
}

// beginBehaviour notes what was seen of a flow that had no packet before; the entries have
// counted it.
func (s *store) beginBehaviour(g *glimpse, seen *Behaviour) {
	if e := s.entries.At(g.head); e.next == 0 && e.totals == 0 {
		if g.sight = seen.sight(int(e.direction)); s.alone(g) == *seen {
			return
		}
	}
	b, n := s.habits.Add()
	*b, g.whole = *seen, n
}
