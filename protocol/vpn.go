package protocol

// guessWireGuard recognises a message by its type, three zero bytes and its length.
func guessWireGuard(e *Engine, v *View) ID {
	b, size := v.Payload, len(v.Payload)+int(v.Missing)
	if len(b) < 4 || b[1]|b[2]|b[3] != 0 {
		return Unnamed
	}
	switch {
	case b[0] == 1 && size == 148, b[0] == 2 && size == 92, b[0] == 3 && size == 64, b[0] == 4 && size >= 32:
		return WireGuard
	}
	return Unnamed
}

// natTraversalDatagram tells apart what shares UDP port 4500 (RFC 3948).
func natTraversalDatagram(_ *Engine, v *View) ID {
	b := v.Payload
	if len(b) == 1 && b[0] == 0xff {
		return UDPENCAP
	}
	if spi, ok := be32(b, 0); ok && spi != 0 {
		return ESP
	}
	return ISAKMP
}
