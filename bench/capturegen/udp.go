package main

import (
	"fmt"
	"net/netip"

	"botnetdetect/internal/craft"
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
	g.packetHeaders(s, from, craft.ProtoUDP)
	g.frame = fill(craft.UDP(g.frame, s.port[from], s.port[1-from]))
	g.sendPacket()
}

// ping sends an echo request or reply.
func (g *generator) ping(s *session, side int) {
	protocol := byte(craft.ProtoICMP)
	if s.addr[0].Is6() {
		protocol = craft.ProtoICMPv6
	}
	g.packetHeaders(s, side, protocol)
	g.frame = craft.Echo(g.frame, s.addr[0].Is6(), side == 1, uint16(s.id), uint16(s.told[0]+1)/2)
	g.sendPacket()
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
	dns.addr = [2]netip.Addr{ipv4(10<<24 | s.client + 10), ipv4(10<<24 | 1)}
	dns.port = [2]uint16{g.ephemeral(), 53}
	for side := range 2 {
		g.udp(&dns, side, func(b []byte) []byte { return dnsMessage(s, b, side) })
		g.now += int64(burstGap * g.rng.ExpFloat64())
	}
}

// dnsMessage appends a question for the peer's address, or the answer.
func dnsMessage(s *session, b []byte, side int) []byte {
	m := craft.DNS{ID: uint16(s.id), Name: s.name(), Kind: craft.DNSA, Response: side == 1}
	if s.addr[1].Is6() {
		m.Kind = craft.DNSAAAA
	}
	if m.Response {
		m.Answers = s.addr[1:]
	}
	return m.Append(b)
}

// name is what the peer is called.
func (s *session) name() string { return fmt.Sprintf("www.site%d.example", s.id%1e6) }
