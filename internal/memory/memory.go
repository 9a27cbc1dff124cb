// Package memory keeps a process within the memory that its user allows.
package memory

import (
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

// Limit is the value of --memory: bytes that the process should stay within.
type Limit int64

// Limits that mean something of their own.
const (
	Default Limit = 2 << 30
	Least   Limit = 64 << 20
)

var units = []struct {
	name  string
	bytes float64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
	{"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1}, {"", 1},
}

// Set reads a size such as 256MiB, 1.5GiB, 2GB or 1000000000.
func (m *Limit) Set(s string) error {
	for _, unit := range units {
		number, ok := strings.CutSuffix(s, unit.name)
		if !ok {
			continue
		}
		x, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if x *= unit.bytes; err != nil || !(x >= float64(Least) && x < math.MaxInt64) {
			break
		}
		*m = Limit(x)
		return nil
	}
	return fmt.Errorf("want a size such as 256MiB or 1.5GiB, at least %v", Least)
}

// String writes a size as Set reads it.
func (m Limit) String() string {
	for _, unit := range []string{"GiB", "MiB", "KiB"} {
		for _, u := range units {
			if u.name == unit && int64(m)%int64(u.bytes) == 0 {
				return strconv.FormatInt(int64(m)/int64(u.bytes), 10) + unit
			}
		}
	}
	return strconv.FormatInt(int64(m), 10)
}

// Type is what --help calls the value.
func (m *Limit) Type() string { return "SIZE" }

// fixed is what the process takes beside captures: measured, 24 MB for the program and
// its model, the rest because the heap must have room to move.
const fixed Limit = 32 << 20

// While captures are read, garbage may be a fifth of what is in use: that is mostly
// flows, which cost the collector nothing. So that a small heap is not collected all the
// time, ballast counts as in use, and as it is never touched, it takes no memory (the first time in a
// process: later, the runtime may have to clear what it was).
// Measured: 2,000 small captures take as long as with Go's defaults, and a million flows
// take 360 MB instead of 490. With a quarter and a ballast of 32 MiB, a capture of 18,000 pairs
// took 1.05 of the time, and a million flows as much memory.
const (
	garbagePercent = 20
	ballast        = 128 << 20
)

// Keep tells the runtime to stay within m until done is called, and returns what
// captures may take of it.
func (m Limit) Keep() (captures int64, done func()) {
	weight := make([]byte, ballast)
	limit := debug.SetMemoryLimit(int64(m-fixed/2) + ballast)
	percent := debug.SetGCPercent(garbagePercent)
	return int64(m - fixed), func() {
		runtime.KeepAlive(weight)
		debug.SetMemoryLimit(limit)
		debug.SetGCPercent(percent)
	}
}

// thriftPercent is how much garbage there may be beside a few large tables. Measured, training on
// 400,000 aware rows takes 222 bytes a row with it instead of 426, in the same time.
const (
	thriftPercent = 10
	thriftBallast = 32 << 20
)

// Thrift has the runtime leave little garbage until done is called. It is for work that holds most of its
// memory in a few large tables without pointers, which cost the collector nothing.
func Thrift() (done func()) {
	weight := make([]byte, thriftBallast)
	percent := debug.SetGCPercent(thriftPercent)
	return func() {
		runtime.KeepAlive(weight)
		debug.SetGCPercent(percent)
	}
}
