package gbdt

import (
	"math"
	"slices"
)

// Octets apply shallow trees to eight rows at a time in ordinary registers.
//
// The thresholds of an input, over all trees, are sorted; the rank of a value
// is how many of them it reaches. A value goes right at the k-th threshold if
// its rank is above k. Ranks fit seven bits (an input with more thresholds has
// several scales of them), so one addition compares the ranks of eight rows, a
// byte each, with a split: it carries into a byte's top bit where the row goes
// right.
const (
	octetDepth = 3   // splits from root to leaf; shallower trees are filled up
	maxRank    = 127 // thresholds of a scale
	topBits    = 0x8080808080808080
	allBytes   = 0x0101010101010101
)

// scale is some of the thresholds of an input.
type scale struct {
	input      int32
	thresholds []float32
	key        []int32 // thresholds' orderedKeys, padded to maxRank with the largest
}

// octet is a tree of depth 3 in two forms: split i has the children 2i+1 and
// 2i+2, and the three ways of a row number its leaf.
type octet struct {
	scale [7]int32
	carry [7]uint64 // what to add to ranks so that rows that go right carry
	leaf  [8]float32

	// For vectors: what the splits look at, and tables by the way taken, see
	// addVector.
	input  [7]int32
	root   float32
	second [8]float32 // thresholds
	third  [8]float32
	end    [8]float32 // leaves
}

func (f *forest) addScales() {
	thresholds := make([][]float32, len(f.inputs))
	for i := range f.nodes {
		if n := &f.nodes[i]; n.right != 0 {
			thresholds[n.input] = append(thresholds[n.input], n.value)
		}
	}
	for in, all := range thresholds {
		slices.Sort(all)
		for part := range slices.Chunk(slices.Compact(all), maxRank) {
			f.scales = append(f.scales, newScale(int32(in), part))
		}
	}
}

func newScale(input int32, thresholds []float32) scale {
	s := scale{input: input, thresholds: thresholds}
	for _, t := range thresholds {
		s.key = append(s.key, orderedKey(t))
	}
	for len(s.key) < maxRank {
		s.key = append(s.key, math.MaxInt32)
	}
	return s
}

// rank returns how many thresholds a value reaches.
func (s *scale) rank(x float32) uint64 {
	k := int64(orderedKey(x))
	key := s.key[:maxRank]
	b := 0
	for step := (maxRank + 1) / 2; step > 0; step /= 2 {
		b += step & int(^((k - int64(key[b+step-1])) >> 63))
	}
	return uint64(b)
}

func (f *forest) addOctets() {
	f.scaleOf = make([]int32, len(f.inputs)+1)
	for i := len(f.scales) - 1; i >= 0; i-- {
		f.scaleOf[f.scales[i].input] = int32(i)
	}
	f.scaleOf[len(f.inputs)] = int32(len(f.scales))
	for _, root := range f.roots {
		f.octets = append(f.octets, f.octet(root))
	}
}

// octet writes a tree from its root down. Below a leaf that is not at the full
// depth, all splits lead to the same leaf.
func (f *forest) octet(root int32) (o octet) {
	at := [15]int32{root}
	var value [7]float32
	for i := range 7 {
		n := &f.nodes[at[i]]
		at[2*i+1], at[2*i+2] = n.left, n.left+n.right
		if n.right == 0 {
			continue
		}
		s := f.scaleOf[n.input]
		for n.value > f.scales[s].thresholds[len(f.scales[s].thresholds)-1] {
			s++
		}
		rank, _ := slices.BinarySearch(f.scales[s].thresholds, n.value)
		o.scale[i], o.carry[i] = s, allBytes*uint64(maxRank-rank)
		o.input[i], value[i] = n.input, n.value
	}
	for i := range o.leaf {
		o.leaf[i] = f.nodes[at[7+i]].value
	}
	o.root = value[0]
	for i := range 8 {
		o.second[-i&7] = value[1+i&1]
		o.third[-i&7] = value[3+i&3]
		o.end[-i&7] = o.leaf[i]
	}
	return o
}

// addOctets adds the leaves of the batch's rows to their margins.
func (b *batch) addOctets(sums *[batchRows]float32) {
	f := b.forest
	n := len(f.scales)
	if b.cells == nil {
		b.rankColumns()
	} else {
		b.rankCells(func(c cell) float32 { return b.own[c.input][c.row] })
		defer b.rankCells(func(c cell) float32 { return f.inputs[c.input].absent })
	}
	for g := range batchRows / 8 {
		f.addOctet((*[8]float32)(sums[8*g:]), b.words[g*n:][:n])
	}
}

// rankColumns computes all ranks.
func (b *batch) rankColumns() {
	n := len(b.forest.scales)
	for i := range b.forest.scales {
		s := &b.forest.scales[i]
		column := b.column[s.input]
		for g := range batchRows / 8 {
			b.words[g*n+i] = s.ranks(column[8*g:])
		}
	}
}

// rankCells computes the ranks of the batch's cells, of the values given.
func (b *batch) rankCells(value func(cell) float32) {
	f := b.forest
	n := int32(len(f.scales))
	for _, c := range b.cells {
		x, shift := value(c), c.row%8*8
		for i := f.scaleOf[c.input]; i < f.scaleOf[c.input+1]; i++ {
			w := &b.words[c.row/8*n+i]
			*w = *w&^(0xff<<shift) | f.scales[i].rank(x)<<shift
		}
	}
}

// ranks returns the ranks of eight values, a byte each.
func (s *scale) ranks(column []float32) (word uint64) {
	for i, x := range column[:8] {
		word |= s.rank(x) << (8 * i)
	}
	return word
}

// addOctet adds the leaves of eight rows to their margins; w holds their ranks
// by scale.
func (f *forest) addOctet(sums *[8]float32, w []uint64) {
	m0, m1, m2, m3, m4, m5, m6, m7 := sums[0], sums[1], sums[2], sums[3], sums[4], sums[5], sums[6], sums[7]
	for i := range f.octets {
		t := &f.octets[i]
		// The top bits of r0 to r6 say which rows would go right at each split.
		r0 := w[t.scale[0]] + t.carry[0]
		r1, r2 := w[t.scale[1]]+t.carry[1], w[t.scale[2]]+t.carry[2]
		r3, r4 := w[t.scale[3]]+t.carry[3], w[t.scale[4]]+t.carry[4]
		r5, r6 := w[t.scale[5]]+t.carry[5], w[t.scale[6]]+t.carry[6]
		// Each choice keeps the left one's bits, or takes the right one's.
		second := r1 ^ (r1^r2)&r0
		left, right := r3^(r3^r5)&r0, r4^(r4^r6)&r0
		third := left ^ (left^right)&second
		leaf := r0&topBits>>5 | second&topBits>>6 | third&topBits>>7
		m0 += t.leaf[leaf&7]
		m1 += t.leaf[leaf>>8&7]
		m2 += t.leaf[leaf>>16&7]
		m3 += t.leaf[leaf>>24&7]
		m4 += t.leaf[leaf>>32&7]
		m5 += t.leaf[leaf>>40&7]
		m6 += t.leaf[leaf>>48&7]
		m7 += t.leaf[leaf>>56&7]
	}
	*sums = [8]float32{m0, m1, m2, m3, m4, m5, m6, m7}
}
