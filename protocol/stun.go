package protocol

const stunCookie = 0x2112a442

// stunLength returns the length of the STUN message (RFC 8489) or TURN channel
// message (RFC 8656) that b begins with; 0 if it is neither.
func stunLength(b []byte, size int, channels bool) int {
	kind, _ := be16(b, 0)
	n, ok := be16(b, 2)
	if !ok {
		return 0
	}
	if channels && kind >= 0x4000 && kind <= 0x7fff {
		return int(n) + 4
	}
	cookie, ok := be32(b, 4)
	if !ok || kind&0xf800 != 0 || cookie != stunCookie || int(n)+20 > size {
		return 0
	}
	return int(n) + 20
}

// stunDatagram names STUN on its port, or in a conversation that began with it,
// where TURN's channel messages are STUN too.
func stunDatagram(e *Engine, v *View) ID {
	if n := stunLength(v.Payload, len(v.Payload)+int(v.Missing), true); n > 0 && n <= len(v.Payload)+int(v.Missing) {
		return STUN
	}
	return Unnamed
}

func guessSTUN(e *Engine, v *View) ID {
	size := len(v.Payload) + int(v.Missing)
	if stunLength(v.Payload, size, false) != size {
		return Unnamed
	}
	if c := e.open(v); c.owner == none { // media share the port
		c.owner = bySTUN
	}
	return STUN
}

// stunStream reads STUN over TCP, each message maybe behind its length (RFC 4571).
func stunStream(_ *Engine, m *message) result {
	return m.pdus(STUN, 4, func(b []byte) int {
		if cookie, _ := be32(b, 6); cookie == stunCookie {
			return 2 + int(b[0])<<8 + int(b[1])
		}
		n := int(b[2])<<8 | int(b[3])
		if b[0]>>6 == 1 { // channel data is padded to four bytes
			return (n + 4 + 3) &^ 3
		}
		return n + 20
	})
}

// guessSTUNStream recognises the cookie, here or on STUN's port.
func guessSTUNStream(e *Engine, m *message) result {
	bare, _ := be32(m.data, 4)
	behind, _ := be32(m.data, 6)
	if m.data[0] >= 0x40 || bare != stunCookie && behind != stunCookie {
		return rejected
	}
	return stunStream(e, m)
}

// guessClassicSTUN recognises STUN without a cookie (RFC 3489) by type and length.
func guessClassicSTUN(_ *Engine, v *View) ID {
	kind, _ := be16(v.Payload, 0)
	n, ok := be16(v.Payload, 2)
	if !ok || int(n)+20 != len(v.Payload)+int(v.Missing) {
		return Unnamed
	}
	switch kind {
	case 0x0001, 0x0101, 0x0111, 0x0002, 0x0102, 0x0112, 0x0003, 0x0103, 0x0113, 0x0004, 0x0104, 0x0114, 0x0115:
		return ClassicSTUN
	}
	return Unnamed
}
