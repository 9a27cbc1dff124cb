package main

import (
	"encoding/binary"
	"math/bits"
)

const (
	protoICMP = 1
	protoTCP  = 6
	protoUDP  = 17
)

const tcpOptions = 12 // bytes: two paddings and a time stamp

// packetHeaders begins the frame of a packet of session s from side `from`: Ethernet, and IP without
// length and checksum.
func (g *generator) packetHeaders(s *session, from int, protocol byte) {
	b := g.frame[:0]
	client := binary.BigEndian.AppendUint32([]byte{2, 0}, s.client)
	gateway := []byte{2, 0xff, 0, 0, 0, 1}
	if from == 0 {
		b = append(append(b, gateway...), client...)
	} else {
		b = append(append(b, client...), gateway...)
	}
	if s.addr[0].n == 4 {
		b = append(b, 8, 0, 0x45, 0, 0, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(g.rng.Uint32()))
		b = append(b, 0x40, 0, byte(64-12*from), protocol, 0, 0)
	} else {
		b = append(b, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 0, protocol, byte(64-12*from))
	}
	b = append(b, s.addr[from].bytes()...)
	g.frame = append(b, s.addr[1-from].bytes()...)
}

// room returns how many payload bytes a full frame of s holds.
func (s *session) room() int {
	headers := 14 + 20 + 8
	if s.addr[0].n == 16 {
		headers += 20
	}
	if s.app.tcp {
		headers += 12 + tcpOptions
	}
	return fullFrame - headers
}

// sendPacket fills in lengths and checksums and sends. The header of the protocol
// within begins after the IP header, its checksum at sum.
func (g *generator) sendPacket(s *session, protocol byte, sum int) {
	b := g.frame
	ip, n := b[14:], s.addr[0].n
	header := 20
	if n == 16 {
		header = 40
		binary.BigEndian.PutUint16(ip[4:], uint16(len(ip)-header))
	} else {
		binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)))
		binary.BigEndian.PutUint16(ip[10:], ^checksum(0, ip[:20]))
	}
	inner := ip[header:]
	if protocol == protoUDP {
		binary.BigEndian.PutUint16(inner[4:], uint16(len(inner)))
	}
	start := uint64(0)
	if protocol != protoICMP {
		start = uint64(checksum(uint64(len(inner))+uint64(protocol), ip[header-2*n:header]))
	}
	binary.BigEndian.PutUint16(inner[sum:], ^checksum(start, inner))
	g.send()
}

// checksum is the ones' complement sum of RFC 1071, eight bytes at a time.
func checksum(start uint64, b []byte) uint16 {
	s := start
	for ; len(b) >= 8; b = b[8:] {
		var carry uint64
		s, carry = bits.Add64(s, binary.BigEndian.Uint64(b), 0)
		s += carry
	}
	var rest [8]byte
	copy(rest[:], b)
	s, carry := bits.Add64(s, binary.BigEndian.Uint64(rest[:]), 0)
	s += carry
	s = s>>32 + s&0xffffffff
	s = s>>32 + s&0xffffffff
	s = s>>16 + s&0xffff
	s = s>>16 + s&0xffff
	return uint16(s)
}
