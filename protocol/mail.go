package protocol

// What note.state of a mail or file session holds.
const (
	sessionTLSAsked = 1 << iota // STARTTLS was sent, its answer is awaited
	mailData                    // DATA was sent, the message follows
	mailDataAsked               // a message was asked for, it follows
)

// toServer says whether a segment goes to the port that its protocol was found by.
func (m *message) toServer(ports ...uint16) bool {
	for _, p := range ports {
		if m.v.DstPort == p {
			return true
		}
		if m.v.SrcPort == p {
			return false
		}
	}
	return m.c.server == m.v.DstPort && m.c.server != 0
}

// smtpStream reads SMTP (RFC 5321). A segment without a line end waits for it. The
// segment that ends a message is SMTP/IMF.
func smtpStream(_ *Engine, m *message) result {
	n, next, ok := line(m.data, 0, true)
	if !ok && m.canWait && m.known() {
		return wait(SMTP, 0, oneMore)
	}
	s := &m.c.note.state
	if !m.toServer(25, 587) {
		m.startTLSIf("220")
		return named(SMTP)
	}
	for at := 0; at < len(m.data); {
		if *s&mailData != 0 {
			return named(smtpMessage(s, m.data[at:]))
		}
		smtpCommand(s, m.data[at:at+n])
		at = next
		n, next, _ = line(m.data, at, false)
	}
	return named(SMTP)
}

// smtpCommand notes the commands after which the conversation changes its nature.
func smtpCommand(s *uint16, c []byte) {
	switch {
	case hasPrefixFold(c, "data") && len(trimLeft(c[4:])) == 0:
		*s |= mailData // whatever the server answers, as in tshark
	case hasPrefixFold(c, "starttls"):
		*s |= sessionTLSAsked
	}
}

// smtpMessage names a piece of a message.
func smtpMessage(s *uint16, b []byte) ID {
	if !hasDotLine(b) {
		return SMTP
	}
	*s &^= mailData
	return SMTPIMF
}

// startTLSIf hands the conversation over to TLS if the client asked for it and
// the server's answer begins with yes.
func (m *message) startTLSIf(yes string) {
	if s := &m.c.note.state; *s&sessionTLSAsked != 0 {
		*s &^= sessionTLSAsked
		if hasPrefix(m.data, yes) {
			m.c.startTLS()
		}
	}
}

// startTLS hands the conversation over to TLS.
func (c *conversation) startTLS() {
	c.owner = byTLS
	c.note = note{}
}

// hasDotLine says whether b has a line with only a dot, which ends a message.
func hasDotLine(b []byte) bool {
	for at := 0; at < len(b); {
		n, next, ok := line(b, at, false)
		if ok && n == 1 && b[at] == '.' {
			return true
		}
		at = next
	}
	return false
}

// popStream reads POP3 (RFC 1939): every segment is POP, the one that brings the
// last byte of a message whose size the server told is POP/IMF.
func popStream(_ *Engine, m *message) result {
	s, left := &m.c.note.state, &m.c.note.count
	if m.toServer(110) {
		*s, *left = 0, 0
		switch {
		case hasPrefixFold(m.data, "stls"):
			*s |= sessionTLSAsked
		case hasPrefixFold(m.data, "retr"), hasPrefixFold(m.data, "top"):
			*s |= mailDataAsked
		}
		return named(POP)
	}
	m.startTLSIf("+OK")
	arrived := m.size
	if *s&mailDataAsked != 0 {
		*s &^= mailDataAsked
		_, next, _ := line(m.data, 0, false)
		_, rest := word(m.data[:next])
		size, _ := decimal(rest, 1<<30)
		*left, arrived = uint32(size), m.size-next
	}
	if *left == 0 {
		return named(POP)
	}
	*left -= min(uint32(max(arrived, 0)), *left)
	if *left == 0 {
		return named(POPIMF)
	}
	return named(POP)
}

// imapStream reads IMAP (RFC 9051).
func imapStream(e *Engine, m *message) result {
	s := &m.c.note.state
	if m.toServer(143) {
		_, command := word(m.data)
		if hasPrefixFold(command, "starttls") {
			*s |= sessionTLSAsked
		}
		return named(IMAP)
	}
	if *s&sessionTLSAsked != 0 {
		*s &^= sessionTLSAsked
		if _, answer := word(m.data); hasPrefixFold(answer, "ok") {
			m.c.startTLS()
		}
	}
	return named(IMAP)
}
