package protocol

// Streams and datagrams that a signature gives away, whatever their port.

// signature is how a protocol's first bytes look, and whether its recognition
// holds for the whole conversation.
type signature struct {
	prefix string
	name   ID
	claims dissector // none if each segment must show the signature
}

var streamSignatures = [...]signature{
	{"RFB 00", VNC, byVNC},
	{"1QTV", FBZERO, byFBZero},
	{"GIOP\x01", GIOP, none},
	{"JXTAHELLO ", JXTA, none},
	{"YMSG", YMSG, none},
	{"PROXY TCP", PROXYv1, none},
}

func guessStreamSignature(e *Engine, m *message) result {
	for _, s := range streamSignatures {
		if hasPrefix(m.data, s.prefix) {
			if s.claims != none {
				m.c.owner = s.claims
			}
			return named(s.name)
		}
	}
	return rejected
}

var datagramSignatures = [...]signature{
	{"RTPS\x02", RTPS, none},
	{"Art-Net\x00", DMXChannels, none},
	{"GIOP\x01", GIOP, none},
	{"\r\n\r\n\x00\r\nQUIT\n", PROXYv2, none},
}

func guessDatagramSignature(_ *Engine, v *View) ID {
	for _, s := range datagramSignatures {
		if hasPrefix(v.Payload, s.prefix) {
			return s.name
		}
	}
	return Unnamed
}

// guessMPEG recognises MPEG transport packets: 188 bytes, each with its sync byte.
func guessMPEG(_ *Engine, v *View) ID {
	b := v.Payload
	if len(b) < 188 || len(b)%188 != 0 || v.Missing != 0 {
		return Unnamed
	}
	for at := 0; at < len(b); at += 188 {
		if b[at] != 0x47 {
			return Unnamed
		}
	}
	return MPEGTS
}

// guessRakNet recognises RakNet by the constant in its offline messages.
func guessRakNet(_ *Engine, v *View) ID {
	const magic = "\x00\xff\xff\x00\xfe\xfe\xfe\xfe\xfd\xfd\xfd\xfd\x12\x34\x56\x78"
	b := v.Payload
	if len(b) < 17 || b[0] > 0x1d {
		return Unnamed
	}
	if hasPrefix(b[1:], magic) || len(b) >= 25 && hasPrefix(b[9:], magic) {
		return RakNet
	}
	return Unnamed
}

// guessGQUIC recognises Google's QUIC by the version in its public header.
func guessGQUIC(e *Engine, v *View) ID {
	b := v.Payload
	switch {
	case len(b) > 13 && b[0]&0xc9 == 0x09 && isGQUICVersion(b[9:]):
	case len(b) > 5 && b[0]&0x80 != 0 && isGQUICVersion(b[1:]):
	default:
		return Unnamed
	}
	e.claim(v, byGQUIC)
	return GQUIC
}

func isGQUICVersion(b []byte) bool {
	return len(b) >= 4 && b[0] == 'Q' && b[1] == '0' && isDigit(b[2]) && isDigit(b[3])
}

// guessTFTP recognises a request for a transfer (RFC 1350): a file and a mode.
func guessTFTP(e *Engine, v *View) ID {
	op, ok := be16(v.Payload, 0)
	if !ok || op != 1 && op != 2 {
		return Unnamed
	}
	n := 0
	for _, c := range v.Payload[2:] {
		if c == 0 {
			break
		}
		if !isPrint(c) {
			return Unnamed
		}
		n++
	}
	mode := v.Payload[min(n+3, len(v.Payload)):]
	if n == 0 || !hasPrefixFold(mode, "octet\x00") && !hasPrefixFold(mode, "netascii\x00") {
		return Unnamed
	}
	e.expect(v, 17, v.SrcPort, byTFTP)
	return TFTP
}

// rxDatagram reads RX, which carries AFS (a header of 28 bytes).
func rxDatagram(_ *Engine, v *View) ID {
	if len(v.Payload) < 28 {
		return Unnamed
	}
	switch t := v.Payload[20]; {
	case t == 1:
		return AFSRX
	case t >= 2 && t <= 13:
		return RX
	}
	return Unnamed
}

// isThrift says whether b begins with a message of Thrift's strict binary
// protocol: version, type, the length of a name and the name.
func isThrift(b []byte) bool {
	n, ok := be32(b, 4)
	return ok && b[0] == 0x80 && b[1] == 1 && b[2] == 0 && b[3] >= 1 && b[3] <= 4 && n > 0 && n < 256 && len(b) > 8 && isPrint(b[8])
}

func guessThrift(_ *Engine, v *View) ID {
	if isThrift(v.Payload) {
		return THRIFT
	}
	return Unnamed
}

// guessThriftStream recognises Thrift, bare or with a length before it.
func guessThriftStream(_ *Engine, m *message) result {
	if isThrift(m.data) || len(m.data) > 4 && m.data[0] == 0 && isThrift(m.data[4:]) {
		return named(THRIFT)
	}
	return rejected
}
