package protocol

// Databases and message queues.

// mysqlStream reads MySQL's packets: a length of three bytes, a number. A client
// may answer the greeting with a request for TLS, which follows at once.
func mysqlStream(_ *Engine, m *message) result {
	r := m.pdus(MySQL, 4, func(b []byte) int { return 4 + int(b[2])<<16 + int(b[1])<<8 + int(b[0]) })
	const sslAsked = 0x08
	if b := m.data; m.toServer(3306) && m.c.note.state == 0 && r.need == 0 {
		m.c.note.state = 1
		if m.size == 36 && len(b) >= 6 && b[0] == 32 && b[3] == 1 && b[5]&sslAsked != 0 {
			m.c.startTLS()
		}
	}
	return r
}

// pgsqlStream reads PostgreSQL's messages: a type, except in the first, and a length.
func pgsqlStream(_ *Engine, m *message) result {
	s := &m.c.note.state
	const tlsRequest = 80877103
	if code, ok := be32(m.data, 4); ok && code == tlsRequest && m.size == 8 {
		*s |= sessionTLSAsked
		return named(PGSQL)
	}
	if *s&sessionTLSAsked != 0 && m.size == 1 && len(m.data) == 1 {
		*s &^= sessionTLSAsked
		if m.data[0] == 'S' {
			m.c.startTLS()
		}
		return named(PGSQL)
	}
	return m.pdus(PGSQL, 5, func(b []byte) int {
		if b[0] == 0 { // start-up, cancel: no type
			n, _ := be32(b, 0)
			return int(n)
		}
		n, _ := be32(b, 1)
		return int(n) + 1
	})
}

// tdsStream reads TDS (MS-TDS 2.2.3).
func tdsStream(_ *Engine, m *message) result {
	if len(m.data) >= 2 && (m.data[0] == 0 || m.data[0] > 18 || m.data[1] > 31) {
		return rejected
	}
	return m.pdus(TDS, 8, lengthBE16(2, 0))
}

// respStream reads Redis's protocol: commands and answers that end with a line end.
func respStream(_ *Engine, m *message) result {
	n := len(m.data)
	if n < 2 || !m.known() {
		return wait(RESP, 0, oneMore)
	}
	if m.data[n-1] != '\n' && m.canWait {
		return wait(RESP, 0, oneMore)
	}
	return named(RESP)
}

// mqttLength returns the length of an MQTT packet: its length is a number of up to four bytes.
func mqttLength(b []byte) int {
	n, shift := 0, 0
	for i := 1; i < 5; i++ {
		if i >= len(b) {
			return 0
		}
		n |= int(b[i]&0x7f) << shift
		if shift += 7; b[i]&0x80 == 0 {
			return n + i + 1
		}
	}
	return -1
}

// isOpenFlow says whether b begins with OpenFlow's header.
func isOpenFlow(b []byte) bool {
	n, ok := be16(b, 2)
	return ok && len(b) >= 8 && b[0] >= 1 && b[0] <= 6 && b[1] <= 35 && n >= 8
}

// guessOpenFlow claims a conversation with a message to the port that OpenFlow had before 6653.
func guessOpenFlow(e *Engine, m *message) result {
	n, _ := be16(m.data, 2)
	if m.v.DstPort != 6633 || !isOpenFlow(m.data) || int(n) > m.size {
		return rejected
	}
	m.c.owner = byOpenFlow
	return openFlowStream(e, m)
}

func openFlowStream(_ *Engine, m *message) result { return m.pdus(OpenFlow, 8, lengthBE16(2, 0)) }

// HTTP/2 (RFC 9113) without TLS is recognised by its preface, where HTTP is expected.
const http2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

func http2Stream(_ *Engine, m *message) result {
	return m.pdus(HTTP2, 9, func(b []byte) int {
		if hasPrefix(b, "PRI * HT") {
			return len(http2Preface)
		}
		return 9 + int(b[0])<<16 + int(b[1])<<8 + int(b[2])
	})
}
