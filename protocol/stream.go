package protocol

import "math/bits"

// guess asks whoever may recognise a stream by its content, in order.
func (e *Engine) guess(m *message) result {
	if len(m.data) == 0 {
		return rejected
	}
	for may := e.streamFirst[m.data[0]]; may != 0; may &= may - 1 {
		if r := e.streamGuesses[bits.TrailingZeros32(may)].guess(e, m); r.accepted() {
			return r
		}
	}
	return rejected
}

// streamGuess recognises messages that begin with one of the bytes from first to last.
type streamGuess struct {
	first, last byte
	guess       streamDissector
}

func streamGuesses() []streamGuess {
	return []streamGuess{
		{0x13, 0x13, guessBitTorrent}, {0x0b, 255, guessBitcoin}, {20, 255, guessTLS}, {' ', '~', guessHTTP}, {0, 7, guessSTUNStream}, {0, 255, guessRPCStream},
		{5, 5, guessDCERPCStream}, {0, 0x80, guessThriftStream}, {1, 6, guessOpenFlow}, {'1', 'Y', guessStreamSignature},
	}
}

// firstBytes says for each byte which of n recognisers may be asked about what begins with it.
func firstBytes(n int, span func(i int) (first, last byte)) (t [256]uint32) {
	for i := range n {
		first, last := span(i)
		for c := int(first); c <= int(last); c++ {
			t[c] |= 1 << i
		}
	}
	return t
}
