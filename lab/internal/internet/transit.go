package internet

import (
	"container/heap"
	"context"
	"net/netip"
	"sync"
	"time"
)

// transit holds the packets under way and delivers each when it is due.
type transit struct {
	mu      sync.Mutex
	flying  flying
	sent    uint64
	changed chan struct{}

	orderMu sync.Mutex
	last    map[[2]netip.Addr]time.Time
}

// Bounds: packets under way beyond the first are dropped, as a full queue does; paths
// beyond the second lose their memory of order.
const (
	maxFlying = 50_000
	maxPaths  = 100_000
)

type flight struct {
	due  time.Time
	n    uint64 // order of sending, which breaks ties
	p    packet
	site *Site
}

func newTransit() *transit {
	return &transit{changed: make(chan struct{}, 1), last: make(map[[2]netip.Addr]time.Time)}
}

// inOrder moves a due time so that packets of one path arrive in the order sent.
func (t *transit) inOrder(src, dst netip.Addr, due time.Time) time.Time {
	t.orderMu.Lock()
	defer t.orderMu.Unlock()
	if len(t.last) > maxPaths {
		clear(t.last)
	}
	path := [2]netip.Addr{src, dst}
	if last := t.last[path]; due.Before(last) {
		due = last
	}
	t.last[path] = due
	return due
}

func (t *transit) send(p packet, to *Site, due time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.flying) >= maxFlying {
		return
	}
	t.sent++
	heap.Push(&t.flying, flight{due, t.sent, p, to})
	if t.flying[0].n == t.sent {
		select {
		case t.changed <- struct{}{}:
		default:
		}
	}
}

func (t *transit) run(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		timer.Reset(t.deliver(time.Now()))
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-t.changed:
		}
	}
}

// deliver hands over what is due by now and returns how long until the next is.
func (t *transit) deliver(now time.Time) time.Duration {
	for {
		t.mu.Lock()
		if len(t.flying) == 0 {
			t.mu.Unlock()
			return time.Hour
		}
		if wait := t.flying[0].due.Sub(now); wait > 0 {
			t.mu.Unlock()
			return wait
		}
		f := heap.Pop(&t.flying).(flight) //nolint:forcetypeassert // holds nothing else
		t.mu.Unlock()
		f.site.receive(f.p)
	}
}

// flying is a heap, the next to arrive first.
type flying []flight

func (f flying) Len() int { return len(f) }
func (f flying) Less(i, j int) bool {
	if f[i].due.Equal(f[j].due) {
		return f[i].n < f[j].n
	}
	return f[i].due.Before(f[j].due)
}
func (f flying) Swap(i, j int) { f[i], f[j] = f[j], f[i] }
func (f *flying) Push(x any)   { *f = append(*f, x.(flight)) } //nolint:forcetypeassert // heap.Push passes a flight
func (f *flying) Pop() any {
	old := *f
	last := old[len(old)-1]
	*f = old[:len(old)-1]
	return last
}
