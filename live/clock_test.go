package live

import (
	"testing"
	"time"
)

func TestPacketClock(t *testing.T) {
	const second, hour = int64(time.Second), int64(time.Hour)
	const start = 1_700_000_000 * second
	f := func(what string, times []int64, wantElapsed time.Duration, wantNow, wantJumps int64) {
		t.Helper()
		var c packetClock
		for _, x := range times {
			c.see(x)
		}
		if c.elapsed != wantElapsed || c.now != wantNow || c.jumps != wantJumps {
			t.Errorf("%s: %v passed, now %d, %d jumps; want %v, %d, %d", what, c.elapsed, c.now, c.jumps, wantElapsed, wantNow, wantJumps)
		}
	}
	repeat := func(x int64, n int) (all []int64) {
		for range n {
			all = append(all, x)
		}
		return all
	}
	f("forward", []int64{start, start + second, start + 3*second}, 3*time.Second, start+3*second, 0)
	f("a little back", []int64{start, start + 3*second, start + second}, 3*time.Second, start+3*second, 0)
	f("one packet of the far future", []int64{start, start + 1000*hour, start + second}, time.Second, start+second, 0)
	f("one packet of long ago", []int64{start, 0, start + second}, time.Second, start+second, 0)
	f("a long silence", append([]int64{start}, repeat(start+5*hour, confirmations)...), 5*time.Hour, start+5*hour, 1)
	f("not yet believed", append([]int64{start}, repeat(start+5*hour, confirmations-1)...), 0, start, 0)
	f("set back", append([]int64{start}, repeat(start-5*hour, confirmations)...), 0, start-5*hour, 1)
	f("claims that contradict each other", []int64{
		start, start + 5*hour, start + 50*hour, start + 5*hour, start + 50*hour, start + 5*hour, start + 50*hour, start + 5*hour, start + 50*hour,
		start + 5*hour, start + 50*hour, start + 5*hour, start + 50*hour, start + 5*hour, start + 50*hour, start + 5*hour, start + 50*hour,
	}, 0, start, 0)
	f("the ends of time", append([]int64{-1 << 63, 1<<63 - 1}, repeat(1<<63-1, confirmations)...), 1<<63-1, 1<<63-1, 1)
}

func TestSystemClock(t *testing.T) {
	c := newSystemClock()
	f := func(passed, calendar time.Duration, wantJump bool) {
		t.Helper()
		before := c.elapsed
		if got := c.advance(c.elapsed+passed, c.wall.Add(calendar)); got != wantJump || c.elapsed != before+passed {
			t.Errorf("%v passed while the calendar went on by %v: jump %v, %v passed", passed, calendar, got, c.elapsed-before)
		}
	}
	f(time.Second, time.Second, false)
	f(time.Second, 3*time.Second, false)
	f(time.Second, time.Hour, true)
	f(time.Second, -time.Hour, true)
	f(time.Hour, time.Hour, false)
	if c.jumps != 2 {
		t.Errorf("%d jumps", c.jumps)
	}
}
