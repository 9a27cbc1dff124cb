package packet

import "botnetdetect/protocol"

func (w *walk) tcp() step {
	w.at(protocol.LayerTCP, protoTCP)
	if len(w.data) < 20 {
		return w.short()
	}
	h := w.data
	w.ports(h)
	n := int(h[12]>>4) * 4
	if n < 20 {
		return w.bad()
	}
	w.v.Seq, w.v.Ack = be.Uint32(h[4:]), be.Uint32(h[8:])
	w.v.Flags, w.v.Window = h[13], be.Uint16(h[14:])
	if len(h) < n {
		return w.short()
	}
	w.data = h[n:]
	if n > 20 {
		w.v.Multipath = multipath(h[20:n])
	}
	return stop
}

// multipath says whether TCP's options hold one of Multipath TCP (RFC 8684).
func multipath(o []byte) bool {
	if len(o) == 12 && o[0] == 1 && o[1] == 1 && o[2] == 8 { // a timestamp, as in most segments
		return false
	}
	for len(o) > 1 {
		switch o[0] {
		case 0:
			return false
		case 1:
			o = o[1:]
			continue
		case 30:
			return true
		}
		if o[1] < 2 || int(o[1]) > len(o) {
			return false
		}
		o = o[o[1]:]
	}
	return false
}

func (w *walk) ports(h []byte) {
	w.v.SrcPort, w.v.DstPort = be.Uint16(h), be.Uint16(h[2:])
}

func (w *walk) udp() step {
	w.at(protocol.LayerUDP, w.v.Number)
	if len(w.data) < 8 {
		return w.short()
	}
	h := w.data
	w.ports(h)
	n := uint32(be.Uint16(h[4:]))
	if n == 0 { // a jumbogram (RFC 2675), or UDP-Lite's whole coverage (RFC 3828)
		n = uint32(len(h)) + w.cut
	}
	if n < 8 {
		return w.bad()
	}
	if w.v.Number == protoUDP {
		w.trim(n)
	}
	w.data = h[8:len(w.data)]
	if next := w.udpTunnel(min(w.v.SrcPort, w.v.DstPort)); next != stop {
		return next
	}
	return w.udpTunnel(max(w.v.SrcPort, w.v.DstPort))
}
