package protocol

// ftpStream reads FTP's control connection (RFC 959): each segment is FTP. It
// announces the data connections that PORT, PASV and their extensions agree on.
func ftpStream(e *Engine, m *message) result {
	s := &m.c.note.state
	b := m.data
	if m.toServer(21) {
		switch {
		case hasPrefixFold(b, "port "):
			e.expectFTP(m.v, hostPort(b[5:]))
		case hasPrefixFold(b, "eprt "):
			e.expectFTP(m.v, extendedPort(trimLeft(b[5:]), 3))
		case hasPrefixFold(b, "auth tls"), hasPrefixFold(b, "auth ssl"):
			*s |= sessionTLSAsked
		}
		return named(FTP)
	}
	switch {
	case hasPrefix(b, "227 "):
		e.expectFTP(m.v, hostPort(b[4:]))
	case hasPrefix(b, "229 "):
		e.expectFTP(m.v, extendedPort(afterByte(b, '('), 3))
	default:
		m.startTLSIf("234")
	}
	return named(FTP)
}

func (e *Engine) expectFTP(v *View, port uint16) {
	if port != 0 {
		e.expect(v, 6, port, byFTPData)
	}
}

// hostPort reads the port of the first "h1,h2,h3,h4,p1,p2" in b; 0 if there is none.
func hostPort(b []byte) uint16 {
	for at := 0; at < len(b); at++ {
		if !isDigit(b[at]) || at > 0 && isDigit(b[at-1]) {
			continue
		}
		if p, ok := sixNumbers(b[at:]); ok {
			return p
		}
	}
	return 0
}

func sixNumbers(b []byte) (port uint16, ok bool) {
	var n [6]int
	for i := range n {
		if n[i], ok = decimal(b, 255); !ok {
			return 0, false
		}
		for len(b) > 0 && isDigit(b[0]) {
			b = b[1:]
		}
		if i < 5 {
			if len(b) == 0 || b[0] != ',' {
				return 0, false
			}
			b = b[1:]
		}
	}
	return uint16(n[4])<<8 | uint16(n[5]), true
}

// extendedPort reads the number after the nth delimiter of "|1|host|port|" (RFC 2428).
func extendedPort(b []byte, nth int) uint16 {
	if len(b) == 0 {
		return 0
	}
	delimiter := b[0]
	for i, c := range b {
		if c != delimiter {
			continue
		}
		if nth--; nth == 0 {
			p, _ := decimal(b[i+1:], 65535)
			return uint16(p)
		}
	}
	return 0
}

func afterByte(b []byte, c byte) []byte {
	for i := range b {
		if b[i] == c {
			return b[i+1:]
		}
	}
	return nil
}

func ftpDataStream(_ *Engine, _ *message) result { return named(FTPData) }
