package gbdt

import (
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"testing"
)

// The same bits come out on every machine: with fused multiplication and
// addition (GOAMD64=v3, arm64) and without, with vectors and without. The sums
// are of files that linux/amd64 made; they change when training does.
func TestSameBits(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 3))
	d, y := make(Dense, 6), make([]uint8, 20_000)
	for i := range y {
		sum := 0
		for c := range d {
			x := r.IntN(1 << (4 + 3*c)) // of no machine's rounding
			if r.IntN(4) == 0 {
				x = 0
			}
			d[c] = append(d[c], float32(x)/3)
			sum += x >> (3 * c)
		}
		if sum+r.IntN(40) > 40 {
			y[i] = 1
		}
	}
	f := func(what, want string, data Data, change func(*Config)) {
		t.Helper()
		got := sha256.Sum256(file(t, mustTrain(t, data, y, func(c *Config) { c.Trees = 30; change(c) })))
		if hex.EncodeToString(got[:8]) != want {
			t.Errorf("%s: the file's sum is %x, want %s", what, got[:8], want)
		}
	}
	f("dense", "31cc52da7dddebf1", d, func(*Config) {})
	f("sparse", "b39dbf6863c48ed9", sparse(d), func(c *Config) { c.Rows, c.Columns, c.PositiveWeight = 0.7, 0.7, 3 })
	f("leaf by leaf", "72b7ef843fc39f02", d, func(c *Config) { c.Leaves, c.Depth, c.Criterion, c.L2 = 20, 0, Newton, 1 })
	f("monotone", "fc6ca701960aaa8c", d, func(c *Config) { c.Monotone = []int8{1, 1, 0, 0, -1, 0} })
}
