package craft

import "encoding/binary"

// ClientHello appends a TLS 1.2 record (RFC 5246) that asks for the server of a name.
func ClientHello(b []byte, noise *Noise, name string) []byte {
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
	return hello(b, noise, 1, append(body, ext...))
}

// ServerHello appends the records with which a server resumes a session.
func ServerHello(b []byte, noise *Noise) []byte {
	b = hello(b, noise, 2, []byte{0xc0, 0x2f, 0, 0, 5, 0xff, 1, 0, 1, 0})
	b = append(b, 20, 3, 3, 0, 1, 1) // change cipher spec
	b = append(b, 22, 3, 3, 0, 40)   // finished, encrypted
	return noise.Append(b, 40)
}

// hello appends record, handshake header, version, random and session id; body
// is all that follows.
func hello(b []byte, noise *Noise, kind byte, body []byte) []byte {
	n := 2 + 32 + 33 + len(body)
	b = append(b, 22, 3, 1)
	b = binary.BigEndian.AppendUint16(b, uint16(n+4))
	b = append(b, kind, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(n))
	b = append(b, 3, 3)
	b = noise.Append(b, 32)
	b = noise.Append(append(b, 32), 32)
	return append(b, body...)
}

// Record appends the header of a record of n bytes of encrypted data.
func Record(b []byte, n int) []byte {
	return binary.BigEndian.AppendUint16(append(b, 23, 3, 3), uint16(n))
}
