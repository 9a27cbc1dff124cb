package gbdt

import (
	"math"
	"slices"
)

// cuts divide a column into intervals, its bins: bin b holds the values from
// edge[b-1] up to but not with edge[b].
type cuts struct {
	low, high []float32 // smallest and largest value seen in each bin
	edge      []float32 // len(low)-1
}

// bin returns the bin of a value.
func (c *cuts) bin(x float32) int {
	b, found := slices.BinarySearch(c.edge, x)
	if found {
		b++
	}
	return b
}

// between returns the threshold that parts bin a from bin b, when no value of
// a node lies between: the smallest float32 above their middle, since rows
// below it go left.
func (c *cuts) between(a, b int) float32 {
	middle := float64(c.high[a])/2 + float64(c.low[b])/2
	t := float32(middle)
	if float64(t) <= middle {
		t = math.Nextafter32(t, float32(math.Inf(1)))
	}
	return t
}

// newCuts makes at most bins intervals of about equal weight. The values are
// sorted; weight[i] counts how often value[i] occurs.
func newCuts(value []float32, weight []int, bins int) *cuts {
	c := new(cuts)
	left := 0
	for _, w := range weight {
		left += w
	}
	room, fill := bins, 0
	for i, x := range value {
		// A new bin starts when this one is full, or when every value left can have its own.
		if i == 0 || fill >= (left+fill)/max(room, 1) || len(value)-i < room {
			c.low, c.high = append(c.low, x), append(c.high, x)
			room--
			fill = 0
		}
		c.high[len(c.high)-1] = x
		fill += weight[i]
		left -= weight[i]
	}
	c.cutEdges()
	return c
}

func (c *cuts) cutEdges() {
	for b := range len(c.low) - 1 {
		c.edge = append(c.edge, c.between(b, b+1))
	}
}

// distinct sorts values and counts each; -0 counts as 0.
func distinct(values []float32) (value []float32, weight []int) {
	for i, x := range values {
		values[i] = x + 0 // -0 + 0 is 0
	}
	slices.Sort(values)
	for _, x := range values {
		if n := len(value); n > 0 && value[n-1] == x {
			weight[n-1]++
			continue
		}
		value, weight = append(value, x), append(weight, 1)
	}
	return value, weight
}
