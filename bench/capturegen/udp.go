package main

import (
	"encoding/binary"
	"fmt"
)

// datagram sends the next packet of a session over UDP or ICMP. Chatter takes turns; else
// the peer sends most.
func (g *generator) datagram(s *session) {
	n, full := g.payloadSize(s.room())
	side := s.told[0] & 1
	switch {
	case s.app.chatter > 0 || s.whole && s.told[0] < 2:
	case full && g.rng.Float64() < s.app.down:
		side = 1
	default:
		side = g.rng.IntN(2)
	}
	s.told[0]++
	if s.app.datagram == nil {
		g.ping(s, side)
		return
	}
	g.udp(s, side, func(b []byte) []byte { return s.app.datagram(g, s, b, side, n) })
}

func (g *generator) udp(s *session, from int, fill func([]byte) []byte) {
	g.packetHeaders(s, from, protoUDP)
	b := binary.BigEndian.AppendUint16(g.frame, s.port[from])
	b = binary.BigEndian.AppendUint16(b, s.port[1-from])
	g.frame = fill(append(b, 0, 0, 0, 0))
	g.sendPacket(s, protoUDP, 6)
}

// ping sends an echo request or reply.
func (g *generator) ping(s *session, side int) {
	kind, protocol := byte(8-8*side), byte(protoICMP)
	if s.addr[0].n == 16 {
		kind, protocol = byte(128+side), 58
	}
	g.packetHeaders(s, side, protocol)
	b := append(g.frame, kind, 0, 0, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(s.id))
	b = binary.BigEndian.AppendUint16(b, uint16(s.told[0]+1)/2)
	for i := range 56 {
		b = append(b, byte(i))
	}
	g.frame = b
	g.sendPacket(s, protocol, 2)
}

// lookUp sends a client's question for its peer's name and the resolver's answer. The
// first makes client and resolver a pair of its own.
func (g *generator) lookUp(s *session) {
	if !g.known[s.client] {
		if g.pairs >= g.c.pairs {
			return
		}
		g.known[s.client] = true
		g.pairs++
	}
	dns := session{app: &app{}, client: s.client}
	dns.addr = [2]address{ipv4(10<<24 | s.client + 10), ipv4(10<<24 | 1)}
	dns.port = [2]uint16{g.ephemeral(), 53}
	for side := range 2 {
		g.udp(&dns, side, func(b []byte) []byte { return dnsMessage(s, b, side) })
		g.now += int64(burstGap * g.rng.ExpFloat64())
	}
}

// dnsMessage appends a question for the peer's address, or the answer.
func dnsMessage(s *session, b []byte, side int) []byte {
	be := binary.BigEndian
	b = be.AppendUint16(b, uint16(s.id))
	if side == 0 {
		b = append(b, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0)
	} else {
		b = append(b, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0)
	}
	for _, label := range []string{"www", fmt.Sprintf("site%d", s.id%1e6), "example"} {
		b = append(append(b, byte(len(label))), label...)
	}
	kind := uint16(1)
	if s.addr[1].n == 16 {
		kind = 28
	}
	b = be.AppendUint16(append(b, 0), kind)
	b = be.AppendUint16(b, 1)
	if side == 0 {
		return b
	}
	b = be.AppendUint16(append(b, 0xc0, 12), kind)
	b = be.AppendUint32(append(b, 0, 1), 300)
	b = be.AppendUint16(b, uint16(s.addr[1].n))
	return append(b, s.addr[1].bytes()...)
}
