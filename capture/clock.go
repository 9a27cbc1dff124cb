package capture

import (
	"math"
	"math/bits"
)

// maxSeconds is the most whole seconds that nanoseconds can hold in 64 bits.
const maxSeconds = math.MaxInt64 / 1_000_000_000

// clock turns an interface's times into nanoseconds since the Unix epoch:
// ts × mul ÷ div >> shift + offset, rounded down.
type clock struct {
	mul    uint64
	div    uint64 // 1: no division
	shift  uint   // 0: none; at most 127
	offset int64  // nanoseconds
	broken bool   // offset is beyond what nanoseconds can hold: no time can be told
}

// makeClock reads the option values if_tsresol (n for 10^-n seconds, or with the top
// bit set for 2^-n) and if_tsoffset (seconds).
func makeClock(resolution byte, offset int64) clock {
	c := clock{mul: 1, div: 1}
	switch e := uint(resolution & 0x7f); {
	case resolution&0x80 != 0:
		c.mul, c.shift = 1e9, e
	case e <= 9:
		c.mul = pow10(9 - e)
	case e <= 28:
		c.div = pow10(e - 9)
	default:
		c.mul = 0 // 2^64 such units are less than a nanosecond
	}
	c.offset = offset * 1e9
	c.broken = offset > maxSeconds || offset < -maxSeconds
	return c
}

func pow10(n uint) uint64 {
	p := uint64(1)
	for ; n > 0; n-- {
		p *= 10
	}
	return p
}

// nanos converts ts; ok is false if the result is beyond int64, that is before
// 1677 or after 2262.
func (c *clock) nanos(ts uint64) (ns int64, ok bool) {
	hi, lo := bits.Mul64(ts, c.mul)
	if c.div != 1 {
		lo /= c.div // then mul is 1 and hi 0
	}
	if c.shift != 0 {
		hi, lo = shiftRight(hi, lo, c.shift)
	}
	if hi != 0 || lo > math.MaxInt64 || c.broken {
		return 0, false
	}
	ns = int64(lo) + c.offset
	return ns, c.offset <= 0 || ns >= c.offset
}

func shiftRight(hi, lo uint64, n uint) (uint64, uint64) {
	if n >= 64 {
		return 0, hi >> (n - 64)
	}
	return hi >> n, lo>>n | hi<<(64-n)
}
