package protocol

// guess asks whoever recognises a stream by its content.
func (e *Engine) guess(m *message) result {
	for _, guess := range e.streamGuesses {
		if r := guess(e, m); r != rejected {
			return r
		}
	}
	return rejected
}

func streamGuesses() []streamDissector {
	return []streamDissector{guessBitTorrent, guessBitcoin, guessTLS, guessHTTP, guessSTUNStream, guessRPCStream, guessDCERPCStream, guessOpenFlow, guessStreamSignature}
}
