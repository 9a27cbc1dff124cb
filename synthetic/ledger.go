package synthetic

import (
	"cmp"
	"slices"
)

// Class says what the traffic of a pair is, in the words of docs/format/labels.md.
type Class string

// The classes of pairs.
const (
	P2P        Class = "p2p"
	Spam       Class = "bot_spam"
	LAN        Class = "lan_infrastructure"
	Background Class = "malware_other_or_background"
)

// Pair is two endpoints, in text order, and what their traffic is.
type Pair struct {
	A, B  string
	Class Class
}

// ledger notes which pairs have been seen. If a pair has traffic of several classes, P2P
// counts, else the first.
type ledger map[[2]string]Class

func (l ledger) add(a, b string, class Class) {
	if a > b {
		a, b = b, a
	}
	key := [2]string{a, b}
	if old, seen := l[key]; !seen || class == P2P && old != P2P {
		l[key] = class
	}
}

func (l ledger) sorted() []Pair {
	all := make([]Pair, 0, len(l))
	for key, class := range l {
		all = append(all, Pair{key[0], key[1], class})
	}
	slices.SortFunc(all, func(p, q Pair) int {
		return cmp.Or(cmp.Compare(p.A, q.A), cmp.Compare(p.B, q.B))
	})
	return all
}
