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
		var c [7]*[batchRows]float32
		for k := range c {
			c[k] = (*[batchRows]float32)(b.column[t.input[k]])
		}
		t.addVector(sums, &c)
	}
}

func (t *octet) addVector(sums *[batchRows]float32, column *[7]*[batchRows]float32) {
	v0 := archsimd.BroadcastFloat32x8(t.value[0])
	v1, v2 := archsimd.BroadcastFloat32x8(t.value[1]), archsimd.BroadcastFloat32x8(t.value[2])
	v3, v4 := archsimd.BroadcastFloat32x8(t.value[3]), archsimd.BroadcastFloat32x8(t.value[4])
	v5, v6 := archsimd.BroadcastFloat32x8(t.value[5]), archsimd.BroadcastFloat32x8(t.value[6])
	leaves := archsimd.LoadFloat32x8(&t.leaf)
	four, two, one := archsimd.BroadcastInt32x8(4), archsimd.BroadcastInt32x8(2), archsimd.BroadcastInt32x8(1)
	c0, c1, c2, c3, c4, c5, c6 := column[0], column[1], column[2], column[3], column[4], column[5], column[6]
	for r := 0; r < batchRows; r += 8 {
		// Which rows would go right at each split: all bits, or none.
		r0 := rows8(c0, r).GreaterEqual(v0)
		r1, r2 := rows8(c1, r).GreaterEqual(v1).ToInt32x8(), rows8(c2, r).GreaterEqual(v2).ToInt32x8()
		r3, r4 := rows8(c3, r).GreaterEqual(v3).ToInt32x8(), rows8(c4, r).GreaterEqual(v4).ToInt32x8()
		r5, r6 := rows8(c5, r).GreaterEqual(v5).ToInt32x8(), rows8(c6, r).GreaterEqual(v6).ToInt32x8()
		second, left, right := r2.Merge(r1, r0), r5.Merge(r3, r0), r6.Merge(r4, r0)
		third := left.Xor(left.Xor(right).And(second))
		leaf := r0.ToInt32x8().And(four).Or(second.And(two)).Or(third.And(one)).AsUint32x8()
		rows8(sums, r).Add(leaves.Permute(leaf)).Store((*[8]float32)(sums[r:]))
	}
}

// rows8 loads the values of eight rows.
func rows8(column *[batchRows]float32, r int) archsimd.Float32x8 {
	return archsimd.LoadFloat32x8((*[8]float32)(column[r:]))
}
