//go:build !(goexperiment.simd && amd64)

package gbdt

// haveVectors says whether addVectors is there and the machine can run it.
const haveVectors = false

func (b *batch) addVectors(*[batchRows]float32) {}
