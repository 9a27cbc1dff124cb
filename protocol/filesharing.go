package protocol

// eDonkey, Gnutella and Bitcoin.

// edonkeyMessage returns the length of an eDonkey or eMule message: a protocol
// byte, a length, a type. Anything else is read byte by byte.
func edonkeyMessage(b []byte) int {
	switch b[0] {
	case 0xe3, 0xc5, 0xd4:
		n, ok := le32(b, 1)
		if !ok {
			return 0
		}
		return int(n) + 5
	}
	return 1
}

func edonkeyStream(_ *Engine, m *message) result {
	if len(m.data) > 0 && edonkeyMessage(m.data) == 1 {
		return named(EDonkey)
	}
	return m.pdus(EDonkey, 5, edonkeyMessage)
}

// edonkeyDatagram reads eDonkey's and Kad's messages over UDP by their protocol byte.
func edonkeyDatagram(_ *Engine, v *View) ID {
	switch v.Payload[0] {
	case 0xe3, 0xe4, 0xe5, 0xc5, 0xd4:
		return EDonkey
	}
	return Unnamed
}

// gnutellaStream reads Gnutella 0.4 and 0.6: text up to the first message, then
// messages with a header of 23 bytes.
func gnutellaStream(_ *Engine, m *message) result {
	b := m.data
	if hasPrefix(b, "GNUTELLA") || hasPrefix(b, "GIV ") || hasPrefix(b, "GET /") || hasPrefix(b, "HTTP/") {
		return named(Gnutella)
	}
	return m.pdus(Gnutella, 23, func(b []byte) int {
		n, _ := le32(b, 19)
		if n > 1<<20 {
			return max(len(b), 23)
		}
		return int(n) + 23
	})
}

// bitcoinMagics begin each message: main net, test nets, Namecoin.
var bitcoinMagics = [...]uint32{0xf9beb4d9, 0x0b110907, 0xfabfb5da, 0xf9beb4fe}

func isBitcoin(b []byte) bool {
	magic, ok := be32(b, 0)
	if !ok {
		return false
	}
	for _, m := range bitcoinMagics {
		if magic == m {
			return true
		}
	}
	return false
}

func guessBitcoin(e *Engine, m *message) result {
	if !isBitcoin(m.data) {
		return rejected
	}
	m.c.owner = byBitcoin
	return bitcoinStream(e, m)
}

func bitcoinStream(_ *Engine, m *message) result {
	return m.pdus(Bitcoin, 20, bitcoinMessage)
}

// bitcoinMessage returns a message's length, with its header of 24 bytes.
func bitcoinMessage(b []byte) int {
	n, _ := le32(b, 16)
	return int(n) + 24
}
