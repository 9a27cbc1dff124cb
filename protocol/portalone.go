package protocol

import (
	"cmp"
	"slices"
)

func findFixed(table []fixedPort, port uint16) *fixedPort {
	i, ok := slices.BinarySearchFunc(table, port, func(p fixedPort, port uint16) int { return cmp.Compare(p.port, port) })
	if !ok {
		return nil
	}
	return &table[i]
}

// fixedDatagram names a datagram by its port alone, unless a strong signature says otherwise.
func (e *Engine) fixedDatagram(v *View, port uint16) ID {
	p := findFixed(fixedDatagrams[:], port)
	if p == nil || len(v.Payload)+int(v.Missing) < int(p.min) {
		return Unnamed
	}
	if id := guessDHT(e, v); id != Unnamed {
		return id
	}
	if id := guessSTUN(e, v); id != Unnamed {
		return id
	}
	if id := guessDTLS(e, v); id != Unnamed && p.name == DTLS {
		return id
	}
	return p.name
}

// fixedStream names a segment by its port alone, unless a strong signature says otherwise.
func (e *Engine) fixedStream(m *message, port uint16) result {
	p := findFixed(fixedStreams[:], port)
	if p == nil || m.size < int(p.min) {
		return rejected
	}
	if r := guessBitTorrent(e, m); r.accepted() {
		return r
	}
	if r := guessHTTP(e, m); r.accepted() {
		return r
	}
	return named(p.name)
}
