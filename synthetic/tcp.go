package synthetic

import (
	"math"

	"botnetdetect/internal/craft"
)

// conn is a TCP connection, as the capture sees it. Side 0 opened it.
type conn struct {
	w       *world
	ends    [2]*node
	ports   [2]uint16
	class   Class
	seq     [2]uint32
	unacked [2]int // segments that a side has received and not acknowledged
	flight  [2]int // segments that a side may send at once
	mss     int
	stamps  bool
	scale   bool
	closed  bool
}

const largestFlight = 44 // segments: 64 KiB

func (w *world) conn(from, to *node, port uint16, class Class) *conn {
	c := &conn{w: w, ends: [2]*node{from, to}, class: class}
	c.ports = [2]uint16{from.port(w.dice), port}
	c.seq = [2]uint32{w.Uint32(), w.Uint32()}
	c.mss = int(min(from.stack.mss, to.stack.mss))
	c.stamps = from.stack.stamps && to.stack.stamps
	if c.stamps {
		c.mss -= 12
	}
	c.scale = from.stack.scale > 0 && to.stack.scale > 0
	c.flight = [2]int{from.stack.burst, to.stack.burst}
	return c
}

// segment sends one, of n bytes of payload that begin with head.
func (c *conn) segment(side int, flags byte, head []byte, n int) {
	from, to := c.ends[side], c.ends[1-side]
	h := craft.TCP{SrcPort: c.ports[side], DstPort: c.ports[1-side], Seq: c.seq[side], Flags: flags}
	if flags&craft.ACK != 0 {
		h.Ack = c.seq[1-side]
	}
	if flags&craft.RST == 0 {
		h.Window = from.stack.window
		h.Options = c.options(side, flags)
	}
	c.unacked[side] = 0
	c.w.packet(from, to, craft.ProtoTCP, c.class, func(b []byte) []byte {
		b = append(h.Append(b), head[:min(n, len(head))]...)
		return c.w.noise.Append(b, max(0, n-len(head)))
	})
	c.seq[side] += uint32(n)
	if flags&(craft.SYN|craft.FIN) != 0 {
		c.seq[side]++
	}
	if n > 0 {
		c.unacked[1-side]++
	}
}

func (c *conn) options(side int, flags byte) []byte {
	own, echo := c.ends[side].stack, c.ends[1-side].stack.stamp(c.w.now-int64(20e6))
	switch {
	case flags&craft.SYN == 0:
		return own.options(false, c.stamps, false, c.w.now, echo)
	case flags&craft.ACK == 0:
		return own.options(true, own.stamps, own.scale > 0, c.w.now, 0)
	}
	return own.options(true, c.stamps, c.scale, c.w.now, echo)
}

// ack sends an acknowledgement if side owes one.
func (c *conn) ack(side int) {
	if c.unacked[side] > 0 && !c.closed {
		c.segment(side, craft.ACK, nil, 0)
	}
}

// reaction is how long it takes until what side does on a packet of the other side is seen.
func (c *conn) reaction(side int) float64 {
	return reaction(c.w.dice, c.ends[1-side], c.ends[side])
}

// open shakes hands with one who is there and calls done.
func (c *conn) open(done func()) {
	c.segment(0, craft.SYN, nil, 0)
	if lossy(c.w.dice, c.ends[0], c.ends[1], 1) {
		c.w.after(c.ends[0].stack.retries[0], func() {
			c.seq[0]--
			c.open(done)
		})
		return
	}
	c.w.after(c.reaction(1), func() {
		c.segment(1, craft.SYN|craft.ACK, nil, 0)
		c.w.after(c.reaction(0), func() {
			c.segment(0, craft.ACK, nil, 0)
			done()
		})
	})
}

// call tries to open a connection to one from whom nothing comes, as often as the stack
// does until the program gives up.
func (c *conn) call(patience float64, done func()) {
	c.segment(0, craft.SYN, nil, 0)
	last := 0.0
	for _, at := range c.ends[0].stack.retries {
		if at > patience {
			break
		}
		last = at
		c.w.after(at+c.w.exponential(0.01), func() {
			c.seq[0]--
			c.segment(0, craft.SYN, nil, 0)
		})
	}
	c.w.after(math.Max(last+0.1, patience), done)
}

// refused tries to open a connection to one who resets it. Windows tries twice more.
func (c *conn) refused(done func()) {
	tries := 1
	if c.ends[0].stack.ttl == 128 {
		tries = 3
	}
	c.knock(tries, done)
}

func (c *conn) knock(left int, done func()) {
	c.segment(0, craft.SYN, nil, 0)
	c.w.after(c.reaction(1), func() {
		own := c.seq[1]
		c.seq[1] = 0
		c.segment(1, craft.RST|craft.ACK, nil, 0)
		c.seq[1] = own
		if left <= 1 {
			done()
			return
		}
		c.w.after(c.w.logNormal(0.5, 0.05), func() {
			c.seq[0]--
			c.knock(left-1, done)
		})
	})
}
