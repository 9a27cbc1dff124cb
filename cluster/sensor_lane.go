package cluster

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"botnetdetect/capture"
	"botnetdetect/live"
	"botnetdetect/packet"
)

// lastWait is how long what is full is still sent when a sensor is told to stop.
const lastWait = 5 * time.Second

// believed is how many packets in a row must say that a window has been left out before
// they are believed: one with a damaged time would end all windows until then.
const believed = 16

// sensorLane sums up what comes by one way.
type sensorLane struct {
	*sensing
	number int
	lane   live.Lane
	own    bool // the source's clock counts, not the system's
	namer  *packet.Namer
	now    *window // nil before the first packet
	leaps  int     // packets in a row that left a window out
}

func (s *sensing) newLane(number int, lane live.Lane, own bool) *sensorLane {
	return &sensorLane{sensing: s, number: number, lane: lane, own: own, namer: packet.NewNamer()}
}

// run reads until the lane ends or ctx is done, and hands over the last window.
func (l *sensorLane) run(ctx context.Context) error {
	var f capture.Frame
	var p packet.Packet
	for {
		err := l.lane.Next(&f)
		switch {
		case ctx.Err() != nil || errors.Is(err, io.EOF):
			l.end()
			return nil
		case errors.Is(err, capture.ErrIdle):
			if !l.own {
				l.move(time.Now().UnixNano())
			}
			continue
		case err != nil:
			l.end()
			return err
		}
		t := f.Time
		if !l.own {
			t = time.Now().UnixNano()
		}
		l.move(t)
		if err := l.see(&f, &p); err != nil {
			l.end()
			return err
		}
	}
}

// move ends the window if t is in a later one.
func (l *sensorLane) move(t int64) {
	number := l.job.Windows.at(t)
	switch {
	case number < 0 || number >= maxCaptures:
		return
	case l.now == nil:
		l.begin(number)
	case number <= l.now.number:
		l.leaps = 0
	case l.own && number > l.now.number+1 && l.leaps < believed:
		l.leaps++
	default:
		l.leaps = 0
		l.done(l.number, l.now, number)
		l.begin(number)
	}
}

func (l *sensorLane) begin(number int) {
	l.now = &window{number: number}
	l.now.flows = append(l.now.flows, l.collector(l.assembly.lanes))
}

func (l *sensorLane) end() {
	if l.now == nil {
		l.done(l.number, nil, maxCaptures)
		return
	}
	l.done(l.number, l.now, maxCaptures)
}

// see adds a packet to its flow.
func (l *sensorLane) see(f *capture.Frame, p *packet.Packet) error {
	if l.now == nil {
		return nil // its time is no time
	}
	stats := &l.now.stats
	stats.Frames++
	stats.Bytes += int64(f.Length)
	outcome := packet.Decode(f, p)
	stats.Outcomes[outcome]++
	if !outcome.Usable() {
		return nil
	}
	stats.IP++
	l.now.flows[0].Resolve(l.namer.Name(p).Addresses)
	return l.now.flows[0].Add(p)
}

// assembly puts the lanes' windows together.
type assembly struct {
	lanes int
	mutex sync.Mutex
	at    []int // the window that each lane is at
	open  map[int]*window
}

func newAssembly(lanes int) *assembly {
	return &assembly{lanes: lanes, at: make([]int, lanes), open: make(map[int]*window)}
}

// add notes what a lane saw in a window, and that it is at a later one; it returns the
// windows that no lane will add to any more.
func (a *assembly) add(lane int, seen *window, next int) (whole []*window) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if seen != nil {
		if w := a.open[seen.number]; w != nil {
			w.flows = append(w.flows, seen.flows...)
			w.stats.Add(seen.stats)
		} else {
			a.open[seen.number] = seen
		}
	}
	a.at[lane] = next
	for number, w := range a.open {
		if number < slices.Min(a.at) {
			whole = append(whole, w)
			delete(a.open, number)
		}
	}
	slices.SortFunc(whole, func(x, y *window) int { return x.number - y.number })
	return whole
}
