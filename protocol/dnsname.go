package protocol

// dnsStream reads DNS over TCP: a length, then a message (RFC 1035, 4.2.2).
func dnsStream(e *Engine, m *message) result {
	r := m.pdus(DNS, 2, func(b []byte) int { return 2 + int(b[0])<<8 + int(b[1]) })
	r.hole = hole{} // the answers of an unfinished message will be wanted
	end := m.size
	if r.need != 0 {
		end = r.used
	}
	e.ttl = 0
	for at := 0; at+2 < end; {
		n, ok := be16(m.data, at)
		if !ok {
			break
		}
		at += 2
		e.answers, e.ttl = appendAnswers(e.answers, m.data[at:min(at+int(n), len(m.data))], e.ttl)
		at += int(n)
	}
	return r
}

// dnsDatagram reads DNS proper. Multicast DNS and LLMNR resolve nothing: there
// hosts announce their own addresses.
func dnsDatagram(e *Engine, v *View) ID {
	e.answers, e.ttl = appendAnswers(e.answers, v.Payload, 0)
	return DNS
}

// guessDNS recognises DNS on any port by the sanity of its header and first question.
func guessDNS(e *Engine, v *View) ID {
	if !isDNS(v.Payload) {
		return Unnamed
	}
	return dnsDatagram(e, v)
}

// isDNS says whether b begins with a header and a question such as resolvers send.
func isDNS(b []byte) bool {
	if len(b) < 17 {
		return false
	}
	flags, _ := be16(b, 2)
	questions, _ := be16(b, 4)
	opcode, reserved := flags>>11&15, flags&0x40
	if opcode > 5 || reserved != 0 || questions != 1 {
		return false
	}
	records := 0
	for at := 6; at < 12; at += 2 {
		n, _ := be16(b, at)
		records += int(n)
	}
	at := skipName(b, 12)
	kind, _ := be16(b, at)
	class, ok := be16(b, at+2)
	return ok && records < 128 && printableName(b[12:at]) && kind != 0 && (class == 1 || class == 255 || class == 3)
}

// printableName says whether all bytes of a domain name's labels can be printed.
func printableName(b []byte) bool {
	for len(b) > 0 && b[0] != 0 && b[0] < 0xc0 {
		n := int(b[0])
		if n > 63 || n+1 > len(b) {
			return false
		}
		for _, c := range b[1 : n+1] {
			if !isPrint(c) {
				return false
			}
		}
		b = b[n+1:]
	}
	return true
}
