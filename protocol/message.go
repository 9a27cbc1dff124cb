package protocol

// message is what a dissector of a TCP stream is given: the bytes from where its
// next message begins to the end of what has arrived.
type message struct {
	// data is what is known of the message. Bytes that the dissector said it can do
	// without are left out: data[:keep] is the beginning, and data[keep:] follows
	// gap bytes later. Cut segments and very long messages lack bytes at the end.
	data      []byte
	keep, gap int
	// size is how many bytes have arrived, those not in data included.
	size int
	// canWait says that the dissector may ask for more bytes; false if the
	// segment was cut by the snap length.
	canWait bool
	// joined says that data was put together from several segments.
	joined bool
	// last says that the stream ended with this message.
	last bool
	c    *conversation
	v    *View
}

// result is what a dissector says of a message. It is small enough for the compiler to
// keep it in registers: at most four fields and four words.
type result struct {
	// name is what the packet is called; Unnamed with need 0 means that the
	// message is not of the dissector's protocol.
	name ID
	// used is how many bytes of the message are dealt with, if more are needed.
	used int
	// need is how many bytes beyond the message are needed: a number, oneMore or untilFIN.
	need int
	hole hole
}

// hole lets the engine forget bytes while it waits, those from keep up to skipTo, both
// counted from what was used; skipTo 0 keeps all.
type hole struct{ keep, skipTo uint32 }

// forgetting returns r with a hole.
func (r result) forgetting(keep, skipTo int) result {
	r.hole = hole{uint32(keep), uint32(skipTo)}
	return r
}

const (
	oneMore  = -1 // whatever the next segment brings
	untilFIN = -2 // all that follows in this direction
)

// rejected says that a message is not of the dissector's protocol.
var rejected = result{}

// accepted says that the message is of the dissector's protocol.
func (r result) accepted() bool { return r.name != Unnamed || r.need != 0 }

// named says that all of a message is dealt with.
func named(id ID) result { return result{name: id} }

// wait asks for need more bytes for the message at offset used of m, which are
// needed only for their number if the first keep bytes tell all.
func wait(name ID, used, need int) result { return result{name: name, used: used, need: need} }

// left returns how many bytes of m have arrived after offset at.
func (m *message) left(at int) int { return m.size - at }

// from returns the bytes known from offset at on.
func (m *message) from(at int) []byte {
	if m.gap > 0 && at >= m.keep {
		at = max(at-m.gap, m.keep)
	}
	return m.data[min(at, len(m.data)):]
}

// known says whether the end of the message is among the bytes known, so that
// asking for more can help.
func (m *message) known() bool { return len(m.data)+m.gap >= m.size }

// be16 reads two bytes at offset at; false if they are not there.
func be16(b []byte, at int) (uint16, bool) {
	if at < 0 || at+2 > len(b) {
		return 0, false
	}
	return uint16(b[at])<<8 | uint16(b[at+1]), true
}

// be32 reads four bytes at offset at; false if they are not there.
func be32(b []byte, at int) (uint32, bool) {
	if at < 0 || at+4 > len(b) {
		return 0, false
	}
	return uint32(b[at])<<24 | uint32(b[at+1])<<16 | uint32(b[at+2])<<8 | uint32(b[at+3]), true
}

// le16 and le32 read little-endian numbers.
func le16(b []byte, at int) (uint16, bool) {
	if at < 0 || at+2 > len(b) {
		return 0, false
	}
	return uint16(b[at+1])<<8 | uint16(b[at]), true
}

func le32(b []byte, at int) (uint32, bool) {
	if at < 0 || at+4 > len(b) {
		return 0, false
	}
	return uint32(b[at+3])<<24 | uint32(b[at+2])<<16 | uint32(b[at+1])<<8 | uint32(b[at]), true
}

// kept is how many bytes of a message that tells its length are kept while the
// rest arrives: enough to tell what it carries.
const kept = 256

// pdus walks messages that state their length in a header of fixed bytes, as most
// binary protocols do. length returns the whole length of the message that begins
// with b, 0 if b must be longer to tell, negative if it is not a message.
func (m *message) pdus(name ID, fixed int, length func(b []byte) int) result {
	for at := 0; at < m.size; {
		if m.canWait && m.left(at) < fixed {
			return wait(name, at, oneMore)
		}
		if at+fixed > len(m.data) {
			return named(name)
		}
		n := length(m.data[at:])
		if n == 0 && m.canWait {
			return wait(name, at, oneMore)
		}
		if n < fixed {
			return named(name)
		}
		if m.canWait && m.left(at) < n {
			return wait(name, at, n-m.left(at)).forgetting(kept, n)
		}
		at += n
	}
	return named(name)
}
