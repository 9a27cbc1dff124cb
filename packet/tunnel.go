package packet

import "botnetdetect/protocol"

// udpTunnel returns what a UDP port tunnels, stop if nothing. The ports are those
// at which tshark looks inside.
func (w *walk) udpTunnel(port uint16) step {
	switch port {
	case 2152:
		return w.gtp()
	case 3544:
		return w.teredo()
	case 4789:
		return w.over(8, stepEthernet)
	case 6081:
		return w.geneve()
	case 1701:
		return w.l2tp()
	case 4754:
		return stepGRE
	case 6635:
		return stepMPLS
	case 5072:
		return w.ayiya()
	}
	return stop
}

// over goes on into next behind a header of n bytes, if something is there.
func (w *walk) over(n int, next step) step {
	if len(w.data) <= n {
		return stop
	}
	w.data = w.data[n:]
	return next
}

// gtp reads a GTP-U header (3GPP TS 29.281) and goes on into the IP packet of a G-PDU.
func (w *walk) gtp() step {
	const gpdu = 0xff
	b := w.data
	if len(b) < 8 || b[0]>>4 != 3 || b[1] != gpdu {
		return stop
	}
	n := 8
	if b[0]&7 != 0 {
		n = 12
		for next := byteAt(b, 11); next != 0 && n < len(b) && b[n] != 0; { // extension headers
			size := int(b[n]) * 4
			next = byteAt(b, n+size-1)
			n += size
		}
	}
	if n >= len(b) || b[n]>>4 != 4 && b[n]>>4 != 6 {
		return stop
	}
	w.data, w.v.Wrap = b[n:], protocol.GTP
	return stepIP
}

func byteAt(b []byte, i int) byte {
	if i < 0 || i >= len(b) {
		return 0
	}
	return b[i]
}

// teredo steps over Teredo's authentication and origin indications (RFC 4380, 5.1.1).
func (w *walk) teredo() step {
	b := w.data
	if len(b) < 2 {
		return stop
	}
	if b[0] == 0 && b[1] == 1 && len(b) >= 4 {
		b = b[min(13+int(b[2])+int(b[3]), len(b)):]
	}
	if len(b) >= 8 && b[0] == 0 && b[1] == 0 {
		b = b[8:]
	}
	if len(b) == 0 {
		return stop
	}
	w.data = b
	return stepIPv6
}

// geneve reads a Geneve header (RFC 8926).
func (w *walk) geneve() step {
	if len(w.data) < 8 {
		return stop
	}
	n, t := 8+int(w.data[0]&0x3f)*4, be.Uint16(w.data[2:])
	if next := greStep(t); next != stop {
		return w.over(n, next)
	}
	return stop
}

// l2tp reads an L2TP data header (RFC 2661) and goes on into its PPP frame.
func (w *walk) l2tp() step {
	b := w.data
	if len(b) < 6 || b[1]&15 != 2 || b[0]&0x80 != 0 {
		return stop
	}
	n := 6
	for _, bit := range [...]byte{0x40, 0x08, 0x08, 0x02} { // length; Ns and Nr; offset
		if b[0]&bit != 0 {
			n += 2
		}
	}
	if b[0]&2 != 0 && n <= len(b) {
		n += int(be.Uint16(b[n-2:]))
	}
	if len(b) < n+3 {
		return stop
	}
	w.data = b[n:]
	return stepPPP
}

// ayiya reads an AYIYA header, which tunnels IPv6.
func (w *walk) ayiya() step {
	if len(w.data) < 8 || w.data[3] != protoIPv6 {
		return stop
	}
	identity, signature := 1<<(w.data[0]>>4), int(w.data[1]>>4)*4
	return w.over(8+identity+signature, stepIPv6)
}

// gre reads a GRE header (RFC 2784, 2890, and 2637 for PPTP).
func (w *walk) gre() step {
	if len(w.data) < 4 {
		return w.short()
	}
	flags, t := be.Uint16(w.data), be.Uint16(w.data[2:])
	n := 4
	for _, bit := range [...]uint16{0x8000, 0x2000, 0x1000} { // checksum, key, sequence number
		if flags&bit != 0 {
			n += 4
		}
	}
	if flags&7 == 1 && flags&0x80 != 0 { // PPTP's acknowledgement
		n += 4
	}
	switch {
	case t == 0x88be && flags&0x1000 != 0: // ERSPAN type II
		n += 8
	case t == 0x22eb:
		n += w.erspan3(n)
	}
	next := greStep(t)
	if len(w.data) <= n || next == stop {
		return stop
	}
	w.data = w.data[n:]
	return next
}

// erspan3 returns the length of an ERSPAN type III header that begins at offset at.
func (w *walk) erspan3(at int) int {
	if byteAt(w.data, at+11)&1 != 0 {
		return 20
	}
	return 12
}

// greStep returns what a GRE header's protocol type leads to, stop if nothing known.
func greStep(t uint16) step {
	switch t {
	case 0x0800:
		return stepIP
	case 0x86dd:
		return stepIPv6
	case 0x6558, 0x88be, 0x22eb:
		return stepEthernet
	case 0x880b:
		return stepPPP
	case 0x8847, 0x8848:
		return stepMPLS
	}
	return stop
}
