package live

import (
	"fmt"
	"math"
	"testing"
	"time"

	"botnetdetect/capture"
	"botnetdetect/detect"
	"botnetdetect/feature"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/packet"
	"botnetdetect/protocol"

	"pgregory.net/rapid"
)

// linked returns a watch of a link, to be fed by hand.
func linked(t testing.TB, c Config, j Judge) (*watch, *heard) {
	t.Helper()
	c.Vocabulary = protocol.NewVocabulary()
	e, err := New(c, j)
	if err != nil {
		t.Fatal(err)
	}
	h := new(heard)
	e.Subscribe(h.handler())
	w, err := newWatch(e, fed(nil))
	if err != nil {
		t.Fatal(err)
	}
	w.clock.wall = time.Now()
	return w, h
}

// tickOf takes frames in as a lane does.
func (w *watch) tickOf(frames []capture.Frame) *tick {
	t, namer := newTick(w.flows, 1<<30), packet.NewNamer()
	var p packet.Packet
	for i := range frames {
		if packet.Decode(&frames[i], &p).Usable() {
			t.resolve(namer.Name(&p))
			t.add(&p)
		}
	}
	return t
}

// What is counted flow by flow, and taken in host by host where that is not enough, is what a look at the whole
// window shows, also if windows slide and flows come while that is looked at in the background.
func TestGrowingIsALook(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		frames := append(traffic(rt, time.Minute), pcaptest.Merge(seekers(rapid.IntRange(0, 3).Draw(rt, "seekers"), 5)...)...)
		w, _ := linked(t, Config{Window: 2 * time.Minute, Long: 4 * time.Minute}, Judge{Model: modelOf(t, feature.Behavioural, 0.5)})
		take := func() {
			n := rapid.IntRange(1, len(frames)).Draw(rt, "frames of a tick")
			w.take(w.tickOf(frames[:n]))
			frames = frames[n:]
		}
		for take(); len(frames) > 0; {
			take()
			if rapid.IntRange(0, 3).Draw(rt, "slide") == 0 {
				w.slides = w.short.size // so that the long window slides, too
				w.slide(w.clock.wall)
				for range min(len(frames), rapid.IntRange(0, 2).Draw(rt, "meanwhile")) {
					if len(frames) > 0 {
						take()
					}
				}
				w.await()
			}
		}
		for len(w.scene.stale.queue) > 0 { // the bounds of one tick
			w.take(w.tickOf(nil))
		}
		w.likeALook(rt)
	})
}

// likeALook compares what is known of hosts with what a look would show.
func (w *watch) likeALook(t rapid.TB) {
	t.Helper()
	var l looked
	l.look(w.detector, w.long.tables)
	for e, class := range l.classes {
		if got, ok := w.scene.classes[e]; !ok && class != detect.TooLittle || ok && got != class {
			t.Errorf("%v is %q, by a look %q", e, got, class)
		}
	}
	for f := range observed(w.long.tables).Table.P2P() {
		got, err := w.scene.long.scene.Verdict(f)
		want, failed := l.scene.Verdict(f)
		if err != nil || failed != nil || math.Abs(got.Score-want.Score) > 1e-9 {
			t.Errorf("%v to %v: score %v, by a look %v; %v, %v", f.Src, f.Dst, got.Score, want.Score, err, failed)
		}
	}
}

// The eighth peer makes a host a suspect in the very tick in which it comes, and while the
// window is being looked at in the background.
func TestTheEighthPeer(t *testing.T) {
	for _, parted := range []bool{false, true} {
		w, h := linked(t, Config{}, Judge{Model: modelOf(t, feature.Behavioural, 0)})
		ask := func(peer int) []capture.Frame {
			f := pcaptest.UDPFlow("192.168.0.2:7871", fmt.Sprintf("%d.1.3.4:%d", 11+peer, 2000+peer*7))
			for i := range 12 {
				f.Send(time.Duration(i)*time.Second, 67)
			}
			return pcaptest.Merge(f)
		}
		for peer := range 7 {
			w.take(w.tickOf(ask(peer)))
		}
		if len(h.alerts) > 0 {
			t.Fatalf("an alert for 7 peers: %+v", h.alerts[0])
		}
		if parted {
			w.slide(w.clock.wall)
		}
		w.take(w.tickOf(ask(7)))
		if len(h.alerts) != 1 || h.alerts[0].Host.String() != "192.168.0.2" {
			t.Errorf("parted %v: %d alerts", parted, len(h.alerts))
		}
		w.await()
		w.take(w.tickOf(ask(6)))
		if s := w.scene.classes[packet.MakeIPv4([4]byte{192, 168, 0, 2})]; s != detect.HostBotnet {
			t.Errorf("parted %v: %q afterwards", parted, s)
		}
	}
}

// A peer that a DNS answer names late is one no longer, also if the answer comes while the window is being
// looked at in the background.
func TestNamesComeLate(t *testing.T) {
	for _, parted := range []bool{false, true} {
		w, _ := linked(t, Config{}, Judge{Model: modelOf(t, feature.Behavioural, 0)})
		w.take(w.tickOf(pcaptest.Merge(seekers(1, 9)...)))
		if parted {
			w.slides = w.short.size // so that the long window slides, too
			w.slide(w.clock.wall)
		}
		dns := pcaptest.UDPFlow("192.168.0.53:5353", "192.168.0.54:53").ReplyData(0, pcaptest.DNSResponse(1, "a.example.", "13.0.3.4"))
		w.take(w.tickOf(pcaptest.Merge(dns)))
		w.await()
		for len(w.scene.stale.queue) > 0 { // the bounds of one tick
			w.take(w.tickOf(nil))
		}
		w.likeALook(t)
	}
}
