package protocol

import "math/bits"

// guessDatagram asks whoever may recognise a datagram by its content, in order.
func (e *Engine) guessDatagram(v *View) ID {
	for may := e.datagramFirst[v.Payload[0]]; may != 0; may &= may - 1 {
		if id := e.datagramGuesses[bits.TrailingZeros32(may)].guess(e, v); id != Unnamed {
			return id
		}
	}
	return Unnamed
}

// datagramGuess recognises datagrams that begin with one of the bytes from first to last.
type datagramGuess struct {
	first, last byte
	guess       datagramDissector
}

func datagramGuesses() []datagramGuess {
	return []datagramGuess{
		{0, 7, guessSTUN}, {0, 1, guessClassicSTUN}, {0x80, 255, guessQUIC}, {20, 25, guessDTLS},
		{0x80, 0xbf, guessRTCP}, {1, 4, guessWireGuard}, {'d', 'd', guessDHT}, {'A', 'Z', sipDatagram},
		{0, 255, guessRPC}, {4, 4, guessDCERPC}, {255, 255, guessWOL}, {0x80, 0x80, guessThrift}, {9, 255, guessGQUIC},
		{0, 0, guessTFTP}, {0, 0x1d, guessRakNet}, {0x47, 0x47, guessMPEG}, {'\r', 'R', guessDatagramSignature},
		{'B', 'B', guessLSD}, {0, 255, guessDNS},
	}
}

// ssdpDatagram reads SSDP, which is HTTP over UDP.
func ssdpDatagram(_ *Engine, v *View) ID {
	n, _, _ := line(v.Payload, 0, false)
	if httpKind(v.Payload[:n]) == httpOther {
		return Unnamed
	}
	return SSDP
}

// dhcpDatagram tells DHCP from BOOTP by the magic cookie and option 53 (RFC 2131).
func dhcpDatagram(_ *Engine, v *View) ID {
	b := v.Payload
	if cookie, ok := be32(b, 236); !ok || cookie != 0x63825363 {
		return BOOTP
	}
	for at := 240; at+1 < len(b); {
		switch b[at] {
		case 0:
			at++
			continue
		case 53:
			return DHCP
		case 255:
			return BOOTP
		}
		at += 2 + int(b[at+1])
	}
	return BOOTP
}

// radiusDatagram reads RADIUS, whose code must be a known one.
func radiusDatagram(_ *Engine, v *View) ID {
	n, _ := be16(v.Payload, 2)
	if len(v.Payload) < 20 || n < 20 || n > 4096 {
		return Unnamed
	}
	switch c := v.Payload[0]; {
	case c >= 1 && c <= 13, c >= 21 && c <= 34, c >= 40 && c <= 51, c >= 250:
		return RADIUS
	}
	return Unnamed
}

// tftpDatagram reads TFTP (RFC 1350). The server answers a request from a new
// port, so the rest of the transfer is told by the client's.
func tftpDatagram(e *Engine, v *View) ID {
	if op, ok := be16(v.Payload, 0); ok && (op == 1 || op == 2) && v.DstPort == 69 {
		e.expect(v, 17, v.SrcPort, byTFTP)
	}
	return TFTP
}
