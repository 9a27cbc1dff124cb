package internet

import (
	"sync"
	"time"
)

// link is one direction of an access link: packets pass at a rate, one after the other,
// and what would wait too long is dropped.
type link struct {
	rate int // bits a second; 0: no limit

	mu   sync.Mutex
	free time.Time // when the last packet has passed
}

const longestQueue = 250 * time.Millisecond

// pass tells when n bytes that come now have passed; ok is false when they are dropped.
func (l *link) pass(n int, now time.Time) (passed time.Time, ok bool) {
	if l.rate == 0 {
		return now, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.free.Before(now) {
		l.free = now
	}
	if l.free.Sub(now) > longestQueue {
		return now, false
	}
	l.free = l.free.Add(time.Duration(n) * 8 * time.Second / time.Duration(l.rate))
	return l.free, true
}
