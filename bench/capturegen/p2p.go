package main

import (
	"encoding/binary"
)

// torrentMessage makes BitTorrent's handshake, then requests and pieces of 16 KiB (BEP 3).
func torrentMessage(g *generator, s *session, b []byte, size int) ([]byte, int) {
	be := binary.BigEndian
	if s.whole && s.told[s.turn] == 0 {
		b = append(b, "\x13BitTorrent protocol\x00\x00\x00\x00\x00\x10\x00\x05"...)
		b = g.random(b, 20)
		return g.random(append(b, "-GN0001-"...), 12), 0
	}
	if size < 64 {
		b = append(b, 0, 0, 0, 13, 6)
		b = be.AppendUint32(b, g.rng.Uint32()%4096)
		b = be.AppendUint32(b, g.rng.Uint32()%16<<14)
		return be.AppendUint32(b, 1<<14), 0
	}
	n := 1 << 14
	if size < 1<<10 {
		n = size - 13
	}
	b = be.AppendUint32(b, uint32(9+n))
	b = be.AppendUint32(append(b, 7), g.rng.Uint32()%4096)
	return be.AppendUint32(b, g.rng.Uint32()%16<<14), n
}

// utpDatagram makes a packet of the micro transport protocol (BEP 29): data, or a bare
// state packet. A session seen from its beginning opens with a question for peers over the
// same ports, as clients do.
func utpDatagram(g *generator, s *session, b []byte, side, size int) []byte {
	const data, state, opening = 0x01, 0x21, 0x41
	kind := byte(data)
	switch {
	case s.whole && s.told[0] <= 2:
		return dhtDatagram(g, s, b, side, size)
	case s.whole && s.told[0] == 3:
		kind = opening
	case size < 21:
		kind = state
	}
	be := binary.BigEndian
	b = append(b, kind, 0)
	b = be.AppendUint16(b, uint16(s.id)+uint16(side))
	b = be.AppendUint32(b, uint32(g.now/1000))
	b = be.AppendUint32(b, 20_000)
	b = be.AppendUint32(b, 1<<20)
	b = be.AppendUint16(b, uint16(s.told[0]))
	b = be.AppendUint16(b, uint16(s.told[0]-1))
	if kind != data {
		return b
	}
	return g.random(b, size-20)
}

// dhtDatagram makes a query for peers or its answer with eight nodes (BEP 5).
func dhtDatagram(g *generator, s *session, b []byte, side, size int) []byte {
	if side == 0 {
		b = g.random(append(b, "d1:ad2:id20:"...), 20)
		b = g.random(append(b, "9:info_hash20:"...), 20)
		b = append(b, "e1:q9:get_peers1:t2:"...)
		return append(g.random(b, 2), "1:y1:qe"...)
	}
	b = g.random(append(b, "d1:rd2:id20:"...), 20)
	b = g.random(append(b, "5:nodes208:"...), 208)
	b = g.random(append(b, "5:token8:"...), 8)
	b = g.random(append(b, "e1:t2:"...), 2)
	return append(b, "1:y1:re"...)
}

// plainMessage is a stream of no known protocol.
func plainMessage(g *generator, s *session, b []byte, size int) ([]byte, int) {
	return append(b, 0), max(1, size-1)
}

// plainDatagram is a datagram of no known protocol. It begins with zeros, which heuristics
// for protocols take for nothing.
func plainDatagram(g *generator, s *session, b []byte, side, size int) []byte {
	return g.random(append(b, 0, 0, 0, 0), max(0, size-4))
}

// ntpDatagram makes a request or an answer (RFC 5905), with random clocks.
func ntpDatagram(g *generator, s *session, b []byte, side, size int) []byte {
	b = append(b, 0x23+byte(side), 2, 6, 0xec)
	return g.random(b, 44)
}
