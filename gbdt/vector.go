//go:build !(goexperiment.simd && amd64)

package gbdt

// What vector instructions would do faster is there only in builds with
// GOEXPERIMENT=simd on amd64. All of it has a form without, of the same bits.
const (
	haveVectors  = false // the machine can run all vector code but positionsVectors
	haveCompress = false // it can run positionsVectors
)

func (b *batch) addVectors(*[batchRows]float32) {}

func (t *probability) advanceVectors(_ []float32, _ []uint8, _ []uint16, _ []int64, _ []float32) (n int, sum int64) {
	return 0, 0
}

func routeVectors(_ []uint16, _ []uint8, _ uint16, _ move) (n int) { return 0 }

func positionsVectors(_, _ []uint16, _ uint16) (n, listed int) { return 0, 0 }
