package synthetic

import (
	"math"

	"botnetdetect/internal/craft"
)

// line is what one side of a connection says in one go.
type line struct {
	side  int
	bytes int
	head  []byte  // what it begins with; the rest is noise
	pause float64 // seconds of thought before it
}

// talk says the lines one after another and calls done.
func (c *conn) talk(lines []line, done func()) {
	if len(lines) == 0 || c.closed {
		done()
		return
	}
	l := lines[0]
	c.w.after(l.pause, func() {
		c.say(l.side, l.head, l.bytes, func() {
			wait := 0.0
			if len(lines) > 1 && lines[1].side != l.side {
				wait = c.reaction(1 - l.side)
			}
			c.w.after(wait, func() { c.talk(lines[1:], done) })
		})
	})
}

// say sends n bytes in flights of segments, each after the last is acknowledged, and calls
// done once the last segment has been seen.
func (c *conn) say(side int, head []byte, n int, done func()) {
	c.fly(side, head, n, c.flight[side], done)
}

func (c *conn) fly(side int, head []byte, n, room int, done func()) {
	if c.closed || n <= 0 {
		done()
		return
	}
	size := min(n, c.mss)
	flags := byte(craft.ACK)
	if size == n || room == 1 {
		flags |= craft.PSH
	}
	c.deliver(side, flags, head, size, func() {
		n -= size
		head = head[min(size, len(head)):]
		c.acknowledge(1-side, n == 0)
		switch {
		case n == 0:
			done()
		case room > 1:
			c.w.after(c.gap(side, size), func() { c.fly(side, head, n, room-1, done) })
		default:
			c.flight[side] = min(largestFlight, 2*c.flight[side])
			c.w.after(c.reaction(1-side)+c.reaction(side), func() { c.fly(side, head, n, c.flight[side], done) })
		}
	})
}

// deliver sends a segment until it arrives. One that is lost on the way out is seen again,
// one that is lost on the way in is only late.
func (c *conn) deliver(side int, flags byte, head []byte, n int, done func()) {
	if !lossy(c.w.dice, c.ends[0], c.ends[1], 1) {
		c.segment(side, flags, head, n)
		done()
		return
	}
	if c.ends[side].local {
		c.segment(side, flags, head, n)
		c.seq[side] -= uint32(n)
		c.unacked[1-side]--
	}
	c.flight[side] = max(1, c.flight[side]/2)
	c.w.after(math.Max(0.25, 2*c.reaction(1-side)), func() {
		if !c.closed {
			c.deliver(side, flags, head, n, done)
		}
	})
}

// acknowledge has a side acknowledge every second segment at once, and a lone one after a while.
func (c *conn) acknowledge(side int, last bool) {
	wait := c.reaction(side)
	if c.unacked[side] >= 2 && !last {
		c.unacked[side] = 0
		c.w.after(wait, func() {
			if !c.closed {
				c.segment(side, craft.ACK, nil, 0)
			}
		})
		return
	}
	if last {
		c.w.after(wait+c.ends[side].stack.delayed, func() { c.ack(side) })
	}
}

// gap is how far apart two segments of a flight are seen.
func (c *conn) gap(side, size int) float64 {
	rate := math.Min(c.ends[0].path.rate, c.ends[1].path.rate)
	if c.ends[side].local {
		return c.w.exponential(15e-6)
	}
	return c.w.exponential(float64(size) / rate)
}

// finish closes a connection from a side, in good order or with a reset.
func (c *conn) finish(side int, reset bool) {
	if c.closed {
		return
	}
	if reset {
		c.segment(side, craft.RST|craft.ACK, nil, 0)
		c.closed = true
		return
	}
	c.closed = true
	c.segment(side, craft.FIN|craft.ACK, nil, 0)
	c.w.after(c.reaction(1-side), func() {
		if c.w.chance(0.4) {
			c.segment(1-side, craft.ACK, nil, 0)
		}
		c.w.after(c.w.logNormal(0.001, 2), func() {
			c.segment(1-side, craft.FIN|craft.ACK, nil, 0)
			c.w.after(c.reaction(side), func() { c.segment(side, craft.ACK, nil, 0) })
		})
	})
}
