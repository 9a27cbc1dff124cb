package protocol

// BitTorrent: the peer protocol over TCP (BEP 3) and the DHT over UDP (BEP 5).
// uTP (BEP 29) stays UDP, as in tshark, whose recogniser for it is off.

const handshakeText = "\x13BitTorrent protocol"

// guessBitTorrent claims a conversation that begins with the handshake.
func guessBitTorrent(e *Engine, m *message) result {
	if !hasPrefix(m.data, handshakeText) {
		return rejected
	}
	m.c.owner = byBitTorrent
	return bitTorrentStream(e, m)
}

// bitTorrentStream reads peer messages. What is none is taken as encrypted or as
// the middle of one: it is BitTorrent all the same.
func bitTorrentStream(_ *Engine, m *message) result {
	return m.pdus(BitTorrent, 4, peerMessage)
}

// peerMessage returns the length of the peer message that b begins with; of b if it is none.
func peerMessage(b []byte) int {
	if hasPrefix(b, handshakeText) {
		return 68
	}
	n, _ := be32(b, 0)
	if n > 1<<24 || n > 0 && len(b) > 4 && !isPeerType(b[4]) {
		return max(len(b), 4)
	}
	return int(n) + 4
}

// isPeerType says whether c is a message type of BEP 3, 5, 6, 10, or of old clients.
func isPeerType(c byte) bool { return c <= 9 || c >= 13 && c <= 17 || c == 20 || c == 21 }

// guessDHT claims a conversation in which a bencoded DHT message appears: a
// dictionary whose first key is a, r, e or ip.
func guessDHT(e *Engine, v *View) ID {
	b := v.Payload
	if !hasPrefix(b, "d1:ad") && !hasPrefix(b, "d1:rd") && !hasPrefix(b, "d2:ip") && !hasPrefix(b, "d1:el") {
		return Unnamed
	}
	e.claim(v, byDHT)
	return BTDHT
}

// guessLSD recognises local service discovery (BEP 14).
func guessLSD(_ *Engine, v *View) ID { return beginsWith(v, "BT-SEARCH * HTTP/1.1\r\n", LSD) }

// dhtDatagram reads on in a conversation with DHT messages: uTP shares its port.
func dhtDatagram(e *Engine, v *View) ID { return guessDHT(e, v) }
