package flow

import (
	"encoding/binary"
	"math"
	"slices"
)

// sortOther sorts slots by key, in place but for 12 bytes a slot. Comparing two pairs
// takes long; so it sorts words of their images, from where those begin to differ, and
// then what has the same word.
func sortOther(slots []slot[pair]) {
	if len(slots) <= few {
		slices.SortFunc(slots, func(x, y slot[pair]) int { return x.key.compare(&y.key) })
		return
	}
	at := samePrefix(slots)
	words := make([]slot[v4pair], len(slots))
	for i := range slots {
		words[i] = slot[v4pair]{makeV4pair(slots[i].key.word(at)), uint32(i)}
	}
	sortV4(words, 56)
	arrange(slots, words)
	for from := 0; from < len(words); {
		to := from + 1
		for to < len(words) && words[to].key == words[from].key {
			to++
		}
		if to-from > 1 {
			sortOther(slots[from:to])
		}
		from = to
	}
}

// arrange moves the slot whose number is order[i].head to place i, for all i; it takes
// their numbers for its notes.
func arrange(slots []slot[pair], order []slot[v4pair]) {
	const done = math.MaxUint32
	for i := range order {
		if order[i].head == done {
			continue
		}
		first, to := slots[i], uint32(i)
		for {
			from := order[to].head
			order[to].head = done
			if from == uint32(i) {
				slots[to] = first
				break
			}
			slots[to] = slots[from]
			to = from
		}
	}
}

// imageBytes is the size of a pair's image: its endpoints' kinds and addresses, which
// sorts as the pair does.
const imageBytes = 2 * (1 + 16)

func (p *pair) image() (b [imageBytes + 8]byte) {
	b[0], b[17] = byte(p.a.Kind()), byte(p.b.Kind())
	copy(b[1:], p.a.Bytes())
	copy(b[18:], p.b.Bytes())
	return b
}

// word returns eight bytes of p's image, zeros beyond its end.
func (p *pair) word(at int) uint64 {
	b := p.image()
	return binary.BigEndian.Uint64(b[at:])
}

// samePrefix returns how many bytes all images share from their beginnings.
func samePrefix(slots []slot[pair]) int {
	first := slots[0].key.image()
	same := imageBytes
	for i := range slots {
		b := slots[i].key.image()
		for j := range same {
			if b[j] != first[j] {
				same = j
				break
			}
		}
	}
	return same
}
