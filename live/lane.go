package live

import (
	"errors"
	"io"
	"sync/atomic"
	"time"

	"botnetdetect/capture"
	"botnetdetect/packet"
)

// watcher reads one lane: it decodes and names its packets and adds up their flows, which
// it hands over tick by tick. It never waits for judging, except in a replay: if nobody
// takes a tick, the tick goes on.
type watcher struct {
	lane   Lane
	namer  *packet.Namer
	tuples *tuples
	tick   *tick
	ticks  chan<- *tick
	spare  <-chan *tick
	stop   *atomic.Bool
	due    *atomic.Int64 // the tick that the system's clock is at
	ended  int64         // the last tick handed over
	own    *packetClock  // the source's clock; nil is the system's
	next   time.Duration // when the tick ends by it
	told   time.Time     // when it was told to stop; zero before
	left   time.Duration // for how long what had come by then is read
	err    error         // why the lane ended; nil at its end
}

// mostLeft bounds for how long what had come before the end is read after it.
const mostLeft = time.Second

// run reads until the lane ends, or stop is set and all is read that came before, and hands over the last tick.
func (w *watcher) run() {
	var f capture.Frame
	var p packet.Packet
	for !w.over(f.Time) {
		err := w.lane.Next(&f)
		switch {
		case err == nil:
			w.see(&f, &p)
		case errors.Is(err, capture.ErrIdle) && w.told.IsZero():
			w.idle(f.Time)
		default:
			if !errors.Is(err, io.EOF) && !errors.Is(err, capture.ErrIdle) {
				w.err = err
			}
			w.handOver()
			return
		}
		if w.due.Load() != w.ended {
			w.offer()
		}
	}
	w.handOver()
}

// over reports whether a link is not to be read any more: it was told to stop before the last frame, which came
// at a time in ns since the epoch, or some time ago.
func (w *watcher) over(last int64) bool {
	switch {
	case !w.stop.Load():
		return false
	case w.own != nil:
		return true
	case w.told.IsZero():
		w.told = time.Now()
		return false
	}
	return last > w.told.UnixNano() || time.Since(w.told) > w.left
}

// see counts one frame.
func (w *watcher) see(f *capture.Frame, p *packet.Packet) {
	if w.own != nil {
		w.pass(f.Time)
	}
	c := &w.tick.counts
	c.packets++
	c.bytes += int64(f.Length)
	outcome := packet.Decode(f, p)
	c.outcomes[outcome]++
	if !outcome.Usable() {
		return
	}
	w.tuples.see(p)
	w.tick.resolve(w.namer.Name(p))
	w.tick.add(p)
}

// pass moves a source's own clock to the time of a packet, which belongs to the next tick if
// the present one ends before it.
func (w *watcher) pass(t int64) {
	w.own.see(t)
	w.tick.clock = w.own.clock
	if w.own.elapsed < w.next {
		return
	}
	w.handOver()
	w.next = w.own.elapsed.Truncate(packetTick) + packetTick
}

// idle moves a source's own clock where it goes on without packets, to t; 0 is not known.
func (w *watcher) idle(t int64) {
	if w.own != nil && w.own.begun && t > w.own.now {
		w.pass(t)
	}
}

// offer hands the tick over if somebody takes it.
func (w *watcher) offer() {
	due := w.due.Load()
	if w.tick.counts.packets == 0 {
		w.ended = due
		return
	}
	select {
	case w.ticks <- w.tick:
		w.renew()
		w.ended = due
	default:
	}
}

func (w *watcher) handOver() {
	w.ticks <- w.tick
	w.renew()
}

// renew begins a tick.
func (w *watcher) renew() {
	last := w.tick
	select {
	case w.tick = <-w.spare:
	default:
		w.tick = newTick(last.options, last.limit)
	}
	w.tick.clock = last.clock
}
