package behaviour

import (
	"cmp"

	"botnetdetect/packet"
)

// ranked is an endpoint with a number that it is ranked by.
type ranked struct {
	endpoint packet.Endpoint
	number   uint32
}

// compare orders the highest numbers first; of equal ones, the lowest addresses.
func (x *ranked) compare(y *ranked) int {
	return cmp.Or(cmp.Compare(y.number, x.number), x.endpoint.Compare(y.endpoint))
}

// strongest returns the first n of all, or all if there are no more, in no order. No two of them may be of one
// endpoint. It moves all about, which should be in no order before: then it takes as long as going through it a few
// times (quickselect; Hoare, "Algorithm 65: find", 1961).
func strongest(all []ranked, n int) []ranked {
	if n >= len(all) {
		return all
	}
	for from, to := 0, len(all); to-from > 1; {
		switch at := from + partition(all[from:to]); {
		case at == n:
			return all[:n]
		case at < n:
			from = at + 1
		default:
			to = at
		}
	}
	return all[:n]
}

// partition brings what goes before some element before it, and the rest behind. It returns the element's place.
func partition(all []ranked) (place int) {
	last := len(all) - 1
	all[len(all)/2], all[last] = all[last], all[len(all)/2]
	for i := range all[:last] {
		if all[i].compare(&all[last]) < 0 {
			all[i], all[place] = all[place], all[i]
			place++
		}
	}
	all[place], all[last] = all[last], all[place]
	return place
}
