package live

import (
	"testing"

	"botnetdetect/allow"
	"botnetdetect/feature"
	"botnetdetect/internal/pcaptest"
)

// turn has w do what it does between packets until there is nothing left to do.
func (w *watch) turn() {
	for len(w.scene.stale.queue) > 0 || len(w.reviewing) > 0 || w.rejudging.next != nil {
		w.renew()
		w.reviewSome()
		w.rejudgeSome()
	}
	w.settle()
}

// standingAlerts returns the hosts that alerts stand on.
func standingAlerts(h *heard) map[string]bool {
	hosts := make(map[string]bool)
	for _, a := range h.alerts {
		if hosts[a.Host.String()] = true; a.BotnetFlows == 0 {
			delete(hosts, a.Host.String())
		}
	}
	return hosts
}

// A judge that is replaced judges all that is in the windows without a packet more, and what its forerunner
// finds in the background meanwhile no longer counts.
func TestReloadJudgesAnew(t *testing.T) {
	for _, parted := range []bool{false, true} {
		judge := func(threshold float64, leave ...string) Judge {
			list, err := allow.Parse(leave)
			if err != nil {
				t.Fatal(err)
			}
			return Judge{Model: modelOf(t, feature.Behavioural, threshold), Allow: list}
		}
		w, h := linked(t, Config{}, judge(1))
		w.take(w.tickOf(pcaptest.Merge(seekers(3, 9)...)))
		f := func(j Judge, want int) {
			t.Helper()
			if parted {
				w.slides = w.short.size // so that the long window slides, too
				w.slide(w.clock.wall)
			}
			if err := w.adopt(j); err != nil {
				t.Fatal(err)
			}
			w.await()
			w.turn()
			if got := standingAlerts(h); len(got) != want {
				t.Errorf("parted %v: alerts on %v; want %d", parted, got, want)
			}
			if j.Allow.Len() == 0 {
				w.likeALook(t)
			}
		}
		f(judge(0), 3)
		f(judge(0, "192.168.0.3"), 2)
		f(judge(0), 3)
		f(judge(1), 0)
	}
}
