package capture

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestClock(t *testing.T) {
	f := func(resolution byte, offset int64, ticks uint64, want int64, wantOK bool) {
		t.Helper()
		c := makeClock(resolution, offset)
		if got, ok := c.nanos(ticks); ok != wantOK || ok && got != want {
			t.Errorf("resolution %#x, offset %d: %d ticks: want %d, %v; got %d, %v",
				resolution, offset, ticks, want, wantOK, got, ok)
		}
	}
	f(6, 0, 1_700_000_000_123_456, 1_700_000_000_123_456_000, true)
	f(9, 0, 1_700_000_000_123_456_789, 1_700_000_000_123_456_789, true)
	f(0, 0, 1_700_000_000, 1_700_000_000_000_000_000, true)
	f(12, 0, 1_234_567, 1234, true)
	f(29, 0, 1<<64-1, 0, true)
	f(0x80, 0, 5, 5e9, true)
	f(0x80|10, 0, 1536, 1.5e9, true)
	f(0x80|64, 0, 1<<63, 5e8, true)
	f(0xff, 0, 1<<64-1, 0, true)
	f(6, 1_700_000_000, 5, 1_700_000_000_000_005_000, true)
	f(6, -1, 0, -1e9, true)
	f(0, 0, 9_223_372_037, 0, false)
	f(6, 9_223_372_036, 1_000_000_000, 0, false)
	f(6, 9_223_372_037, 0, 0, false)
	f(6, -1<<63, 0, 0, false)
	f(0, 0, 1<<64-1, 0, false)
}

// TestClockTwin compares with exact arithmetic.
func TestClockTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		resolution := rapid.Byte().Draw(t, "resolution")
		offset := rapid.Int64Range(-1<<34, 1<<34).Draw(t, "offset")
		ticks := rapid.Uint64().Draw(t, "ticks")
		c := makeClock(resolution, offset)
		got, ok := c.nanos(ticks)
		want := slowNanos(resolution, offset, ticks)
		// An intermediate result may be out of range although the sum is not: that a clock
		// in use needs an offset of minus a century is not worth 128 bits.
		if ok && (!want.IsInt64() || want.Int64() != got) {
			t.Fatalf("want %v, got %d", want, got)
		}
		if !ok && want.IsInt64() && offset >= 0 {
			t.Fatalf("want %v, got no time", want)
		}
	})
}

// slowNanos is nanos by its definition.
func slowNanos(resolution byte, offset int64, ticks uint64) *big.Int {
	base := int64(10)
	if resolution&0x80 != 0 {
		base = 2
	}
	unit := new(big.Int).Exp(big.NewInt(base), big.NewInt(int64(resolution&0x7f)), nil)
	ns := new(big.Int).Mul(new(big.Int).SetUint64(ticks), big.NewInt(1e9))
	ns.Div(ns, unit)
	return ns.Add(ns, new(big.Int).Mul(big.NewInt(offset), big.NewInt(1e9)))
}
