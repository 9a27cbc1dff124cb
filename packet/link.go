package packet

import (
	"encoding/binary"

	"botnetdetect/capture"
	"botnetdetect/protocol"
)

var be, le = binary.BigEndian, binary.LittleEndian

// first returns the header that a frame of a link type begins with, past what only that type
// has; stop if the type is unknown.
func (w *walk) first(l capture.LinkType) step {
	if s := linkStep(l); s != stop {
		return s
	}
	return w.rareLink(l)
}

// linkStep returns the header that a link type begins with, stop if it is not a common one.
// The numbers are LINKTYPE_ values; raw IP has several by platform.
func linkStep(l capture.LinkType) step {
	switch l {
	case 1:
		return stepEthernet
	case 12, 14, 101, 228, 229:
		return stepIP
	case 0:
		return stepNull
	case 108:
		return stepLoop
	case 9, 50:
		return stepHDLC
	case 51:
		return stepEthernet
	case 104:
		return stepHDLC
	case 113:
		return stepSLL
	case 276:
		return stepSLL2
	case 239:
		return stepNFLog
	case 105:
		return stepWiFi
	case 127:
		return stepRadiotap
	case 119:
		return stepPrism
	case 163:
		return stepAVS
	case 192:
		return stepPPI
	}
	return stop
}

// ethernet reads an Ethernet header: two addresses, then a type or a length.
func (w *walk) ethernet() step {
	h, ok := w.take(14)
	if !ok {
		return w.cutLink()
	}
	w.link((*[6]byte)(h[6:]), (*[6]byte)(h))
	return w.typeOrLength(be.Uint16(h[12:]))
}

// link notes link-layer addresses, nil for none: they stand unless a network
// header follows. What an outer header said is forgotten.
func (w *walk) link(src, dst *[6]byte) {
	if w.p.Src.kind != None {
		w.p.Src, w.p.Dst = Endpoint{}, Endpoint{}
	}
	w.src, w.dst = src, dst
}

// typeOrLength goes on after a field that is an EtherType from 0x0600 up and the
// length of an LLC frame below.
func (w *walk) typeOrLength(t uint16) step {
	if t >= 0x600 {
		w.at(protocol.LayerEther, t)
		return stepEtherType
	}
	w.trim(uint32(t))
	return stepLLC
}

// etherType goes on by the EtherType noted in the view.
func (w *walk) etherType() step {
	switch w.v.Number {
	case 0x0800:
		return stepIPv4
	case 0x86dd:
		return stepIPv6
	case 0x8100, 0x88a8, 0x9100:
		return w.vlan()
	case 0x8847, 0x8848:
		return stepMPLS
	case 0x8864:
		return w.pppoe()
	}
	return stop
}

func (w *walk) vlan() step {
	h, ok := w.take(4)
	if !ok {
		return w.short()
	}
	return w.typeOrLength(be.Uint16(h[2:]))
}

// mpls reads a label stack; what it carries shows in the first nibble only (RFC 4928).
func (w *walk) mpls() step {
	h, ok := w.take(4)
	if !ok {
		return w.short()
	}
	if h[2]&1 == 0 {
		return stepMPLS
	}
	if len(w.data) == 0 {
		return w.short()
	}
	switch w.data[0] >> 4 {
	case 4:
		return stepIP
	case 6:
		return stepIPv6
	case 0: // pseudowire control word (RFC 4385)
		if _, ok := w.take(4); ok {
			return stepEthernet
		}
		return w.short()
	}
	return stepEthernet
}

// pppoe reads a PPPoE session header (RFC 2516).
func (w *walk) pppoe() step {
	h, ok := w.take(6)
	if !ok {
		return w.short()
	}
	w.trim(uint32(be.Uint16(h[4:])))
	return stepPPP
}

// hdlc reads PPP in HDLC-like framing (RFC 1662) or Cisco HDLC.
func (w *walk) hdlc() step {
	if len(w.data) < 2 {
		return w.cutLink()
	}
	switch {
	case w.data[0] == 0xff && w.data[1] == 0x03:
		w.data = w.data[2:]
	case (w.data[0] == 0x0f || w.data[0] == 0x8f) && w.data[1] == 0 && len(w.data) >= 4:
		w.at(protocol.LayerEther, be.Uint16(w.data[2:]))
		w.data = w.data[4:]
		return stepEtherType
	}
	return stepPPP
}

// ppp reads a PPP protocol field, one byte if its lowest bit is set (RFC 1661). The address and
// control before it may be left out, and in tunnels are there or not as the ends agreed.
func (w *walk) ppp() step {
	if len(w.data) >= 2 && w.data[0] == 0xff && w.data[1] == 0x03 {
		w.data = w.data[2:]
	}
	h, ok := w.take(1)
	if !ok {
		return w.short()
	}
	t := uint16(h[0])
	if t&1 == 0 {
		if h, ok = w.take(1); !ok {
			return w.short()
		}
		t = t<<8 | uint16(h[0])
	}
	w.at(protocol.LayerPPP, t)
	switch t {
	case 0x0021:
		return stepIP
	case 0x0057:
		return stepIPv6
	case 0x0281, 0x0283:
		return stepMPLS
	}
	return stop
}

// llc reads an 802.2 header, and SNAP behind it.
func (w *walk) llc() step {
	h, ok := w.take(2)
	if !ok {
		return w.short()
	}
	w.at(protocol.LayerLLC, be.Uint16(h))
	if w.v.Number != 0xaaaa || len(w.data) < 6 {
		return stop
	}
	w.data = w.data[1:]
	return w.snap()
}

// snap reads an organisation's number and what it calls the protocol.
func (w *walk) snap() step {
	h, ok := w.take(5)
	if !ok {
		return w.short()
	}
	oui := uint32(h[0])<<16 | uint32(h[1])<<8 | uint32(h[2])
	t := be.Uint16(h[3:])
	if oui == 0 || oui == 0x0000f8 {
		w.at(protocol.LayerEther, t)
		return stepEtherType
	}
	w.at(protocol.LayerSNAP, t)
	return stop
}

// sll reads Linux's cooked header, version 1: a source, no destination.
func (w *walk) sll() step {
	h, ok := w.take(16)
	if !ok {
		return w.cutLink()
	}
	w.cookedSource(be.Uint16(h[4:]), h[6:14])
	return w.cookedType(be.Uint16(h[14:]))
}

// sll2 reads Linux's cooked header, version 2.
func (w *walk) sll2() step {
	h, ok := w.take(20)
	if !ok {
		return w.cutLink()
	}
	w.cookedSource(uint16(h[11]), h[12:20])
	return w.cookedType(be.Uint16(h))
}

func (w *walk) cookedSource(n uint16, addr []byte) {
	if n == 6 {
		w.link((*[6]byte)(addr), nil)
	}
}

// cookedType goes on after a cooked header's protocol, whose small values say
// which framing the kernel saw.
func (w *walk) cookedType(t uint16) step {
	if t == 4 {
		return stepLLC
	}
	w.at(protocol.LayerEther, t)
	return stepEtherType
}

// null reads the BSD loopback header: an address family, in the byte order of
// the capturing host, or big-endian for OpenBSD.
func (w *walk) null(network bool) step {
	h, ok := w.take(4)
	if !ok {
		return w.cutLink()
	}
	family := le.Uint32(h)
	if network || family >= 1<<16 {
		family = be.Uint32(h)
	}
	switch family {
	case 2:
		return stepIP
	case 10, 24, 28, 30:
		return stepIPv6
	}
	if family >= 0x600 {
		w.at(protocol.LayerEther, uint16(family))
		return stepEtherType
	}
	return stop
}

// nflog reads what Linux's netfilter logs: an address family, and records of a length, a
// type and a value, each padded to four bytes. One of them is the packet.
func (w *walk) nflog() step {
	const payload = 9
	h, ok := w.take(4)
	if !ok {
		return w.cutLink()
	}
	family := h[0]
	for len(w.data) >= 4 {
		n, kind := int(le.Uint16(w.data)), le.Uint16(w.data[2:])
		switch {
		case n < 4:
			return w.bad()
		case kind&0x7fff != payload:
			if _, ok := w.take((n + 3) &^ 3); !ok {
				return w.cutLink()
			}
			continue
		}
		w.data = w.data[4:]
		w.trim(uint32(n - 4))
		if family == 2 || family == 10 {
			return stepIP
		}
		return stop
	}
	return w.cutLink()
}
