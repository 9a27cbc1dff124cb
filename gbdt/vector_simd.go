//go:build goexperiment.simd && amd64

package gbdt

import "simd/archsimd"

// What the machine can run, see vector.go.
var (
	haveVectors  = archsimd.X86.AVX2()
	haveCompress = archsimd.X86.AVX512VBMI2()
)

// addVectors is addOctets in vectors of eight rows: the same comparisons and
// additions, so the same bits.
func (b *batch) addVectors(sums *[batchRows]float32) {
	for i := range b.forest.octets {
		t := &b.forest.octets[i]
		var column [7]*[batchRows]float32
		for k := range column {
			column[k] = (*[batchRows]float32)(b.column[t.input[k]])
		}
		t.addVector(sums, &column)
	}
}

// addVector goes down a tree with all rows at once. Way is, row by row, minus
// the number made by the turns so far as bits, right being 1. Its low three
// bits choose from the tables of the next level's thresholds, and of leaves,
// where what is for n stands at -n modulo 8.
func (t *octet) addVector(sums *[batchRows]float32, column *[7]*[batchRows]float32) {
	root, second := archsimd.BroadcastFloat32x8(t.root), archsimd.LoadFloat32x8(&t.second)
	third, leaves := archsimd.LoadFloat32x8(&t.third), archsimd.LoadFloat32x8(&t.end)
	c0, c1, c2, c3, c4, c5, c6 := column[0], column[1], column[2], column[3], column[4], column[5], column[6]
	_, _, _, _, _, _, _ = c0[0], c1[0], c2[0], c3[0], c4[0], c5[0], c6[0] // none is nil: checked here, not in the loop
	for r := 0; r < batchRows; r += 8 {
		right := rows8(c0, r).GreaterEqual(root)
		way := right.ToInt32x8()
		x := rows8(c2, r).Merge(rows8(c1, r), right)
		left := rows8(c5, r).Merge(rows8(c3, r), right)
		other := rows8(c6, r).Merge(rows8(c4, r), right)
		right = x.GreaterEqual(second.Permute(way.AsUint32x8()))
		way = way.Add(way).Add(right.ToInt32x8())
		x = other.Merge(left, right)
		right = x.GreaterEqual(third.Permute(way.AsUint32x8()))
		way = way.Add(way).Add(right.ToInt32x8())
		rows8(sums, r).Add(leaves.Permute(way.AsUint32x8())).Store((*[8]float32)(sums[r:]))
	}
}

// rows8 loads the values of eight rows.
func rows8(column *[batchRows]float32, r int) archsimd.Float32x8 {
	return archsimd.LoadFloat32x8((*[8]float32)(column[r:]))
}
