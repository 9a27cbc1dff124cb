package main

import (
	"encoding/binary"
	"fmt"

	"botnetdetect/internal/craft"
)

// tlsMessage makes a record: the two hellos if the session is seen from its beginning, then
// encrypted data (TLS 1.2, RFC 5246).
func tlsMessage(g *generator, s *session, b []byte, size int) ([]byte, int) {
	if s.whole && s.told[s.turn] == 0 {
		if s.turn == 0 {
			return craft.ClientHello(b, &g.noise, s.name()), 0
		}
		return craft.ServerHello(b, &g.noise), 0
	}
	n := min(16384, max(24, size-5))
	return craft.Record(b, n), n
}

// httpMessage makes a request or a response with a body.
func httpMessage(g *generator, s *session, b []byte, size int) ([]byte, int) {
	if s.turn == 0 {
		return fmt.Appendf(b, "GET /item/%d HTTP/1.1\r\nHost: %s\r\n"+
			"User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: */*\r\n\r\n", g.rng.IntN(1e6), s.name()), 0
	}
	n := max(1, size-120)
	return fmt.Appendf(b, "HTTP/1.1 200 OK\r\nServer: example\r\nContent-Type: application/octet-stream\r\n"+
		"Content-Length: %d\r\n\r\n", n), n
}

// quicDatagram makes an Initial packet from each side at the beginning, then packets with
// short headers (RFC 9000), all of random content.
func quicDatagram(g *generator, s *session, b []byte, side, size int) []byte {
	var id [2][8]byte // the connection identifier that each side has chosen
	for i := range id {
		binary.BigEndian.PutUint64(id[i][:], s.id*uint64(2*i+1))
	}
	if s.whole && s.told[0] <= 2 {
		b = append(b, 0xc3, 0, 0, 0, 1, 8)
		b = append(append(b, id[1-side][:]...), 8)
		b = append(append(b, id[side][:]...), 0)
		const n = 1200 - 26
		b = append(b, 0x40|n>>8, n&0xff)
		return g.noise.Append(b, n)
	}
	b = append(b, 0x40|byte(g.rng.Uint32())&0x3f)
	b = append(b, id[1-side][:]...)
	return g.noise.Append(b, max(21, size-9))
}
