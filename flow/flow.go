// Package flow sums up traffic by pair of endpoints: every packet between two
// addresses, both ways, all protocols and ports, is one flow.
//
// A Collector takes packets in any order (Add), and the addresses that DNS answers name
// (Resolve), within a ceiling of memory: what has no
// room goes to disk. Collectors become a Set (NewSet), which yields the flows in the
// order of their addresses: all of them (Flows), or the P2P flows (P2P), which are those
// between endpoints that no DNS answer named. A Table is the same in memory alone, and
// merges with others (Merge). Encode and Decode send flows between machines.
//
// Sums and Behaviour are integers, so any split of the packets over files, cores and machines
// gives the same bits.
package flow

import (
	"slices"
	"strconv"

	"botnetdetect/packet"
)

// Flow is all packets between two endpoints.
type Flow struct {
	Src, Dst packet.Endpoint // in the order of their texts, whoever spoke first
	Sums     []Sums          // one a protocol, at least one; directions are from Src's side
	// Behaviour is how they speak with each other, from Src's side; nil if that was not
	// observed.
	Behaviour *Behaviour
}

// Total returns the sums over all protocols; its Protocol means nothing.
func (f Flow) Total() (total Sums) {
	for i := range f.Sums {
		total.Merge(&f.Sums[i])
	}
	return total
}

// makeFlow puts a pair and what was seen of it, which it may turn around, in text order.
func makeFlow(p pair, c *content) Flow {
	f := Flow{Src: p.a, Dst: p.b, Sums: c.sums}
	if c.observed {
		f.Behaviour = &c.behaviour
	}
	if textBefore(p.b, p.a) {
		f.reverse()
	}
	return f
}

func (f *Flow) reverse() {
	f.Src, f.Dst = f.Dst, f.Src
	for i := range f.Sums {
		f.Sums[i].reverse()
	}
	if f.Behaviour != nil {
		f.Behaviour.Reverse()
	}
}

// textBefore reports whether x's text sorts before y's.
func textBefore(x, y packet.Endpoint) bool {
	if x.Kind() == packet.IPv4 && y.Kind() == packet.IPv4 {
		return decimalBefore(x.Bytes(), y.Bytes())
	}
	var bx, by [64]byte
	return string(x.AppendText(bx[:0])) < string(y.AppendText(by[:0]))
}

// decimalBefore is textBefore for IPv4 addresses, of which there are many: a point sorts
// before any digit, so the first byte in which they differ decides.
func decimalBefore(x, y []byte) bool {
	for i := range x {
		if x[i] != y[i] {
			return decimalRank[x[i]] < decimalRank[y[i]]
		}
	}
	return false
}

// decimalRank is the place of each byte when all are sorted by their decimal texts.
var decimalRank = func() (ranks [256]uint8) {
	var texts []string
	for b := range ranks {
		texts = append(texts, strconv.Itoa(b))
	}
	slices.Sort(texts)
	for rank, text := range texts {
		b, _ := strconv.Atoi(text)
		ranks[b] = uint8(rank)
	}
	return ranks
}()
