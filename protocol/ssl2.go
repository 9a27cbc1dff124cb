package protocol

// SSL 2 has records with a two or three byte header; clients up to about 2010
// sent its ClientHello to offer later versions too.

const (
	ssl2Error       = 0
	ssl2ClientHello = 1
	ssl2MasterKey   = 2
	ssl2ServerHello = 4
)

func looksLikeSSL2(b []byte) bool {
	return b[0] >= 0x80 && b[2] <= ssl2ServerHello
}

// isSSL2Hello says whether b is an SSL 2 ClientHello with consistent lengths.
func isSSL2Hello(b []byte) bool {
	if len(b) < 11 || b[0]&0x80 == 0 || b[2] != ssl2ClientHello {
		return false
	}
	version, _ := be16(b, 3)
	ciphers, _ := be16(b, 5)
	session, _ := be16(b, 7)
	challenge, _ := be16(b, 9)
	n := int(b[0]&0x7f)<<8 | int(b[1])
	return (version == ssl2 || version >= ssl3 && version <= tls12) && ciphers%3 == 0 &&
		challenge >= 16 && challenge <= 32 && n == 9+int(ciphers)+int(session)+int(challenge)
}

// ssl2Record reads the SSL 2 record at offset at, of which b is known.
func ssl2Record(m *message, at int, b []byte, name ID) (result, int) {
	s := &m.c.note.version
	header, n := 3, int(b[0]&0x3f)<<8|int(b[1])
	if b[0]&0x80 != 0 {
		header, n = 2, int(b[0]&0x7f)<<8|int(b[1])
	}
	if m.left(at) < header+n {
		if m.canWait {
			return wait(name, at, header+n-m.left(at)), 0
		}
		return named(name), 0
	}
	if header >= len(b) {
		return named(SSLv2), 0
	}
	if kind := b[header]; *s == 0 && kind != ssl2ClientHello {
		if kind == ssl2MasterKey || kind == ssl2ServerHello || kind == ssl2Error {
			*s = ssl2
		}
	}
	return named(SSLv2), header + n
}
