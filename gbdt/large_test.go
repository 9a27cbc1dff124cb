//go:build linux

package gbdt

import (
	"math/rand/v2"
	"os"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// More entries than an int32 counts make the same model as the few that they
// repeat. It takes 4 GiB and a minute or two, so it runs when asked to.
func TestManyEntries(t *testing.T) {
	if os.Getenv("BOTNETDETECT_LARGE") == "" {
		t.Skip("needs 4 GiB and some minutes: set BOTNETDETECT_LARGE=1")
	}
	const rows, width, times = 1 << 14, 64, 1<<11 + 1<<5
	r := rand.New(rand.NewPCG(1, 4))
	few := &Sparse{Width: width, Indptr: []int64{0}}
	y := make([]uint8, rows)
	for i := range y {
		for c := range uint32(width) {
			few.Index, few.Value = append(few.Index, c), append(few.Value, float32(r.IntN(8)))
		}
		few.Indptr = append(few.Indptr, int64(len(few.Index)))
		if few.Value[i*width]+few.Value[i*width+width-1] > 5+3*r.Float32() {
			y[i] = 1
		}
	}
	many := &Sparse{Width: width, Index: repeat(t, few.Index, times), Value: repeat(t, few.Value, times)}
	for i := range int64(rows*times + 1) {
		many.Indptr = append(many.Indptr, i*width)
	}
	train := func(s *Sparse, y []uint8) []float64 {
		return margins(t, mustTrain(t, s, y, func(c *Config) { c.Trees, c.Depth = 2, 2 }), few)
	}
	t.Logf("%d entries", len(many.Index))
	near(t, "margin", train(many, repeat(t, y, times)), train(few, y), 1e-5)
}

// repeat returns a read-only slice of a pattern over and over, which takes the
// memory of one. The pattern fills whole pages.
func repeat[T any](t *testing.T, pattern []T, times int) []T {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	size := uintptr(len(pattern)) * unsafe.Sizeof(pattern[0])
	fd, err := unix.MemfdCreate("pattern", 0)
	must(err)
	defer func() { must(unix.Close(fd)) }()
	_, err = unix.Write(fd, unsafe.Slice((*byte)(unsafe.Pointer(&pattern[0])), size))
	must(err)
	all := size * uintptr(times)
	base, err := unix.MmapPtr(-1, 0, nil, all, unix.PROT_READ, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
	must(err)
	t.Cleanup(func() { must(unix.MunmapPtr(base, all)) })
	for i := range uintptr(times) {
		_, err = unix.MmapPtr(fd, 0, unsafe.Add(base, i*size), size, unix.PROT_READ, unix.MAP_SHARED|unix.MAP_FIXED)
		must(err)
	}
	return unsafe.Slice((*T)(base), len(pattern)*times)
}
