package nic

import (
	"testing"
	"time"
)

// Frames from before a ring was set up are early, but not those that come after the
// calendar was set back.
func TestEarly(t *testing.T) {
	now := time.Now()
	f := func(l *Lane, at time.Time, want bool) {
		t.Helper()
		if got := l.early(at); got != want {
			t.Errorf("early %v, want %v", got, want)
		}
	}
	fresh := &Lane{since: now}
	f(fresh, now.Add(-time.Millisecond), true)
	f(fresh, now, false)
	f(fresh, now.Add(-time.Hour), false)
	f(&Lane{since: now.Add(-settling)}, now.Add(-time.Hour), false)
}

// Two processes must not share a fan-out.
func TestGroupsDiffer(t *testing.T) {
	seen := make(map[uint16]bool)
	for range 100 {
		seen[newGroup()] = true
	}
	if len(seen) < 90 {
		t.Errorf("%d different groups of 100", len(seen))
	}
}
