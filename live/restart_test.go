package live

import (
	"testing"
	"time"

	"botnetdetect/flow"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/packet"
	"botnetdetect/protocol"
)

// silent is a link without packets.
type silent struct{}

func (silent) Lanes() []Lane               { return nil }
func (silent) Counts() (none SourceCounts) { return none }
func (silent) OwnClock() bool              { return false }

// When the calendar is set, either way, what was seen before is let go, and so is what is still
// on its way then. What comes after that counts.
func TestCalendarIsSet(t *testing.T) {
	f := func(by time.Duration) {
		t.Helper()
		e, err := New(Config{Vocabulary: protocol.NewVocabulary()}, botnet(t))
		if err != nil {
			t.Fatal(err)
		}
		w, err := newWatch(e, silent{})
		if err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		pass := func(elapsed time.Duration, wall time.Time) { w.clock.elapsed, w.clock.wall = elapsed, wall }
		pass(time.Second, now)
		w.take(tickAt(t, now, 1))
		pass(2*time.Second, now.Add(by))
		w.restart()
		w.take(tickAt(t, now.Add(time.Second), 2)) // sent before, handed over after
		if n := w.long.len() + w.short.len(); n != 0 {
			t.Errorf("set by %v: %d flows from before", by, n)
		}
		pass(3*time.Second, now.Add(by+time.Second))
		w.take(tickAt(t, now.Add(by+time.Second/2), 3))
		pass(time.Minute, now.Add(by+time.Minute))
		w.take(tickAt(t, now.Add(by+time.Minute), 4))
		if n := w.long.len(); n != 2 {
			t.Errorf("set by %v: %d flows from after, want 2", by, n)
		}
	}
	f(time.Hour)
	f(-time.Hour)
	f(15 * time.Second)
	f(-15 * time.Second)
}

// tickAt is a tick with a packet of a flow at a time.
func tickAt(t *testing.T, at time.Time, peer byte) *tick {
	t.Helper()
	x := newTick(flow.Options{}, 1<<20)
	frame := pcaptest.Merge(pcaptest.UDPFlow("192.168.0.2:7", "198.51.100."+string('0'+peer)+":7").Send(0, 60))[0]
	frame.Time = at.UnixNano()
	var p packet.Packet
	packet.Decode(&frame, &p)
	x.add(&p)
	return x
}
