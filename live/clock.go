package live

import (
	"math"
	"time"
)

// clock is the engine's time: how long it has been watching, which never goes back, and
// what the calendar says.
type clock struct {
	elapsed time.Duration
	wall    time.Time
	jumps   int64 // times that the calendar was set by more than mostStep
}

// mostStep is how far packets' times and the calendar may step without being a jump, and
// a calendar that is set may differ from the time that has passed.
const (
	mostGap  = time.Hour
	mostStep = 10 * time.Second
)

// systemClock follows the system's clocks: the steady one, by which flows expire, and the
// calendar, which may be set.
type systemClock struct {
	clock
	start time.Time
}

func newSystemClock() *systemClock {
	now := time.Now()
	return &systemClock{clock{wall: now.Round(0)}, now}
}

// tick moves to now. It reports whether the calendar has been set since.
func (c *systemClock) tick() (jumped bool) {
	now := time.Now()
	return c.advance(now.Sub(c.start), now.Round(0))
}

func (c *systemClock) advance(steady time.Duration, calendar time.Time) (jumped bool) {
	step := calendar.Sub(c.wall) - (steady - c.elapsed)
	c.elapsed, c.wall = steady, calendar
	jumped = step > mostStep || step < -mostStep
	if jumped {
		c.jumps++
	}
	return jumped
}

// packetClock follows the times of packets. It never goes back, and does not believe a
// single packet that claims to be far ahead or far behind: only confirmations in a row.
type packetClock struct {
	clock
	begun    bool
	now      int64 // ns since the epoch
	doubtful int   // packets in a row that are far from now
	claimed  int64 // the time that they claim
}

// confirmations is how many packets in a row make a far-off time believed.
const confirmations = 16

// see notes a packet's time, in ns since the epoch.
func (c *packetClock) see(t int64) {
	switch {
	case !c.begun:
		c.begun = true
		c.set(t, 0)
	case near(t, c.now):
		c.doubtful = 0
		if t > c.now {
			c.set(t, time.Duration(t-c.now))
		}
	default:
		c.doubt(t)
	}
}

// doubt notes a packet that is far from now.
func (c *packetClock) doubt(t int64) {
	if c.doubtful == 0 || !near(t, c.claimed) {
		c.doubtful, c.claimed = 0, t
	}
	if c.doubtful++; c.doubtful < confirmations {
		return
	}
	c.jumps++
	c.doubtful = 0
	passed := time.Duration(0)
	if t > c.now {
		passed = time.Duration(min(apart(t, c.now), math.MaxInt64-uint64(c.elapsed)))
	}
	c.set(t, passed)
}

// apart returns how far two times are apart.
func apart(x, y int64) uint64 { return uint64(max(x, y)) - uint64(min(x, y)) }

func near(x, y int64) bool { return apart(x, y) <= uint64(mostGap) }

func (c *packetClock) set(t int64, passed time.Duration) {
	c.now, c.wall = t, time.Unix(0, t).UTC()
	c.elapsed += passed
}
