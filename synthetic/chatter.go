package synthetic

import (
	"encoding/binary"
	"net/netip"

	"botnetdetect/capture"
	"botnetdetect/internal/craft"
)

// chatter has the local network talk: who has which address, who is called what, what is there.
func (w *world) chatter() {
	h := w.home
	speakers := append([]*node{h.host, h.gateway}, h.neighbours...)
	some := func() *node { return pick(w.dice, speakers...) }
	wait := func() func() float64 {
		mean := w.logUniform(2, 600)
		return func() float64 { return w.exponential(mean) }
	}
	if w.wire.link != capture.LinkRaw && w.chance(0.8) {
		w.every(wait(), func() { w.resolve(some(), some()) })
	}
	if w.chance(0.5) {
		w.every(wait(), func() { w.datagram(some(), h.all, 137, 137, LAN, w.netBIOS()) })
	}
	if w.chance(0.5) {
		w.every(wait(), func() { w.announce(some()) })
	}
	if w.chance(0.5) {
		w.every(wait(), func() { w.multicastDNS(some()) })
	}
}

// resolve asks by ARP for an address and answers.
func (w *world) resolve(a, b *node) {
	if a == b || !a.addr.IsPrivate() || !b.addr.IsPrivate() {
		return
	}
	w.arp(a, w.home.all, b.addr, craft.MAC{}, 1)
	if b.local || a.local {
		w.after(0.0003, func() { w.arp(b, a, a.addr, a.mac, 2) })
	}
}

func (w *world) arp(from, to *node, target netip.Addr, mac craft.MAC, operation byte) {
	b := append(w.b[:0], 0, 1, 8, 0, 6, 4, 0, operation)
	b = append(append(b, from.mac[:]...), from.addr.AsSlice()...)
	b = append(append(b, mac[:]...), target.AsSlice()...)
	w.b = b
	w.pairs.add(from.mac.String(), to.mac.String(), LAN)
	w.emit(from, to, craft.TypeARP, b)
}

// netBIOS asks for a name (RFC 1002).
func (w *world) netBIOS() func([]byte) []byte {
	return func(b []byte) []byte {
		b = binary.BigEndian.AppendUint16(b, uint16(w.Uint32()))
		b = append(b, 1, 0x10, 0, 1, 0, 0, 0, 0, 0, 0, 32)
		name := []byte("WORKGROUP      \x1d")
		for _, c := range name {
			b = append(b, 'A'+c>>4, 'A'+c&15)
		}
		return append(b, 0, 0, 32, 0, 1)
	}
}

// group is a multicast address as a node.
func group(last [4]byte) *node {
	return &node{addr: netip.AddrFrom4(last), mac: craft.MAC{1, 0, 0x5e, last[1] & 0x7f, last[2], last[3]}}
}

// announce searches for devices (UPnP).
func (w *world) announce(from *node) {
	const search = "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 3\r\nST: upnp:rootdevice\r\n\r\n"
	w.datagram(from, group([4]byte{239, 255, 255, 250}), from.port(w.dice), 1900, LAN,
		func(b []byte) []byte { return append(b, search...) })
}

// multicastDNS asks for a name (RFC 6762, or LLMNR of RFC 4795).
func (w *world) multicastDNS(from *node) {
	m := craft.DNS{Name: word(w.dice) + ".local", Kind: craft.DNSA}
	if w.chance(0.5) {
		w.datagram(from, group([4]byte{224, 0, 0, 251}), 5353, 5353, LAN, m.Append)
		return
	}
	m.Name, m.ID = word(w.dice), uint16(w.Uint32())
	w.datagram(from, group([4]byte{224, 0, 0, 252}), from.port(w.dice), 5355, LAN, m.Append)
}
