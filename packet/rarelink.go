package packet

import (
	"botnetdetect/capture"
	"botnetdetect/protocol"
)

// Link types whose frames few captures have, and which lead to IP all the same: LINKTYPE_
// numbers.
const (
	linkTokenRing  capture.LinkType = 6
	linkSLIP       capture.LinkType = 8
	linkFDDI       capture.LinkType = 10
	linkATM        capture.LinkType = 100 // LLC over ATM (RFC 2684)
	linkFrameRelay capture.LinkType = 107
	linkEnc        capture.LinkType = 109 // OpenBSD, decrypted IPsec
	linkPFLog      capture.LinkType = 117
	linkFibre      capture.LinkType = 122 // IP over Fibre Channel (RFC 4338)
	linkFireWire   capture.LinkType = 138 // Apple, IP over IEEE 1394
	linkPPPWay     capture.LinkType = 204 // PPP after a byte that says which way
	linkMPLS       capture.LinkType = 219
	linkCAN        capture.LinkType = 227 // SocketCAN; it leads to no IP, and is only named
	linkIPNet      capture.LinkType = 226 // Solaris
	linkAnalyzer   capture.LinkType = 240 // netANALYZER
	linkTransit    capture.LinkType = 241 // netANALYZER, with a preamble
	linkInfiniBand capture.LinkType = 242 // IP over InfiniBand
	linkPKTAP      capture.LinkType = 258 // Apple, of any interface
)

// rareLink reads what those link types begin with.
func (w *walk) rareLink(l capture.LinkType) step {
	switch l {
	case linkSLIP:
		return w.after(16, stepIP)
	case linkEnc:
		return w.after(12, stepIP)
	case linkATM:
		return stepLLC
	case linkFibre:
		return w.after(16, stepLLC)
	case linkFDDI:
		return w.fddi()
	case linkTokenRing:
		return w.tokenRing()
	case linkPPPWay:
		return w.after(1, stepHDLC)
	case linkMPLS:
		return stepMPLS
	case linkAnalyzer:
		return w.after(4, stepEthernet)
	case linkTransit:
		return w.after(12, stepEthernet)
	case linkFireWire:
		return w.typeAt(16, 18)
	case linkInfiniBand:
		return w.typeAt(40, 44)
	case linkFrameRelay:
		return w.frameRelay()
	case linkPFLog:
		return w.pflog()
	case linkCAN:
		return stepCAN
	case linkIPNet:
		return w.after(24, stepIP)
	case linkPKTAP:
		return w.pktap()
	}
	return stop
}

// after steps over n bytes.
func (w *walk) after(n int, next step) step {
	if _, ok := w.take(n); !ok {
		return w.cutLink()
	}
	return next
}

// can reads the header of a frame on a CAN bus: its identifier and four more bytes.
func (w *walk) can() step {
	if len(w.data) < 8 {
		return w.cutLink()
	}
	w.at(protocol.LayerCAN, uint16(w.data[5]))
	return stop
}

// typeAt steps over a header of size bytes, which has an EtherType at a place.
func (w *walk) typeAt(place, size int) step {
	h, ok := w.take(size)
	if !ok {
		return w.cutLink()
	}
	w.at(protocol.LayerEther, be.Uint16(h[place:]))
	return stepEtherType
}

// fddi reads a frame control byte and two addresses; only LLC frames go on.
func (w *walk) fddi() step {
	h, ok := w.take(13)
	switch {
	case !ok:
		return w.cutLink()
	case h[0]&0xf0 != 0x50:
		return stop
	}
	return stepLLC
}

// tokenRing reads a header of IEEE 802.5, and the route where the source has one. A frame
// control byte of 0x40 and up is of LLC.
func (w *walk) tokenRing() step {
	h, ok := w.take(14)
	switch {
	case !ok:
		return w.cutLink()
	case h[1]>>6 != 1:
		return stop
	case h[8]&0x80 == 0:
		return stepLLC
	case len(w.data) == 0:
		return w.cutLink()
	}
	return w.after(int(w.data[0]&0x1f), stepLLC)
}

// frameRelay reads an address of two to four bytes (Q.922), then a network layer protocol ID
// (RFC 2427) or, as Cisco has it, an EtherType.
func (w *walk) frameRelay() step {
	n := 2
	for n < 4 && len(w.data) > n && w.data[n-1]&1 == 0 {
		n++
	}
	const unnumbered = 3
	if len(w.data) < n+2 {
		return w.cutLink()
	}
	w.data = w.data[n:]
	if w.data[0] != unnumbered {
		return w.typeAt(0, 2)
	}
	w.data = w.data[1:]
	if w.data[0] == 0 { // a byte of padding
		w.data = w.data[1:]
	}
	return w.protocolID()
}

// protocolID goes on after a network layer protocol ID (ISO/IEC TR 9577).
func (w *walk) protocolID() step {
	h, ok := w.take(1)
	if !ok {
		return w.cutLink()
	}
	switch h[0] {
	case 0xcc:
		return stepIPv4
	case 0x8e:
		return stepIPv6
	case 0x80:
		return w.snap()
	}
	return stop
}

// pflog reads what OpenBSD's packet filter logs: a header that says its length, padded to
// four bytes.
func (w *walk) pflog() step {
	const least = 48
	if len(w.data) == 0 || w.data[0] < least {
		return w.cutLink()
	}
	return w.after((int(w.data[0])+3)&^3, stepIP)
}

// pktap reads a header of 80 to 256 bytes that says its length, and what link type follows.
func (w *walk) pktap() step {
	const least, most, packet = 80, 256, 1
	if len(w.data) < least {
		return w.cutLink()
	}
	length, kind, link := le.Uint32(w.data), le.Uint32(w.data[4:]), capture.LinkType(le.Uint32(w.data[8:]))
	if length < least || length > most || kind != packet || link == linkPKTAP {
		return w.bad()
	}
	if next := w.after(int(length), stop); w.v.Broken {
		return next
	}
	return w.first(link)
}
