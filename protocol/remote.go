package protocol

// Remote desktops and proxies.

// What note.state of a TPKT conversation holds.
const tpktRDP = 1 // a connection request for RDP was seen

// tpktStream reads TPKT (RFC 1006); what does not begin with its version is the
// middle of something.
func tpktStream(_ *Engine, m *message) result {
	name := TPKT
	for at := 0; at < m.size; {
		b := m.from(at)
		if len(b) > 0 && b[0] != 3 {
			if m.c.note.state&tpktRDP != 0 && isFastPath(b, m.left(at)) {
				return named(RDP)
			}
			return named(name)
		}
		n, ok := be16(b, 2)
		if !ok {
			if m.canWait && m.known() {
				return wait(name, at, oneMore)
			}
			return named(name)
		}
		if n < 4 {
			return named(name)
		}
		if m.left(at) < int(n) && m.canWait {
			return wait(name, at, int(n)-m.left(at)).forgetting(kept, int(n))
		}
		name = m.cotp(b[:min(int(n), len(b))])
		at += int(n)
	}
	return named(name)
}

// rdpStream reads TPKT on the port of RDP, where only a whole TPKT header counts
// until one was seen.
func rdpStream(e *Engine, m *message) result {
	if n, ok := be16(m.data, 2); !ok || m.data[0] != 3 || m.data[1] != 0 || n < 7 {
		return rejected
	}
	m.c.owner = byTPKT
	return tpktStream(e, m)
}

// isFastPath says whether b is one fast-path message of size bytes (MS-RDPBCGR 2.2.8.1.2).
func isFastPath(b []byte, size int) bool {
	if len(b) < 3 || b[0]&3 != 0 {
		return false
	}
	if b[1]&0x80 == 0 {
		return int(b[1]) == size
	}
	return int(b[1]&0x7f)<<8|int(b[2]) == size
}

// cotp names what a TPKT carries in ISO 8073 transport.
func (m *message) cotp(b []byte) ID {
	if len(b) < 6 {
		return TPKT
	}
	switch b[5] >> 4 {
	case 0xe, 0xd: // connection request, confirm
		if len(b) >= 19 && (b[len(b)-8] == 1 || b[len(b)-8] == 2) && b[len(b)-6] == 8 || hasPrefix(b[min(11, len(b)):], "Cookie: ") {
			m.c.note.state |= tpktRDP
		}
		if m.c.note.state&tpktRDP != 0 {
			return RDP
		}
	case 0xf: // data
		if len(b) > 7 && b[4] == 2 {
			return m.mcs(b[7:])
		}
	}
	return COTP
}

// mcs tells what is in a COTP data message: S7comm, or T.125 with RDP in it.
func (m *message) mcs(b []byte) ID {
	rdp := m.c.note.state&tpktRDP != 0
	switch {
	case b[0] == 0x32:
		return S7COMM
	case b[0] == 0x7f, b[0] == 0x64, b[0] == 0x68:
		if rdp {
			return RDP
		}
		return T125
	case b[0]&3 == 0 && b[0] >= 0x04 && b[0] <= 0x3e && rdp:
		return T125
	}
	return COTP
}

// What note.state of a SOCKS conversation holds: how far the negotiation is.
const (
	socksStart = iota
	socksMethod
	socksRequest
	socksReply
	socksDone
)

// socksStream follows SOCKS 4 and 5 (RFC 1928) up to the end of the negotiation;
// what is relayed then has its own name, if it is recognised.
func socksStream(e *Engine, m *message) result {
	s, toServer := &m.c.note.state, m.toServer(1080)
	b := m.data
	if *s == socksDone {
		if r := e.guess(m); r.accepted() {
			return r
		}
		return named(Socks)
	}
	switch {
	case *s == socksStart && toServer && len(b) > 0 && b[0] == 4:
		*s = socksReply
	case *s == socksStart && toServer && len(b) > 0 && b[0] == 5:
		*s = socksMethod
	case *s == socksMethod && !toServer:
		*s = socksRequest
	case *s == socksRequest && toServer && len(b) > 0 && b[0] == 5:
		*s = socksReply
	case *s == socksReply && !toServer:
		*s = socksDone
	}
	return named(Socks)
}

// xmppStream reads XMPP (RFC 6120), which is XML.
func xmppStream(_ *Engine, m *message) result {
	if len(m.data) == 0 || m.data[0] != '<' {
		return rejected
	}
	if m.toServer(5222) && hasPrefix(m.data, "<starttls") {
		m.c.note.state |= sessionTLSAsked
	}
	if m.c.note.state&sessionTLSAsked != 0 && hasPrefix(m.data, "<proceed") {
		m.c.startTLS()
	}
	return named(XMPPXML)
}
