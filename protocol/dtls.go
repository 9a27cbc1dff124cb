package protocol

const (
	dtls10    = 0xfeff
	dtls12    = 0xfefd
	dtls13    = 0xfefc
	dtlsEarly = 0x0100 // OpenSSL before 0.9.8f
)

// guessDTLS claims a conversation in which a DTLS record header appears (RFC 6347).
func guessDTLS(e *Engine, v *View) ID {
	if !isDTLS(v.Payload) {
		return Unnamed
	}
	e.claim(v, byDTLS)
	return dtlsDatagram(e, v)
}

func isDTLS(b []byte) bool {
	if len(b) < 13 || b[0] < tlsChangeCipherSpec || b[0] > tlsApplicationData {
		return false
	}
	version, _ := be16(b, 1)
	n, _ := be16(b, 11)
	return (version == dtls10 || version == dtls12 || version == dtlsEarly) && int(n)+13 <= len(b)
}

// dtlsDatagram names the records of a datagram by the version that the server
// chose; until it did, by the record's.
func dtlsDatagram(e *Engine, v *View) ID {
	if len(v.Payload) < 13 || v.Payload[0] < tlsChangeCipherSpec || v.Payload[0] > 25 {
		return Unnamed
	}
	c := e.open(v)
	s := &c.note.version
	name := dtlsName(*s)
	for b := v.Payload; len(b) >= 13; {
		n := 13 + int(b[11])<<8 + int(b[12])
		if b[0] < tlsChangeCipherSpec || b[0] > 25 || n > len(b) {
			break
		}
		name = dtlsRecord(s, b[:n])
		b = b[n:]
	}
	return name
}

func dtlsRecord(s *uint16, b []byte) ID {
	hello := b[0] == tlsHandshake && len(b) > 13+12
	if hello && b[13] == serverHello && b[3] == 0 && b[4] == 0 {
		if v := serverHelloVersion(b[13+12:]); v != 0 {
			*s = v
		}
	}
	if *s != 0 {
		return dtlsName(*s)
	}
	if !hello || b[13] != clientHello && isHandshakeType(b[13]) {
		*s = uint16(b[1])<<8 | uint16(b[2])
	}
	return dtlsName(*s)
}

// serverHelloVersion reads the version of a ServerHello's body.
func serverHelloVersion(b []byte) uint16 {
	v, _ := be16(b, 0)
	switch v {
	case dtls10, dtls12, dtlsEarly:
		return v
	}
	return 0
}

func dtlsName(version uint16) ID {
	switch version {
	case dtls10:
		return DTLSv10
	case dtls12:
		return DTLSv12
	case dtls13:
		return DTLSv13
	case dtlsEarly:
		return DTLSOpenSSL
	}
	return DTLS
}
