package protocol

// guess asks whoever recognises a stream by its content.
func (e *Engine) guess(m *message) result {
	for _, guess := range e.streamGuesses {
		if r := guess(e, m); r != rejected {
			return r
		}
	}
	return rejected
}

func streamGuesses() []streamDissector {
	return []streamDissector{guessBitTorrent, guessBitcoin, guessTLS, guessHTTP, guessSTUNStream}
}

// tpktStream reads TPKT (RFC 1006); what does not begin with its version is the
// middle of something.
func tpktStream(_ *Engine, m *message) result {
	if len(m.data) > 0 && m.data[0] != 3 {
		return named(TPKT)
	}
	return m.pdus(TPKT, 4, lengthBE16(2, 0))
}

// nbssStream reads SMB's framing (RFC 1002) and what it carries.
func nbssStream(_ *Engine, m *message) result {
	b := m.data
	if len(b) >= 8 && b[0] == 0 && !isSMB(b[4:]) {
		return named(NBSS)
	}
	name := NBSS
	if len(b) >= 8 {
		switch b[4] {
		case 0xff:
			name = SMB
		case 0xfe, 0xfd:
			name = SMB2
		}
	}
	return m.pdus(name, 4, func(b []byte) int { return 4 + int(b[1])<<16 + int(b[2])<<8 + int(b[3]) })
}

func isSMB(b []byte) bool { return len(b) >= 4 && b[0] >= 0xfc && string(b[1:4]) == "SMB" }
