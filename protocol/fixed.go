package protocol

// Many protocols are told by their port alone: whatever travels on it has the
// name. Others frame their messages by a length, so that a segment that only
// continues a message is TCP.

// always names every segment of a conversation.
func always(id ID) streamDissector {
	r := named(id)
	return func(*Engine, *message) result { return r }
}

// everyDatagram names every datagram.
func everyDatagram(id ID) datagramDissector {
	return func(*Engine, *View) ID { return id }
}

// framed names segments that complete a message of a protocol with a header of
// fixed bytes that tells the length.
func framed(id ID, fixed int, length func(b []byte) int) streamDissector {
	return func(_ *Engine, m *message) result { return m.pdus(id, fixed, length) }
}

func lengthBE16(at, extra int) func(b []byte) int {
	return func(b []byte) int { n, _ := be16(b, at); return int(n) + extra }
}

func lengthBE32(at, extra int) func(b []byte) int {
	return func(b []byte) int { n, _ := be32(b, at); return int(n) + extra }
}

func lengthLE32(at, extra int) func(b []byte) int {
	return func(b []byte) int { n, _ := le32(b, at); return int(n) + extra }
}
