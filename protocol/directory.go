package protocol

import "bytes"

// ldapStream reads LDAP (RFC 4511): BER sequences, or after a SASL bind buffers
// with a length of four bytes.
func ldapStream(_ *Engine, m *message) result {
	const startTLS = "1.3.6.1.4.1.1466.20037" // RFC 4511, 4.14
	switch s := &m.c.note.state; {
	case m.toServer(389, 3268) && bytes.Contains(m.data[:min(len(m.data), 64)], []byte(startTLS)):
		*s |= sessionTLSAsked
	case *s&sessionTLSAsked != 0 && !m.toServer(389, 3268):
		m.c.startTLS()
		return named(LDAP)
	}
	for at := 0; at < m.size; {
		b := m.from(at)
		if len(b) < 6 && m.canWait && m.known() {
			return wait(LDAP, at, oneMore)
		}
		n := ldapLength(b)
		if n == 0 {
			return named(LDAP)
		}
		if m.left(at) < n && m.canWait {
			return wait(LDAP, at, n-m.left(at)).forgetting(kept, n)
		}
		at += n
	}
	return named(LDAP)
}

// ldapLength returns the length of the message that b begins with; 0 if it cannot be told.
func ldapLength(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	if b[0] != 0x30 {
		n, ok := be32(b, 0)
		if !ok || b[0] != 0 {
			return 0
		}
		return int(n) + 4
	}
	n, header, ok := berLength(b)
	if !ok {
		return 0
	}
	return header + n
}

// berLength reads the length of the BER element that b begins with, and how many
// bytes its tag and length take (X.690, 8.1.3).
func berLength(b []byte) (n, header int, ok bool) {
	if len(b) < 2 {
		return 0, 0, false
	}
	if b[1] < 0x80 {
		return int(b[1]), 2, true
	}
	octets := int(b[1] & 0x7f)
	if octets == 0 || octets > 4 || len(b) < 2+octets {
		return 0, 0, false
	}
	for _, c := range b[2 : 2+octets] {
		n = n<<8 | int(c)
	}
	return n, 2 + octets, true
}
