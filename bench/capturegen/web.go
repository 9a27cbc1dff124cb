package main

import (
	"encoding/binary"
	"fmt"
)

// tlsMessage makes a record: the two hellos if the session is seen from its beginning, then
// encrypted data (TLS 1.2, RFC 5246).
func tlsMessage(g *generator, s *session, b []byte, size int) ([]byte, int) {
	if s.whole && s.told[s.turn] == 0 {
		if s.turn == 0 {
			return clientHello(g, s, b), 0
		}
		return serverHello(g, b), 0
	}
	n := min(16384, max(24, size-5))
	b = append(b, 23, 3, 3)
	return binary.BigEndian.AppendUint16(b, uint16(n)), n
}

// hello appends record, handshake header, version, random and session id; body
// is all that follows.
func hello(g *generator, b []byte, kind byte, body []byte) []byte {
	n := 2 + 32 + 33 + len(body)
	b = append(b, 22, 3, 1)
	b = binary.BigEndian.AppendUint16(b, uint16(n+4))
	b = append(b, kind, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(n))
	b = append(b, 3, 3)
	b = g.random(b, 32)
	b = g.random(append(b, 32), 32)
	return append(b, body...)
}

func clientHello(g *generator, s *session, b []byte) []byte {
	name := fmt.Sprintf("www.site%d.example", s.id%1e6)
	be := binary.BigEndian
	ext := be.AppendUint16(nil, 0) // server_name
	ext = be.AppendUint16(ext, uint16(len(name)+5))
	ext = be.AppendUint16(ext, uint16(len(name)+3))
	ext = be.AppendUint16(append(ext, 0), uint16(len(name)))
	ext = append(ext, name...)
	ext = append(ext, 0, 10, 0, 6, 0, 4, 0, 29, 0, 23)                      // groups: x25519, P-256
	ext = append(ext, 0, 13, 0, 8, 0, 6, 4, 3, 8, 4, 4, 1)                  // signature algorithms
	body := []byte{0, 8, 0xc0, 0x2f, 0xc0, 0x30, 0xcc, 0xa8, 0, 0x9c, 1, 0} // ciphers, no compression
	body = be.AppendUint16(body, uint16(len(ext)))
	return hello(g, b, 1, append(body, ext...))
}

func serverHello(g *generator, b []byte) []byte {
	b = hello(g, b, 2, []byte{0xc0, 0x2f, 0, 0, 5, 0xff, 1, 0, 1, 0})
	b = append(b, 20, 3, 3, 0, 1, 1) // change cipher spec
	b = append(b, 22, 3, 3, 0, 40)   // finished, encrypted
	return g.random(b, 40)
}

// httpMessage makes a request or a response with a body.
func httpMessage(g *generator, s *session, b []byte, size int) ([]byte, int) {
	if s.turn == 0 {
		return fmt.Appendf(b, "GET /item/%d HTTP/1.1\r\nHost: www.site%d.example\r\n"+
			"User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: */*\r\n\r\n", g.rng.IntN(1e6), s.id%1e6), 0
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
		return g.random(b, n)
	}
	b = append(b, 0x40|byte(g.rng.Uint32())&0x3f)
	b = append(b, id[1-side][:]...)
	return g.random(b, max(21, size-9))
}
