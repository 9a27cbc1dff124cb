package synthetic

// Size is how the sizes of a type of message vary.
type Size string

// The ways.
const (
	FixedSize  Size = "fixed"
	FewSizes   Size = "few"    // one of two to six
	PaddedSize Size = "padded" // anything from a least to a most
	BlockSize  Size = "block"  // a whole number of cipher blocks
	ListSize   Size = "list"   // a header and some entries
	MixedSize  Size = "mixed"  // each type of message in its own way
)

// sizes draws the payload lengths of one type of message.
type sizes struct {
	base, step, most int // base + step × (0 to most)
}

const largestDatagram = 1372 // bytes, which fits into any path's packets

func drawSizes(d dice, way Size, most int) sizes {
	if way == MixedSize {
		way = pick(d, FixedSize, FewSizes, PaddedSize, BlockSize, ListSize)
	}
	s := sizes{base: d.count(4, 500), step: 1}
	switch way {
	case FixedSize:
		s.most = 0
	case FewSizes:
		s.step, s.most = d.count(1, 120), d.between(1, 5)
	case PaddedSize:
		s.most = d.count(4, 900)
	case BlockSize:
		s.step = pick(d, 8, 16, 16)
		s.base = s.base/s.step*s.step + pick(d, 0, 0, 4, 12)
		s.most = d.between(0, 20)
	case ListSize:
		s.step, s.most = pick(d, 4, 6, 8, 12, 18, 22, 26, 30), d.count(1, 60)
	}
	s.base = max(1, min(s.base, most))
	s.most = min(s.most, (most-s.base)/s.step)
	return s
}

func (s sizes) draw(d dice) int { return s.base + s.step*d.IntN(s.most+1) }

// longer adds bytes, as far as they fit into a datagram.
func (s sizes) longer(by int) sizes {
	s.base = min(s.base+by, largestDatagram)
	s.most = min(s.most, (largestDatagram-s.base)/s.step)
	return s
}

// question is how requests vary where answers vary in a way: it is answers that have lists.
func question(d dice, answers Size) Size {
	if answers == ListSize {
		return pick(d, FixedSize, FewSizes)
	}
	return answers
}

// message is a type of message and its answer.
type message struct {
	request, reply sizes
	replies        int  // datagrams of the answer; 0: it has none
	teaches        bool // the answer has peers
	content        content
}

// content says what payload begins with.
type content uint8

const (
	contentNoise content = iota
	contentTag           // the same bytes in all messages
	contentDHT           // BitTorrent's DHT
)

// drawMessages draws the message types of one botnet.
func drawMessages(d dice, t *Traits) []message {
	all := make([]message, t.Types)
	lists := 0 // bytes by which answers exceed requests
	if d.chance(0.7) {
		lists = d.count(20, 1300)
	}
	c := pick(d, contentNoise, contentNoise, contentTag)
	for i := range all {
		all[i] = message{
			request: drawSizes(d, question(d, t.Sizes), largestDatagram),
			reply:   drawSizes(d, t.Sizes, largestDatagram),
			replies: 1, teaches: i == 0 || d.chance(0.3), content: c,
		}
		if d.chance(0.3) {
			all[i].reply = all[i].request // ping and pong
		}
		if all[i].teaches {
			all[i].reply = all[i].reply.longer(lists)
		}
		switch {
		case i > 0 && d.chance(0.1):
			all[i].replies = 0
		case d.chance(0.1):
			all[i].replies = d.between(2, 8)
		}
	}
	return all
}
