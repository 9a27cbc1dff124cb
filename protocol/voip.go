package protocol

import "bytes"

// Telephony: SIP and RTSP announce the ports of the media that follow; where
// those lie between the same two endpoints, the media are named.

// sipDatagram names SIP (RFC 3261) and notes what its session description announces.
func sipDatagram(e *Engine, v *View) ID {
	if len(v.Payload) == 0 || !isSIP(v.Payload) {
		return Unnamed
	}
	return e.sip(v, v.Payload)
}

// sip names a SIP message, apart from others one with a session description (RFC 8866).
func (e *Engine) sip(v *View, b []byte) ID {
	h := readHeaders(b)
	if !h.whole || len(b) <= h.size || !h.description {
		return SIP
	}
	for at := h.size; at < len(b); {
		n, next, _ := line(b, at, false)
		e.expectMedia(v, b[at:at+n])
		at = next
	}
	return SIPSDP
}

// expectMedia notes the port of a media description: m=audio 49170 RTP/AVP 0.
func (e *Engine) expectMedia(v *View, l []byte) {
	if !hasPrefix(l, "m=") {
		return
	}
	_, rest := word(l)
	if port, ok := decimal(rest, 65534); ok && port > 0 {
		e.expect(v, 17, uint16(port), byRTP)
		e.expect(v, 17, uint16(port)+1, byRTP) // reports go to the next port (RFC 3550, 11)
	}
}

// isSIP says whether a request or status line of SIP begins b.
func isSIP(b []byte) bool {
	const version = " SIP/2.0"
	if hasPrefix(b, "SIP/2.0 ") {
		return true
	}
	if len(b) < 4 || b[0] < 'A' || b[0] > 'Z' || b[1] < 'A' || b[1] > 'Z' {
		return false
	}
	n, _, _ := line(b, 0, false)
	return n > len(version) && hasPrefix(b[n-len(version):n], version)
}

// sipStream reads SIP over TCP, which begins with a line of text.
func sipStream(e *Engine, m *message) result {
	if _, _, ok := line(m.data, 0, true); !ok && m.canWait && m.known() {
		return wait(SIP, 0, oneMore)
	}
	return named(e.sip(m.v, m.data))
}

// rtspStream reads RTSP (RFC 7826): all on its port is RTSP. A Transport header
// agrees on the ports of the media.
func rtspStream(e *Engine, m *message) result {
	b := m.data[:min(len(m.data), 2048)]
	for at := 0; at < len(b); {
		n, next, _ := line(b, at, false)
		if l := b[at : at+n]; hasPrefixFold(l, "transport:") {
			e.expectPort(m.v, l, []byte("client_port="))
			e.expectPort(m.v, l, []byte("server_port="))
		}
		at = next
	}
	return named(RTSP)
}

func (e *Engine) expectPort(v *View, l, key []byte) {
	i := bytes.Index(l, key)
	if i < 0 {
		return
	}
	if port, ok := decimal(l[i+len(key):], 65534); ok {
		e.expect(v, 17, uint16(port), byRTP)
		e.expect(v, 17, uint16(port)+1, byRTP)
	}
}

// mgcpDatagram reads MGCP (RFC 3435): a verb or a response code begins a line.
func mgcpDatagram(_ *Engine, v *View) ID {
	w, rest := word(v.Payload[:min(len(v.Payload), 64)])
	switch string(w) {
	case "EPCF", "CRCX", "MDCX", "DLCX", "RQNT", "NTFY", "AUEP", "AUCX", "RSIP":
		return MGCP
	}
	if len(w) == 3 && isDigit(w[0]) && isDigit(w[1]) && isDigit(w[2]) && len(rest) > 0 {
		return MGCP
	}
	return Unnamed
}

// skinnyStream reads Cisco's SCCP: a length and a version, then a message type. A
// request or response in the segment shows in the name.
func skinnyStream(_ *Engine, m *message) result {
	if n, ok := le32(m.data, 0); ok && (n < 4 || n > 1<<16) {
		return rejected
	}
	name := SKINNY
	r := m.pdus(SKINNY, 8, func(b []byte) int {
		n, _ := le32(b, 0)
		if kind, ok := le32(b, 8); ok && int(n)+8 <= len(b) {
			name = skinnyName(kind, name)
		}
		return int(n) + 8
	})
	if r.need == 0 || r.used > 0 {
		r.name = name
	}
	return r
}

// skinnyName returns the name of a message type, before for those that are
// neither request nor response.
func skinnyName(kind uint32, before ID) ID {
	switch kind {
	case 0x00, 0x01, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x12, 0x25, 0x27, 0x28, 0x33, 0x34, 0x8a, 0x9b, 0x105, 0x107:
		return SKINNYREQ
	case 0x10, 0x22, 0x23, 0x81, 0x90, 0x91, 0x92, 0x93, 0x94, 0x97, 0x98, 0x9d, 0x9e, 0x100, 0x108, 0x109, 0x118, 0x11f, 0x12f, 0x131, 0x154:
		return SKINNYRESP
	}
	return before
}
