package main

import "botnetdetect/internal/craft"

const tcpOptions = 12 // bytes: two paddings and a time stamp

// packetHeaders begins the frame of a packet of session s from side `from`: Ethernet, and IP without
// length and checksum.
func (g *generator) packetHeaders(s *session, from int, protocol byte) {
	client := craft.MAC{2, 0, byte(s.client >> 24), byte(s.client >> 16), byte(s.client >> 8), byte(s.client)}
	gateway := craft.MAC{2, 0xff, 0, 0, 0, 1}
	src, dst, kind := client, gateway, uint16(craft.TypeIPv4)
	if from == 1 {
		src, dst = dst, src
	}
	ip := craft.IP{Src: s.addr[from], Dst: s.addr[1-from], TTL: byte(64 - 12*from), Protocol: protocol, DontFragment: true}
	if ip.Src.Is6() {
		kind = craft.TypeIPv6
	} else {
		ip.ID = uint16(g.rng.Uint32())
	}
	g.frame = ip.Append(craft.Ethernet(g.frame[:0], src, dst, kind))
}

// room returns how many payload bytes a full frame of s holds.
func (s *session) room() int {
	headers := 14 + 20 + 8
	if s.addr[0].Is6() {
		headers += 20
	}
	if s.app.tcp {
		headers += 12 + tcpOptions
	}
	return fullFrame - headers
}

// sendPacket fills in lengths and checksums and sends.
func (g *generator) sendPacket() {
	craft.Seal(g.frame[14:])
	g.send()
}
