package flow

// few is how many slots are sorted by comparing. Measured: a radix pass pays from about
// 100 on.
const few = 100

// sortV4 sorts slots by key, in place: by the byte at shift, then each bucket by the
// next byte (McIlroy, Bostic and McIlroy, "Engineering Radix Sort", 1993). That is
// three times as fast as comparing where flows are many.
func sortV4(slots []slot[v4pair], shift int) {
	for ; len(slots) > few && shift >= 0; shift -= 8 {
		ends := buckets(slots, shift)
		if first := slots[0].key.word() >> shift & 0xff; ends[first] == len(slots) && (first == 0 || ends[first-1] == 0) {
			continue // all have the same byte here
		}
		permute(slots, shift, ends)
		from := 0
		for _, end := range ends {
			sortV4(slots[from:end], shift-8)
			from = end
		}
		return
	}
	sortFew(slots)
}

// sortFew sorts slots by key: in halves (Hoare's quicksort), and what is left by insertion.
// Unlike a function of the library it need not call one to compare, which is half its time.
// It is for few slots, or equal ones.
func sortFew(slots []slot[v4pair]) {
	for len(slots) > 16 {
		low := partition(slots)
		sortFew(slots[:low])
		slots = slots[low:]
	}
	for i := 1; i < len(slots); i++ {
		s, to := slots[i], i
		for ; to > 0 && slots[to-1].key.word() > s.key.word(); to-- {
			slots[to] = slots[to-1]
		}
		slots[to] = s
	}
}

// partition moves smaller keys before larger ones, and returns where the upper part begins:
// neither is empty.
func partition(slots []slot[v4pair]) int {
	first, middle, last := slots[0].key.word(), slots[len(slots)/2].key.word(), slots[len(slots)-1].key.word()
	pivot := max(min(first, middle), min(max(first, middle), last)) // the median
	i, j := 0, len(slots)-1
	for {
		for slots[i].key.word() < pivot {
			i++
		}
		for slots[j].key.word() > pivot {
			j--
		}
		if i >= j {
			return max(i, 1)
		}
		slots[i], slots[j] = slots[j], slots[i]
		i++
		j--
	}
}

// buckets returns where the slots with each byte at shift end, once they are sorted.
func buckets(slots []slot[v4pair], shift int) (ends [256]int) {
	for i := range slots {
		ends[slots[i].key.word()>>shift&0xff]++
	}
	for i := range ends[1:] {
		ends[i+1] += ends[i]
	}
	return ends
}

// permute puts each slot into its bucket.
func permute(slots []slot[v4pair], shift int, ends [256]int) {
	var next [256]int // the first place of each bucket that is not yet right
	copy(next[1:], ends[:255])
	for b := range next {
		for next[b] < ends[b] {
			s := slots[next[b]]
			for to := s.key.word() >> shift & 0xff; int(to) != b; to = s.key.word() >> shift & 0xff {
				slots[next[to]], s = s, slots[next[to]]
				next[to]++
			}
			slots[next[b]] = s
			next[b]++
		}
	}
}
