package gbdt

import (
	"math"
	"slices"
	"sort"
)

// cuts divide the values of a column into intervals, its bins, by size: bin b
// holds the values from edge[b-1] up to but not with edge[b].
type cuts struct {
	low, high []float32 // smallest and largest value known of each bin
	edge      []float32 // one fewer than bins
	key       []int32   // edges as order-preserving integers, padded to 2^n-1 with the largest
	exact     bool      // every value of the column is known, and each has its own bin
}

// bins returns the number of bins.
func (c *cuts) bins() int { return len(c.low) }

// bin returns the bin of a value that is not NaN. It searches without
// branches, which random values would mispredict half the time.
func (c *cuts) bin(x float32) int {
	k := int64(orderedKey(x))
	b := 0
	for step := (len(c.key) + 1) / 2; step > 0; step /= 2 {
		b += step & int(^((k - int64(c.key[b+step-1])) >> 63))
	}
	return b
}

// threshold parts the bins up to a from those from b on, where a node has no
// training rows in the bins between: it returns the last bin that goes left
// and the value that rows must be below to go left. B may be one past the last.
func (c *cuts) threshold(a, b int) (last int, value float32) {
	if b == c.bins() {
		return a, above(float64(c.high[a]))
	}
	if !c.exact {
		last = (a + b - 1) / 2
		return last, c.edge[last]
	}
	value = above(middle(c.high[a], c.low[b]))
	for last = a; last+1 < b && c.low[last+1] < value; last++ {
	}
	return last, value
}

// middle halves first, so that it does not overflow.
func middle(a, b float32) float64 { return float64(a)/2 + float64(b)/2 }

// above returns the smallest float32 above x. Rows go left when below a
// threshold, scikit-learn's when at most x: above(x) parts float32s alike.
func above(x float64) float32 {
	t := float32(x)
	if float64(t) <= x {
		t = math.Nextafter32(t, float32(math.Inf(1)))
	}
	return t
}

// orderedKey maps floats to integers in the same order; -0 is 0.
func orderedKey(x float32) int32 {
	b := int32(math.Float32bits(x + 0))
	return b ^ (b >> 31 & math.MaxInt32)
}

// counted is a value with the number of rows that have it.
type counted struct {
	value float32
	rows  int
}

// newCuts makes at most bins bins of about equal numbers of rows, from the
// values in rising order. A value with more rows than that has its own bin.
func newCuts(values []counted, bins int, complete bool) *cuts {
	c := &cuts{exact: complete && len(values) <= bins}
	var rows []int
	if len(values) <= bins {
		for _, v := range values {
			c.low, c.high = append(c.low, v.value), append(c.high, v.value)
		}
	} else {
		rows = c.fill(values, bins)
	}
	for c.bins() > bins {
		rows = c.mergeSmallest(rows)
	}
	c.setEdges()
	return c
}

// fill makes bins of about equal numbers of rows, perhaps a few too many, and
// returns the rows of each.
func (c *cuts) fill(values []counted, bins int) (rows []int) {
	heavy, light := fairShare(values, bins)
	before, bin, fresh := 0, -1, true // rows of lighter values so far, and what bin they have reached
	for _, v := range values {
		alone := v.rows > heavy
		if at := before / light; alone || fresh || at != bin {
			c.low, c.high, rows = append(c.low, v.value), append(c.high, v.value), append(rows, 0)
			bin = at
		}
		c.high[len(c.high)-1] = v.value
		rows[len(rows)-1] += v.rows
		fresh = alone
		if !alone {
			before += v.rows
		}
	}
	return rows
}

// fairShare returns above how many rows a value has its own bin, and how many
// rows a bin of other values should have.
func fairShare(values []counted, bins int) (heavy, light int) {
	heavy = math.MaxInt
	for {
		rest, room := 0, bins
		for _, v := range values {
			if v.rows > heavy {
				room--
			} else {
				rest += v.rows
			}
		}
		light = max(1, rest/max(1, room))
		if light >= heavy {
			return heavy, light
		}
		heavy = light
	}
}

// mergeSmallest joins the two neighbouring bins that have fewest rows together.
func (c *cuts) mergeSmallest(rows []int) []int {
	at := 0
	for b := range len(rows) - 1 {
		if rows[b]+rows[b+1] < rows[at]+rows[at+1] {
			at = b
		}
	}
	rows[at] += rows[at+1]
	c.high = slices.Delete(c.high, at, at+1)
	c.low = slices.Delete(c.low, at+1, at+2)
	return slices.Delete(rows, at+1, at+2)
}

func (c *cuts) setEdges() {
	for b := range c.bins() - 1 {
		e := above(middle(c.high[b], c.low[b+1]))
		c.edge = append(c.edge, e)
		c.key = append(c.key, orderedKey(e))
	}
	size := 1
	for size <= len(c.edge) {
		size *= 2
	}
	for len(c.key) < size-1 {
		c.key = append(c.key, math.MaxInt32)
	}
}

// count sorts the values and counts equal ones. It overwrites keys, which are
// orderedKeys of the values.
func count(keys []int32) (values []counted) {
	sortKeys(keys)
	for i := 0; i < len(keys); {
		k := keys[i]
		n := i + 1
		for n < len(keys) && keys[n] == k {
			n++
		}
		values = append(values, counted{keyValue(k), n - i})
		i = n
	}
	return values
}

func keyValue(k int32) float32 {
	return math.Float32frombits(uint32(k ^ (k >> 31 & math.MaxInt32)))
}

// insertZero adds rows to the value 0.
func insertZero(values []counted, rows int) []counted {
	if rows <= 0 {
		return values
	}
	at := sort.Search(len(values), func(i int) bool { return values[i].value >= 0 })
	if at == len(values) || values[at].value != 0 {
		values = slices.Insert(values, at, counted{})
	}
	values[at].rows += rows
	return values
}

// sortKeys sorts by radix, eleven bits at a time: several times faster than
// comparing, for the 10^5 keys that a column's sample has.
func sortKeys(keys []int32) {
	const digits = 1 << 11
	if len(keys) < digits {
		slices.Sort(keys)
		return
	}
	from, to := keys, make([]int32, len(keys))
	for shift := 0; shift < 33; shift += 11 {
		var start [digits + 1]int
		for _, k := range from {
			start[digit(k, shift)+1]++
		}
		for d := range digits {
			start[d+1] += start[d]
		}
		for _, k := range from {
			at := &start[digit(k, shift)]
			to[*at] = k
			*at++
		}
		from, to = to, from
	}
	copy(keys, from)
}

// digit flips the sign bit, so that negative keys come first.
func digit(k int32, shift int) uint32 {
	return (uint32(k) ^ 1<<31) >> shift & (1<<11 - 1)
}
