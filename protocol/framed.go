package protocol

// Protocols over TCP of which only the framing is known here: each tells the
// length of its messages, and has its port to itself.

// framing is how one protocol frames its messages.
type framing struct {
	ports  []uint16
	name   ID
	header int // bytes needed to tell the length
	length func(b []byte) int
}

func framings() []framing {
	return []framing{
		{[]uint16{49}, TACACS, 12, lengthBE32(8, 12)},
		{[]uint16{646}, LDP, 4, lengthBE16(2, 4)},
		{[]uint16{1521}, TNS, 8, lengthBE16(0, 0)},
		{[]uint16{2234, 2240, 5534}, Slsk, 4, lengthLE32(0, 4)},
		{[]uint16{8009}, AJP13, 4, lengthBE16(2, 4)},
		{[]uint16{9042}, CQL, 9, lengthBE32(5, 9)},
		{[]uint16{9092}, Kafka, 4, lengthBE32(0, 4)},
		{[]uint16{5672}, AMQP, 7, amqpLength},
		{[]uint16{4840}, OpcUa, 8, lengthLE32(4, 0)},
		{[]uint16{42}, WINSReplication, 4, lengthBE32(0, 4)},
		{[]uint16{464}, KPASSWD, 4, lengthBE32(0, 4)},
		{[]uint16{7000}, Gryphon, 8, func(b []byte) int { return 8 + (int(b[4])<<8+int(b[5])+3)&^3 }},
	}
}

// amqpLength returns the length of an AMQP 0-9 frame, or of the protocol header.
func amqpLength(b []byte) int {
	if hasPrefix(b, "AMQP") {
		return 8
	}
	return lengthBE32(3, 8)(b)
}

// lineQuery reads FINGER and WHOIS: a line to the server, then an answer that ends
// with the stream.
func lineQuery(id ID, port uint16) streamDissector {
	return func(_ *Engine, m *message) result {
		if m.toServer(port) {
			if _, _, ok := line(m.data, 0, true); !ok && m.canWait && m.known() {
				return wait(id, 0, oneMore)
			}
			return named(id)
		}
		if m.canWait {
			return wait(id, 0, untilFIN).forgetting(1, 1<<30)
		}
		return named(id)
	}
}

// bgpStream reads BGP (RFC 4271): messages begin with sixteen bytes of ones; what
// does not is the middle of one.
func bgpStream(_ *Engine, m *message) result {
	if !hasPrefix(m.data, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"[:min(16, len(m.data))]) {
		return named(BGP)
	}
	return m.pdus(BGP, 19, lengthBE16(16, 0))
}

// x11Stream reads X11: requests tell their length in words; answers and events
// have 32 bytes, answers with data more.
func x11Stream(_ *Engine, m *message) result {
	s := &m.c.note.state // 1 little-endian, 2 big-endian
	if m.v.DstPort >= 6000 && m.v.DstPort <= 6063 {
		if len(m.data) > 0 && *s == 0 && (m.data[0] == 'l' || m.data[0] == 'B') && m.size >= 12 {
			*s = 1
			if m.data[0] == 'B' {
				*s = 2
			}
			return named(X11)
		}
		return m.pdus(X11, 4, func(b []byte) int { return 4 * int(x11Number(b, 2, *s)) })
	}
	return m.pdus(X11, 8, func(b []byte) int {
		if b[0] != 1 {
			return 32
		}
		return 32 + 4*(int(x11Number(b, 4, *s))<<16+int(x11Number(b, 6, *s)))
	})
}

func x11Number(b []byte, at int, order uint16) uint16 {
	if order == 1 {
		n, _ := le16(b, at)
		return n
	}
	n, _ := be16(b, at)
	return n
}
