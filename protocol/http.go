package protocol

// HTTP (RFC 9110, 9112) is recognised by a request or status line, on its ports
// or anywhere; once a request was seen, all else in the conversation is HTTP too.
// A message has its name in the segment that completes its body.

// What note.state of an HTTP conversation holds.
const (
	httpSeen    = 1 << iota // a request was seen
	httpHead                // the last request was HEAD
	httpConnect             // the last request was CONNECT
	httpUpgraded
	httpTunnelled // CONNECT succeeded: what follows is not HTTP's
)

func httpStream(e *Engine, m *message) result {
	c := m.c
	if hasPrefix(m.data, http2Preface) {
		c.owner = byHTTP2
		return http2Stream(e, m)
	}
	name := TCP
	at := 0
	for at < m.size {
		if c.note.state&httpUpgraded != 0 {
			return e.upgraded(m, at, name)
		}
		if c.note.state&httpTunnelled != 0 {
			return guessTLS(e, m)
		}
		r, n := httpMessage(m, at)
		if r.need != 0 {
			r.name, r.used = name, at
			return r
		}
		if r.name != Unnamed {
			name = r.name
		}
		if n <= 0 {
			break
		}
		at += n
	}
	return named(name)
}

// httpMessage reads the message at offset at of m and returns its length, 0 if it
// goes on to the end of m. Only a whole message in m.data can follow another.
func httpMessage(m *message, at int) (r result, n int) {
	c, b := m.c, m.from(at)
	seen := c.note.state&httpSeen != 0
	if len(b) > 3 && b[0] == '\r' && b[1] == '\n' {
		b = b[2:]
	}
	if len(b) == 0 {
		return named(Unnamed), 0
	}
	if !isPrint(b[0]) {
		if seen {
			return named(HTTP), 0
		}
		return named(Unnamed), 0
	}
	first, _, ok := line(b, 0, true)
	if !ok && m.canWait && m.known() {
		return result{need: oneMore}, 0
	}
	if !ok { // cut short: not taken for HTTP, but what follows is
		if httpKind(b) == httpRequest {
			c.note.state |= httpSeen
		}
		first = 0
	}
	kind := httpKind(b[:first])
	if kind == httpOther {
		if seen {
			return named(HTTP), 0
		}
		return named(Unnamed), 0
	}
	return httpBody(m, at, kind)
}

// httpBody reads the headers of the message at offset at of m, and asks for what
// is missing of its body.
func httpBody(m *message, at int, kind httpType) (r result, n int) {
	h := readHeaders(m.from(at))
	body := kind == httpResponse && !h.bodiless(m.c.note.state) || kind == httpRequest
	if !h.whole && m.canWait && m.known() {
		return result{need: oneMore}, 0
	}
	if body && m.canWait {
		if r = h.await(m, at, kind); r.need != 0 {
			return r, 0
		}
	}
	if kind == httpRequest {
		m.c.note.state = m.c.note.state&^(httpHead|httpConnect) | httpSeen | requestState(m.from(at))
	}
	length := h.size
	switch {
	case !body:
	case h.chunked:
		length = m.size - at
		if h.chunksEnd > 0 {
			length = h.chunksEnd
		}
	case h.hasLength:
		length = min(h.size+h.length, m.size-at)
	case kind == httpResponse:
		length = m.size - at
	}
	switch {
	case kind != httpResponse:
	case h.status == 101:
		m.c.note.state |= httpUpgraded
		m.c.note.version = uint16(h.upgrade)
	case h.status/100 == 2 && m.c.note.state&httpConnect != 0:
		m.c.note.state = httpTunnelled
	}
	if length > h.size {
		return named(h.name(m.from(at))), length
	}
	return named(HTTP), length
}

// bodiless says whether a response has no body whatever its headers say (RFC 9112, 6.3).
func (h *headers) bodiless(state uint16) bool {
	return state&httpHead != 0 || h.status/100 == 1 || h.status == 204 || h.status == 304 ||
		h.status/100 == 2 && state&httpConnect != 0
}

// await asks for what is missing of the body.
func (h *headers) await(m *message, at int, kind httpType) result {
	left := m.left(at)
	switch {
	case h.chunked:
		return h.awaitChunks(m, at)
	case h.hasLength && h.length >= 128<<10 && h.tunnel:
		// remote procedure calls through HTTP state a length that means nothing
	case h.hasLength:
		if total := h.size + h.length; left < total {
			return wait(Unnamed, 0, total-left).forgetting(h.size+len(xmlDeclaration), total)
		}
	case kind == httpResponse:
		return wait(Unnamed, 0, untilFIN).forgetting(h.size+len(xmlDeclaration), 1<<30)
	}
	return result{}
}

// awaitChunks follows the chunks of a body as far as they have arrived.
func (h *headers) awaitChunks(m *message, at int) result {
	next := h.size // offset of a chunk's size line in the message
	b, shift := m.from(at), 0
	if m.gap > 0 && at == 0 { // the chunks before were read and forgotten
		next, shift = m.keep+m.gap, m.gap
	}
	for {
		i := next - shift
		if i >= len(b) {
			return wait(Unnamed, 0, oneMore).forgetting(h.size, next)
		}
		_, end, ok := line(b, i, true)
		if !ok {
			return wait(Unnamed, 0, oneMore).forgetting(h.size, next)
		}
		size, ok := hexadecimal(b[i:end], 1<<30)
		if !ok {
			return result{}
		}
		if size == 0 {
			_, end, ok = line(b, end, true)
			if !ok {
				return wait(Unnamed, 0, oneMore).forgetting(h.size, next)
			}
			h.chunksEnd = end + shift
			return result{}
		}
		next = end + shift + size + 2
	}
}

func hexadecimal(b []byte, limit int) (n int, ok bool) {
	for i, c := range b {
		d := -1
		switch c = lower(c); {
		case isDigit(c):
			d = int(c - '0')
		case 'a' <= c && c <= 'f':
			d = int(c-'a') + 10
		}
		if d < 0 {
			return n, i > 0
		}
		if n = n*16 + d; n > limit {
			return 0, false
		}
	}
	return n, len(b) > 0
}

// guessHTTP recognises a request or status line by its version.
func guessHTTP(e *Engine, m *message) result {
	n, _, ok := line(m.data, 0, false)
	if !ok || n < 8 {
		return rejected
	}
	first := m.data[:n]
	if !hasPrefixFold(first, "http/1.") && !hasPrefixFold(first[n-8:], "http/1.") {
		return rejected
	}
	m.c.owner = byHTTP
	return httpStream(e, m)
}

// upgraded reads what follows a protocol switch.
func (e *Engine) upgraded(m *message, at int, name ID) result {
	if ID(m.c.note.version) == WebSocket {
		return websocket(m, at, name)
	}
	return named(name)
}

// websocket reads frames (RFC 6455, 5.2).
func websocket(m *message, at int, name ID) result {
	for at < m.size {
		b := m.from(at)
		n, ok := websocketLength(b)
		if !ok {
			if m.canWait && m.known() {
				return wait(name, at, oneMore)
			}
			return named(WebSocket)
		}
		if m.left(at) < n && m.canWait {
			return wait(name, at, n-m.left(at))
		}
		name, at = WebSocket, at+n
	}
	return named(WebSocket)
}

func websocketLength(b []byte) (n int, ok bool) {
	if len(b) < 2 {
		return 0, false
	}
	n, header := int(b[1]&0x7f), 2
	switch n {
	case 126:
		if len(b) < 4 {
			return 0, false
		}
		n, header = int(b[2])<<8|int(b[3]), 4
	case 127:
		if len(b) < 10 {
			return 0, false
		}
		low, _ := be32(b, 6)
		n, header = int(min(low, 1<<30)), 10
	}
	if b[1]&0x80 != 0 {
		header += 4
	}
	return header + n, true
}
