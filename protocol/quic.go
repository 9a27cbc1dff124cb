package protocol

// guessQUIC recognises a long header of a known version (RFC 9000, RFC 9369, the
// drafts, Facebook's and Google's own numbers).
func guessQUIC(e *Engine, v *View) ID {
	b := v.Payload
	if len(b) < 13 || b[0]&0x80 == 0 {
		return Unnamed
	}
	version, _ := be32(b, 1)
	if !isQUICVersion(version) {
		return Unnamed
	}
	e.claim(v, byQUIC)
	return QUIC
}

func isQUICVersion(version uint32) bool {
	switch version {
	case 1, 0x6b3343cf, 0x709a50c4, 0xfaceb001, 0xfaceb002, 0xfaceb00e, 0x51303530, 0x54303530, 0x54303531:
		return true
	}
	return version&0xffffff00 == 0xff000000
}

func quicDatagram(_ *Engine, _ *View) ID { return QUIC }
