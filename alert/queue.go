package alert

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

// Bounds of what waits for a peer, and pauses between attempts to reach it.
const (
	mostQueued  = 10_000
	queuedBytes = 64 << 20
	firstPause  = 500 * time.Millisecond
	longestStay = time.Minute
)

// ErrRefused marks an error of a peer that will not take a record however often it is sent: the
// record is lost, the next one is tried.
var ErrRefused = errors.New("refused")

// queue hands records to a peer, one after the other, in a goroutine of its own. While the
// peer is down, or the disk full, they wait; each is tried until it is taken, or refused for good.
type queue struct {
	deliver func(context.Context, []byte) error
	pause   time.Duration // after the first failure; it doubles
	note    func(error)   // is told of each failure, and of nil when it is over

	mu      sync.Mutex
	records [][]byte
	bytes   int
	counts  Counts
	filled  chan struct{} // has an item if records may be there
	drained chan struct{} // closed when the goroutine has ended
	cancel  context.CancelFunc
	closing bool
}

// Counts is what a sink has counted.
type Counts struct {
	Sent    int64 // records that were taken
	Lost    int64 // that found no room, were refused, or were left at the end
	Failed  int64 // attempts that failed
	Waiting int64 // records that wait now
}

func newQueue(deliver func(context.Context, []byte) error, pause time.Duration, note func(error)) *queue {
	ctx, cancel := context.WithCancel(context.Background())
	q := &queue{
		deliver: deliver, pause: pause, note: note, cancel: cancel,
		filled: make(chan struct{}, 1), drained: make(chan struct{}),
	}
	go q.run(ctx)
	return q
}

// add queues a record, or counts it as lost if there is no room.
func (q *queue) add(record []byte) {
	q.mu.Lock()
	if len(q.records) >= mostQueued || q.bytes+len(record) > queuedBytes || q.closing {
		q.counts.Lost++
	} else {
		q.records = append(q.records, record)
		q.bytes += len(record)
	}
	q.mu.Unlock()
	q.wake()
}

// now delivers a record at once, unless others wait; where that fails, it waits, too.
func (q *queue) now(record []byte) {
	q.mu.Lock()
	free := len(q.records) == 0
	q.mu.Unlock()
	if !free || q.deliver(context.Background(), record) != nil {
		q.add(record)
		return
	}
	q.mu.Lock()
	q.counts.Sent++
	q.mu.Unlock()
}

func (q *queue) wake() {
	select {
	case q.filled <- struct{}{}:
	default:
	}
}

// run delivers until ctx is done, or the queue is closing and empty.
func (q *queue) run(ctx context.Context) {
	defer close(q.drained)
	for {
		record, ok, closing := q.first()
		switch {
		case ok:
			if !q.persist(ctx, record) {
				return
			}
		case closing:
			return
		default:
			select {
			case <-q.filled:
			case <-ctx.Done():
				return
			}
		}
	}
}

func (q *queue) first() (record []byte, ok, closing bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.records) == 0 {
		return nil, false, q.closing
	}
	return q.records[0], true, q.closing
}

// persist delivers one record, however long that takes. It reports false if ctx was done
// before.
func (q *queue) persist(ctx context.Context, record []byte) bool {
	for pause := q.pause; ; pause = min(2*pause, longestStay) {
		err := q.deliver(ctx, record)
		if err == nil || errors.Is(err, ErrRefused) {
			q.done(record, err)
			return true
		}
		q.fail(err)
		select {
		case <-time.After(pause/2 + rand.N(pause)):
		case <-ctx.Done():
			return false
		}
	}
}

func (q *queue) done(record []byte, err error) {
	q.mu.Lock()
	q.records[0] = nil
	q.records, q.bytes = q.records[1:], q.bytes-len(record)
	if err == nil {
		q.counts.Sent++
	} else {
		q.counts.Lost++
	}
	q.mu.Unlock()
	q.note(err)
}

func (q *queue) fail(err error) {
	q.mu.Lock()
	q.counts.Failed++
	q.mu.Unlock()
	q.note(err)
}

func (q *queue) count() Counts {
	q.mu.Lock()
	defer q.mu.Unlock()
	c := q.counts
	c.Waiting = int64(len(q.records))
	return c
}

// close waits until all is delivered, or ctx is done; then what is left is lost.
func (q *queue) close(ctx context.Context) {
	q.mu.Lock()
	q.closing = true
	q.mu.Unlock()
	q.wake()
	select {
	case <-q.drained:
	case <-ctx.Done():
	}
	q.cancel()
	<-q.drained
	q.mu.Lock()
	defer q.mu.Unlock()
	q.counts.Lost += int64(len(q.records))
	q.records = nil
}
