package synthetic

import (
	"fmt"
	"net/netip"

	"botnetdetect/internal/craft"
)

// home is the network that the infected host is in.
type home struct {
	host       *node
	gateway    *node
	resolver   *node // the gateway itself, or one in the Internet
	neighbours []*node
	others     []*node // neighbours whose traffic is captured too
	all        *node   // everyone, by broadcast
	servers    []*node // that browsers know
	space      *space
}

// drawHome draws a network into w and the servers that its people use.
func drawHome(w *world, t *Traits) {
	prefix := pick(w.dice, [2]byte{192, 168}, [2]byte{192, 168}, [2]byte{10, byte(w.IntN(256))}, [2]byte{172, byte(w.between(16, 31))})
	subnet := byte(w.IntN(256))
	used := map[byte]bool{}
	h := &home{space: drawSpace(w.dice)}
	at := func() netip.Addr {
		for {
			if last := byte(w.between(1, 254)); !used[last] {
				used[last] = true
				return netip.AddrFrom4([4]byte{prefix[0], prefix[1], subnet, last})
			}
		}
	}
	inside := func(local bool) *node {
		return &node{addr: at(), mac: mac(w.dice), stack: drawStack(w.dice), local: local,
			id: uint16(w.Uint32()), next: uint16(w.Uint32()), path: path{rtt: 0.0006, jitter: 0.3, rate: 10e6}}
	}
	h.host, h.gateway = inside(true), inside(false)
	for range w.between(0, 6) {
		h.neighbours = append(h.neighbours, inside(false))
	}
	for range t.Others {
		h.others = append(h.others, inside(true))
	}
	if w.chance(0.15) { // no router in between: a public address
		h.host.addr = h.space.address(w.dice)
	}
	h.all = &node{addr: netip.AddrFrom4([4]byte{prefix[0], prefix[1], subnet, 255}), mac: broadcast}
	w.home = h
	h.resolver = h.gateway
	if w.chance(0.4) {
		h.resolver = w.remote(h.space, t)
	}
	for range w.count(4, 150) {
		h.servers = append(h.servers, w.server("www"))
	}
}

// server draws a server with a name.
func (w *world) server(role string) *node {
	n := w.remote(w.home.space, &Traits{RTT: 0.04, Loss: 0.001})
	n.name = fmt.Sprintf("%s%d.%s%d.example", role, w.IntN(100), word(w.dice), w.IntN(1e4))
	return n
}

// word draws letters.
func word(d dice) string {
	b := make([]byte, d.between(2, 12))
	for i := range b {
		b[i] = byte('a' + d.IntN(26))
	}
	return string(b)
}

// named looks a server's name up, unless it has none or has just been looked up, and calls do.
func (w *world) named(from, server *node, do func()) {
	if server.name == "" || w.now < server.until {
		do()
		return
	}
	server.until = w.now + int64(w.logUniform(30, 7200)*second)
	m := craft.DNS{ID: uint16(w.Uint32()), Name: server.name, Kind: craft.DNSA}
	answer := m
	answer.Response, answer.Answers = true, []netip.Addr{server.addr}
	w.service(from, w.home.resolver, from.port(w.dice), 53, LAN, m.Append, answer.Append, do)
}

// service sends a datagram and one back, then calls done.
func (w *world) service(from, to *node, src, dst uint16, class Class, ask, tell func([]byte) []byte, done func()) {
	w.datagram(from, to, src, dst, class, ask)
	w.after(reaction(w.dice, from, to), func() {
		w.datagram(to, from, dst, src, class, tell)
		w.after(w.logNormal(0.0005, 1), done)
	})
}
