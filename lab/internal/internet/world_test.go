package internet

import (
	"context"
	"net/netip"
	"testing"
	"time"
)

func TestAddressesAreOrdinaryDistinctAndComeOutAgain(t *testing.T) {
	w := World{Seed: 7}
	drawn, again := w.Addresses("peers", 500), w.Addresses("peers", 500)
	seen := make(map[netip.Addr]bool)
	for i, a := range drawn {
		if a != again[i] {
			t.Fatalf("address %d: %s, then %s", i, a, again[i])
		}
		if seen[a] || !ordinary(a) {
			t.Errorf("%s is no ordinary address, or comes twice", a)
		}
		seen[a] = true
	}
	if other := (World{Seed: 8}).Addresses("peers", 1); other[0] == drawn[0] {
		t.Error("another seed draws the same")
	}
}

func TestDistancesAreThoseOfAnInternet(t *testing.T) {
	w := World{Seed: 1}
	a := w.Addresses("a", 300)
	var sum time.Duration
	for i := range 150 {
		d := w.delay(a[i], a[299-i])
		if d < 2*time.Millisecond || d > time.Second {
			t.Errorf("%s to %s takes %s", a[i], a[299-i], d)
		}
		sum += d
	}
	if mean := sum / 150; mean < 20*time.Millisecond || mean > 120*time.Millisecond {
		t.Errorf("mean delay %s", mean)
	}
}

func TestFates(t *testing.T) {
	w := World{Seed: 1}
	count := make(map[Fate]int)
	for _, a := range w.Addresses("dead", 2000) {
		count[w.Fate(a)]++
	}
	if count[Silent] < 1400 || count[Closed] < 220 || count[Unreachable] < 140 {
		t.Errorf("fates %v", count)
	}
}

func TestSleepersComeAndGo(t *testing.T) {
	w := World{Seed: 1}
	s := Site{Config: Config{Sleep: Sleep{Share: 1, On: 10 * time.Minute, Off: 10 * time.Minute}}}
	asleep := 0
	for _, a := range w.Addresses("sleepers", 200) {
		for m := range 60 {
			if s.asleep(w, a, time.Duration(m)*time.Minute) {
				asleep++
			}
		}
	}
	if share := float64(asleep) / (200 * 60); share < 0.45 || share > 0.55 {
		t.Errorf("asleep for %.2f of the time, not half", share)
	}
}

func TestPathsKeepOrder(t *testing.T) {
	n := newTransit()
	now := time.Now()
	first := n.inOrder(inner, remote, now.Add(50*time.Millisecond))
	if second := n.inOrder(inner, remote, now.Add(10*time.Millisecond)); second.Before(first) {
		t.Errorf("the second arrives %s before the first", first.Sub(second))
	}
}

func TestLinkQueuesAndDrops(t *testing.T) {
	l := link{rate: 8000} // 1000 bytes a second
	now := time.Now()
	if passed, ok := l.pass(200, now); !ok || passed.Sub(now) != 200*time.Millisecond {
		t.Errorf("200 bytes pass after %s", passed.Sub(now))
	}
	if _, ok := l.pass(100, now); !ok {
		t.Error("a short queue drops")
	}
	if _, ok := l.pass(100, now); ok {
		t.Error("a long queue does not drop")
	}
}

func TestTransitDeliversNothingAfterTheEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	n := newTransit()
	done := make(chan struct{})
	go func() { n.run(ctx); close(done) }()
	cancel()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Error("still running")
	}
}
