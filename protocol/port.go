package protocol

import "sync"

// dissector stands for the code that recognises one protocol; none is nobody.
type dissector uint8

// port assigns the ports from first to last to a dissector.
type port struct {
	first, last uint16
	to          dissector
}

// ports finds the dissectors of all ports.
type ports struct{ tcp, udp portTable }

// portsOf returns the ports of all engines, which do not change.
var portsOf = sync.OnceValue(func() *ports {
	t := new(ports)
	t.tcp.assign(tcpPorts[:], fixedStreams[:])
	t.udp.assign(udpPorts[:], fixedDatagrams[:])
	for i, f := range framings() {
		for _, p := range f.ports {
			t.tcp.set(p, byFramed+dissector(i))
		}
	}
	return t
})

// portTable finds the dissector of a port in one step. Most ports have none, and that
// is told by a bit, for which the first-level cache has room.
type portTable struct {
	taken [1 << 16 / 64]uint64
	to    [1 << 16]dissector
}

func (t *portTable) assign(ports []port, fixed []fixedPort) {
	for _, p := range fixed {
		t.set(p.port, byPortAlone)
	}
	for _, p := range ports {
		for n := int(p.first); n <= int(p.last); n++ {
			t.set(uint16(n), p.to)
		}
	}
}

func (t *portTable) set(p uint16, to dissector) {
	t.taken[p/64] |= 1 << (p % 64)
	t.to[p] = to
}

// of returns the dissector of a port; none if there is none, as for port 0.
func (t *portTable) of(p uint16) dissector {
	if t.taken[p/64]>>(p%64)&1 == 0 || p == 0 {
		return none
	}
	return t.to[p]
}

// streamDissector reads messages of a TCP stream.
type streamDissector func(*Engine, *message) result

// datagramDissector names a UDP datagram; Unnamed if it is not of its protocol.
type datagramDissector func(*Engine, *View) ID

// dissect finds out whose a message is: first the dissector that claimed the
// conversation, then the one of the server's port, of the lower and of the higher
// port, then whoever recognises the content.
func (e *Engine) dissect(m *message) result {
	if m.c.owner != none {
		if r := e.streams[m.c.owner](e, m); r.accepted() {
			return r
		}
	} else if e.expected.any() {
		e.claimExpected(m.c, m.v)
		if m.c.owner != none {
			if r := e.streams[m.c.owner](e, m); r.accepted() {
				return r
			}
		}
	}
	low, high := min(m.v.SrcPort, m.v.DstPort), max(m.v.SrcPort, m.v.DstPort)
	for _, p := range [...]uint16{m.c.server, low, high} {
		d := e.ports.tcp.of(p)
		if d == none {
			continue
		}
		if r := e.streamAt(d, m, p); r.accepted() {
			return r
		}
	}
	return e.guess(m)
}

func (e *Engine) streamAt(d dissector, m *message, port uint16) result {
	if d == byPortAlone {
		return e.fixedStream(m, port)
	}
	return e.streams[d](e, m)
}

func (e *Engine) datagramAt(d dissector, v *View, port uint16) ID {
	if d == byPortAlone {
		return e.fixedDatagram(v, port)
	}
	return e.datagrams[d](e, v)
}

// udp names a datagram in the same order.
func (e *Engine) udp(v *View) ID {
	if v.Broken {
		return UDP
	}
	if len(v.Payload) == 0 {
		return UDP
	}
	if c := e.find(v); c != nil && c.owner != none {
		if id := e.datagrams[c.owner](e, v); id != Unnamed {
			return id
		}
	} else if e.expected.any() {
		if id := e.expectedDatagram(v); id != Unnamed {
			return id
		}
	}
	for _, p := range [...]uint16{min(v.SrcPort, v.DstPort), max(v.SrcPort, v.DstPort)} {
		d := e.ports.udp.of(p)
		if d == none {
			continue
		}
		if id := e.datagramAt(d, v, p); id != Unnamed {
			return id
		}
	}
	if id := e.guessDatagram(v); id != Unnamed {
		return id
	}
	return UDP
}

// claim makes d the owner of v's conversation.
func (e *Engine) claim(v *View, d dissector) {
	e.open(v).owner = d
}

// expect announces that a conversation of v's endpoints in which one side has
// port belongs to d, as an FTP session announces its data connection. Only
// conversations of the same two endpoints can be announced, so that names do not
// depend on how pairs of endpoints are spread over engines.
func (e *Engine) expect(v *View, transport, port uint16, d dissector) {
	w := View{Pair: v.Pair, Number: transport}
	e.expected.set(w.expectKey(port), uint64(d))
}

func (e *Engine) expectedOwner(v *View) dissector {
	if d, ok := e.expected.get(v.expectKey(v.SrcPort)); ok {
		return dissector(d)
	}
	d, _ := e.expected.get(v.expectKey(v.DstPort))
	return dissector(d)
}

func (e *Engine) claimExpected(c *conversation, v *View) { c.owner = e.expectedOwner(v) }

func (e *Engine) expectedDatagram(v *View) ID {
	d := e.expectedOwner(v)
	if d == none {
		return Unnamed
	}
	e.claim(v, d)
	return e.datagrams[d](e, v)
}
