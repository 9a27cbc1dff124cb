package protocol

// TLS (RFC 8446, 5246) and SSL are recognised by their record header. The name
// is the version that the server chose; until it did, the record's own. As in
// tshark, a ClientHello does not settle the version, any other record does.

const (
	tlsChangeCipherSpec = 20
	tlsAlert            = 21
	tlsHandshake        = 22
	tlsApplicationData  = 23
	tlsHeartbeat        = 24

	clientHello = 1
	serverHello = 2

	ssl2    = 0x0002
	ssl3    = 0x0300
	tls10   = 0x0301
	tls11   = 0x0302
	tls12   = 0x0303
	tls13   = 0x0304
	ssl2Max = 0x7fff
)

func tlsStream(e *Engine, m *message) result {
	b := m.data
	if len(b) > 4 && isPrint(b[0]) && isPrint(b[1]) && isPrint(b[2]) && isPrint(b[3]) {
		return rejected // no record begins with text
	}
	s := &m.c.note.version
	name := tlsName(*s)
	for at := 0; at < m.size; {
		b := m.from(at)
		if m.left(at) < 5 {
			if m.canWait {
				return wait(name, at, oneMore)
			}
			break
		}
		if len(b) < 5 {
			break
		}
		r, n := tlsRecord(m, at, b, name)
		if r.need != 0 {
			return r
		}
		name = r.name
		if n == 0 {
			break
		}
		at += n
	}
	return named(name)
}

// tlsRecord reads the record at offset at, of which b is known, and returns its
// length, 0 if nothing more is to be read.
func tlsRecord(m *message, at int, b []byte, name ID) (result, int) {
	s := &m.c.note.version
	settled := *s == ssl3 || *s == tls10 || *s == tls11 || *s == tls12
	switch {
	case *s == ssl2 || settled && b[0] == 0x80 && b[2] == clientHello || !settled && looksLikeSSL2(b):
		return ssl2Record(m, at, b, name)
	case settled && !isTLSContent(b[0]):
		return named(name), 0
	case !settled && !looksLikeTLS(b):
		return named(name), 0
	}
	n := 5 + int(b[3])<<8 + int(b[4])
	if m.left(at) < n {
		if m.canWait {
			r := wait(name, at, n-m.left(at))
			if b[0] != tlsHandshake { // which may hold a ServerHello
				r = r.forgetting(min(6, len(b)), n)
			}
			return r, 0
		}
		return named(name), 0
	}
	if *s == 0 {
		name = settleVersion(s, b)
	}
	if b[0] == tlsHandshake && len(b) > 5 && b[5] == clientHello && hasEarlyData(b[5:min(n, len(b))]) {
		*s = tls13
	}
	if b[0] == tlsHandshake && len(b) > 5 && b[5] == serverHello {
		if v := serverVersion(b[5:min(n, len(b))]); tlsName(v) != SSL {
			*s = v
			name = tlsName(v)
		}
	}
	return named(name), n
}

// settleVersion sets the version of the conversation from its first record,
// unless that is a ClientHello, and returns the record's name.
func settleVersion(s *uint16, b []byte) ID {
	v := uint16(b[1])<<8 | uint16(b[2])
	if b[0] != tlsHandshake || len(b) > 5 && b[5] != clientHello && isHandshakeType(b[5]) {
		*s = v
	}
	return tlsName(v)
}

// serverVersion returns the version that a ServerHello chooses, from its
// supported_versions extension if it has one; 0 if b ends too early.
func serverVersion(b []byte) uint16 {
	v, _ := be16(b, 4)
	v = draftVersion(v)
	at := 4 + 2 + 32
	if at >= len(b) {
		return v
	}
	at += 1 + int(b[at]) + 3 // session ID, cipher suite, compression
	all, _ := be16(b, at)
	for at, end := at+2, min(len(b), at+2+int(all)); at+4 <= end; {
		kind, _ := be16(b, at)
		n, _ := be16(b, at+2)
		if kind == 43 && n == 2 {
			chosen, _ := be16(b, at+4)
			return draftVersion(chosen)
		}
		at += 4 + int(n)
	}
	return v
}

// hasEarlyData says whether a ClientHello announces data before the answer, which
// only TLS 1.3 allows (RFC 8446, 4.2.10).
func hasEarlyData(b []byte) bool {
	at := 4 + 2 + 32
	if at >= len(b) {
		return false
	}
	at += 1 + int(b[at]) // session ID
	ciphers, ok := be16(b, at)
	at += 2 + int(ciphers)
	if !ok || at >= len(b) {
		return false
	}
	at += 1 + int(b[at]) + 2 // compression methods, length of extensions
	for at+4 <= len(b) {
		kind, _ := be16(b, at)
		n, _ := be16(b, at+2)
		if kind == 42 {
			return true
		}
		at += 4 + int(n)
	}
	return false
}

// draftVersion maps the drafts of TLS 1.3 (0x7f00 and up, and Facebook's) to it.
func draftVersion(v uint16) uint16 {
	if v>>8 == 0x7f || v == 0xfb17 || v == 0xfb1a {
		return tls13
	}
	return v
}

func tlsName(version uint16) ID {
	switch version {
	case ssl2:
		return SSLv2
	case ssl3:
		return SSLv3
	case tls10:
		return TLSv1
	case tls11:
		return TLSv11
	case tls12:
		return TLSv12
	case tls13:
		return TLSv13
	}
	return SSL
}

func isTLSContent(c byte) bool { return c >= tlsChangeCipherSpec && c <= tlsHeartbeat }

// isHandshakeType says whether a handshake message may begin with c.
func isHandshakeType(c byte) bool {
	return c <= 6 || c == 8 || c >= 11 && c <= 16 || c >= 20 && c <= 25 || c == 67
}

func looksLikeTLS(b []byte) bool {
	return isTLSContent(b[0]) && b[1] == 3 && b[2] <= 3
}

// guessTLS claims a conversation in which a TLS record or an SSL 2 ClientHello appears.
func guessTLS(e *Engine, m *message) result {
	b := m.data
	if len(b) < 5 || !isTLSRecord(b) && !isSSL2Hello(b) {
		return rejected
	}
	m.c.owner = byTLS
	return tlsStream(e, m)
}

func isTLSRecord(b []byte) bool {
	n := int(b[3])<<8 | int(b[4])
	return b[0] >= tlsChangeCipherSpec && b[0] <= tlsApplicationData && b[1] == 3 && b[2] <= 4 && n > 0 && n <= 1<<14+2048
}
