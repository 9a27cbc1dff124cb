package synthetic

import (
	"botnetdetect/capture"
	"botnetdetect/internal/craft"
)

// world is the clock, what is to happen, and where it is observed from.
type world struct {
	dice
	noise   craft.Noise
	now     int64 // nanoseconds since the epoch
	end     int64
	events  queue
	made    uint64 // events
	frames  int    // seen so far
	most    int    // frames
	wire    vantage
	home    *home
	pairs   ledger
	yield   func(capture.Frame) bool
	stopped bool
	b       []byte // the frame under way
	out     []byte // what is handed out
}

const (
	second = 1e9
	minute = 60 * second
	hour   = 60 * minute
)

// after has do done some seconds from now.
func (w *world) after(seconds float64, do func()) {
	w.made++
	w.events.push(event{w.now + int64(max(0, seconds)*second), w.made, do})
}

// run does what is to be done until the end of the capture.
func (w *world) run() {
	for len(w.events) > 0 && !w.stopped {
		e := w.events.pop()
		if e.at >= w.end {
			return
		}
		w.now = e.at
		e.do()
	}
}

// every has do done again and again, each time after as many seconds as gap draws.
func (w *world) every(gap func() float64, do func()) {
	w.after(gap(), func() {
		do()
		w.every(gap, do)
	})
}

// packet sends an IP packet with the header and payload that fill appends.
func (w *world) packet(from, to *node, protocol byte, class Class, fill func(b []byte) []byte) {
	ip := craft.IP{Src: from.addr, Dst: to.addr, TTL: from.ttl(), Protocol: protocol}
	ip.ID, ip.DontFragment = from.identify(w.dice, protocol)
	w.b = fill(ip.Append(w.b[:0]))
	craft.Seal(w.b)
	w.pairs.add(from.addr.String(), to.addr.String(), class)
	w.emit(from, to, craft.TypeIPv4, w.b)
}

// emit shows a link-layer payload to whoever observes.
func (w *world) emit(from, to *node, etherType uint16, payload []byte) {
	if w.stopped {
		return
	}
	f := w.wire.frame(w.out[:0], from, to, etherType, payload)
	w.out = f.Data[:0]
	f.Time = w.now - w.now%w.wire.resolution
	w.frames++
	if !w.yield(f) || w.frames >= w.most {
		w.stopped = true
	}
}
