package protocol

// What note.state of a mail or file session holds.
const (
	sessionTLSAsked = 1 << iota // STARTTLS was sent, its answer is awaited
	mailData                    // DATA was sent, the message follows
	mailDataAsked               // DATA was sent, its answer is awaited
	sessionSecret               // an answer to AUTH follows
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

// smtpStream reads SMTP (RFC 5321). A command or piece of a message without a line
// end waits for it; a reply does not.
func smtpStream(e *Engine, m *message) result {
	s := &m.c.note.state
	if !m.toServer(25, 587) {
		if _, _, ok := line(m.data, 0, true); !ok && m.canWait && m.known() {
			return wait(SMTP, 0, oneMore)
		}
		smtpReply(m)
		return named(SMTP)
	}
	n, next, ok := line(m.data, 0, true)
	if !ok && m.canWait && m.known() {
		return wait(SMTP, 0, oneMore)
	}
	if *s&mailData != 0 {
		if smtpEnd(m.data) {
			*s &^= mailData
			return named(SMTPIMF)
		}
		return named(SMTP)
	}
	for at := 0; ; {
		smtpCommand(s, m.data[at:at+n])
		if at = next; at >= len(m.data) {
			return named(SMTP)
		}
		n, next, _ = line(m.data, at, false)
	}
}

func smtpCommand(s *uint16, c []byte) {
	switch {
	case hasPrefixFold(c, "data") && len(trimLeft(c[4:])) == 0:
		*s |= mailDataAsked
	case hasPrefixFold(c, "starttls"):
		*s |= sessionTLSAsked
	}
}

func smtpReply(m *message) {
	s := &m.c.note.state
	switch {
	case *s&mailDataAsked != 0 && hasPrefix(m.data, "354"):
		*s |= mailData
		*s &^= mailDataAsked
	case *s&mailDataAsked != 0 && len(m.data) > 0 && m.data[0] >= '4':
		*s &^= mailDataAsked
	case *s&sessionTLSAsked != 0:
		*s &^= sessionTLSAsked
		if hasPrefix(m.data, "220") {
			m.c.startTLS()
		}
	}
}

// startTLS hands the conversation over to TLS.
func (c *conversation) startTLS() {
	c.owner = byTLS
	c.note = note{}
}

// smtpEnd says whether a line with only a dot ends the message in b.
func smtpEnd(b []byte) bool {
	for at := 0; at < len(b); {
		n, next, ok := line(b, at, false)
		if ok && n == 1 && b[at] == '.' {
			return true
		}
		at = next
	}
	return false
}

// popStream reads POP3 (RFC 1939): every segment is POP, the one that ends a
// message POP/IMF.
func popStream(e *Engine, m *message) result {
	s := &m.c.note.state
	if m.toServer(110) {
		*s = 0
		switch {
		case hasPrefixFold(m.data, "stls"):
			*s |= sessionTLSAsked
		case hasPrefixFold(m.data, "retr"), hasPrefixFold(m.data, "top"):
			*s |= mailDataAsked
		}
		return named(POP)
	}
	switch {
	case *s&sessionTLSAsked != 0 && hasPrefix(m.data, "+OK"):
		m.c.startTLS()
	case *s&mailDataAsked != 0 && smtpEnd(m.data):
		*s &^= mailDataAsked
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
