package packet

import "botnetdetect/protocol"

// The IP protocol numbers that Decode goes on into.
const (
	protoHopByHop = 0
	protoIPv4     = 4
	protoTCP      = 6
	protoUDP      = 17
	protoIPv6     = 41
	protoRouting  = 43
	protoFragment = 44
	protoGRE      = 47
	protoAH       = 51
	protoDstOpts  = 60
	protoEtherIP  = 97
	protoMPLS     = 137
	protoUDPLite  = 136
	protoEthernet = 143
)

// ip reads an IP header of either version.
func (w *walk) ip() step {
	if len(w.data) == 0 {
		return w.short()
	}
	switch w.data[0] >> 4 {
	case 4:
		return w.ipv4()
	case 6:
		return w.ipv6()
	}
	w.at(protocol.LayerIP, 0)
	return w.bad()
}

func (w *walk) ipv4() step {
	w.at(protocol.LayerIPv4, 0)
	w.v.Fragment = false
	if len(w.data) < 20 {
		return w.short()
	}
	h := w.data
	switch h[0] >> 4 {
	case 4:
	case 6:
		return w.ipv6()
	default:
		return w.bad()
	}
	n := int(h[0]&15) * 4
	total := uint32(be.Uint16(h[2:]))
	if n < 20 || (total != 0 && total < uint32(n)) {
		return w.bad()
	}
	w.p.Src.setIPv4(le.Uint32(h[12:]))
	w.p.Dst.setIPv4(le.Uint32(h[16:]))
	w.v.Number = uint16(h[9])
	if total != 0 { // zero: the kernel had not split the segment yet
		w.trim(total)
	}
	if len(w.data) < n {
		return w.short()
	}
	w.data = w.data[n:]
	if off := be.Uint16(h[6:]); off&0x3fff != 0 && !w.headless(off&0x1fff) {
		w.fragment(uint32(be.Uint16(h[4:])), uint32(off&0x1fff)*8, off&0x2000 != 0)
		return stop
	}
	return stepProto
}

// headless says whether a fragment is the first of a datagram that cannot be put
// together, since the snap length cut it: what it holds is all there will be.
func (w *walk) headless(offset uint16) bool { return offset == 0 && w.cut > 0 }

func (w *walk) fragment(id, offset uint32, more bool) {
	w.v.Fragment, w.v.Seq, w.v.Ack, w.v.More = true, id, offset, more
}

func (w *walk) ipv6() step {
	w.at(protocol.LayerIPv6, 59)
	if len(w.data) < 40 {
		return w.short()
	}
	h := w.data
	if h[0]>>4 != 6 {
		return w.bad()
	}
	w.p.Src.setIPv6(le.Uint64(h[8:]), le.Uint64(h[16:]))
	w.p.Dst.setIPv6(le.Uint64(h[24:]), le.Uint64(h[32:]))
	w.v.Number = uint16(h[6])
	w.data = h[40:]
	if n := be.Uint16(h[4:]); n != 0 { // zero: a jumbogram or an unsplit segment
		w.trim(uint32(n))
	}
	return stepProto
}

// ipProto goes on by the IP protocol noted in the view.
func (w *walk) ipProto() step {
	switch w.v.Number {
	case protoTCP:
		return stepTCP
	case protoUDP, protoUDPLite:
		return stepUDP
	case protoIPv4:
		return stepIP
	case protoIPv6:
		return stepIPv6
	case protoHopByHop, protoRouting, protoDstOpts:
		return w.extension()
	case protoFragment:
		return w.fragmentHeader()
	case protoAH:
		return w.authentication()
	case protoGRE:
		return w.gre()
	case protoEtherIP:
		return w.skipTo(2, stepEthernet)
	case protoEthernet:
		return stepEthernet
	case protoMPLS:
		return stepMPLS
	}
	return stop
}

// skipTo steps over a header of n bytes that says nothing of what follows.
func (w *walk) skipTo(n int, next step) step {
	if _, ok := w.take(n); !ok {
		return w.short()
	}
	return next
}

// extension steps over an IPv6 extension header (RFC 8200).
func (w *walk) extension() step {
	if w.v.Layer != protocol.LayerIPv6 {
		return stop
	}
	if len(w.data) < 8 {
		return w.short()
	}
	next, n := w.data[0], int(w.data[1])*8+8
	if len(w.data) < n {
		return w.short()
	}
	if w.v.Number == protoRouting {
		w.route(w.data[:n])
	}
	w.data, w.v.Number = w.data[n:], uint16(next)
	return stepProto
}

// route takes the final destination from a routing header: the last address of
// type 0 (RFC 2460, 4.4) and 2 (RFC 6275, 6.4) while segments are left.
func (w *walk) route(h []byte) {
	if (h[2] == 0 || h[2] == 2) && h[3] > 0 && len(h) >= 24 {
		w.p.Dst = MakeIPv6([16]byte(h[len(h)-16:]))
	}
}

func (w *walk) fragmentHeader() step {
	if w.v.Layer != protocol.LayerIPv6 {
		return stop
	}
	h, ok := w.take(8)
	if !ok {
		return w.short()
	}
	w.v.Number = uint16(h[0])
	off := be.Uint16(h[2:])
	if off&0xfff9 == 0 || w.headless(off&0xfff8) { // a datagram that is one fragment (RFC 6946)
		return stepProto
	}
	w.fragment(be.Uint32(h[4:]), uint32(off&0xfff8), off&1 != 0)
	return stop
}

// authentication steps over an AH header (RFC 4302).
func (w *walk) authentication() step {
	if len(w.data) < 12 {
		return w.short()
	}
	next, n := w.data[0], int(w.data[1])*4+8
	if n < 12 || len(w.data) < n {
		return w.short()
	}
	w.data, w.v.Number = w.data[n:], uint16(next)
	return stepProto
}
