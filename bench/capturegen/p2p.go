package main

import "botnetdetect/internal/craft"

// torrentMessage makes BitTorrent's handshake, then requests and pieces of 16 KiB (BEP 3).
func torrentMessage(g *generator, s *session, b []byte, size int) ([]byte, int) {
	if s.whole && s.told[s.turn] == 0 {
		return craft.Handshake(b, &g.noise), 0
	}
	if size < 64 {
		return craft.Request(b, &g.noise), 0
	}
	n := 1 << 14
	if size < 1<<10 {
		n = size - 13
	}
	return craft.Piece(b, &g.noise, n), n
}

// utpDatagram makes a packet of the micro transport protocol (BEP 29): data, or a bare
// state packet. A session seen from its beginning opens with a question for peers over the
// same ports, as clients do.
func utpDatagram(g *generator, s *session, b []byte, side, size int) []byte {
	kind := byte(craft.UTPData)
	switch {
	case s.whole && s.told[0] <= 2:
		return dhtDatagram(g, s, b, side, size)
	case s.whole && s.told[0] == 3:
		kind = craft.UTPOpen
	case size < 21:
		kind = craft.UTPState
	}
	b = craft.UTP{
		Type: kind, Connection: uint16(s.id) + uint16(side), Micros: uint32(g.now / 1000),
		Seq: uint16(s.told[0]), Ack: uint16(s.told[0] - 1),
	}.Append(b)
	if kind != craft.UTPData {
		return b
	}
	return g.noise.Append(b, size-20)
}

// dhtDatagram makes a query for peers or its answer with eight nodes (BEP 5).
func dhtDatagram(g *generator, s *session, b []byte, side, size int) []byte {
	if side == 0 {
		return craft.DHTQuery(b, &g.noise)
	}
	return craft.DHTAnswer(b, &g.noise)
}

// plainMessage is a stream of no known protocol.
func plainMessage(g *generator, s *session, b []byte, size int) ([]byte, int) {
	return append(b, 0), max(1, size-1)
}

// plainDatagram is a datagram of no known protocol. It begins with zeros, which heuristics
// for protocols take for nothing.
func plainDatagram(g *generator, s *session, b []byte, side, size int) []byte {
	return g.noise.Append(append(b, 0, 0, 0, 0), max(0, size-4))
}

// ntpDatagram makes a request or an answer (RFC 5905), with random clocks.
func ntpDatagram(g *generator, s *session, b []byte, side, size int) []byte {
	b = append(b, 0x23+byte(side), 2, 6, 0xec)
	return g.noise.Append(b, 44)
}
