package observe

import (
	"context"
	"iter"
	"os"

	"golang.org/x/sync/semaphore"
)

// large is the size in bytes from which a capture is given all workers rather than
// one: below it, starting and joining them costs more than it gains.
const large = 16 << 20

// All observes captures, several at once, and yields them in the order of paths; each
// is valid until the next. When ctx is done or the loop ends early, what is under way is
// abandoned.
func All(ctx context.Context, paths []string, o Options) iter.Seq[Observation] {
	return func(yield func(Observation) bool) {
		ctx, cancel := context.WithCancel(ctx)
		q := start(ctx, paths, o)
		defer q.drop()
		defer cancel()
		for pending := range q.pending {
			seen := <-pending
			more := yield(seen)
			_ = seen.Table.Close() // an error only means disk space that the system will reclaim
			<-q.alive
			if !more {
				return
			}
		}
	}
}

// queue is observations under way, in the order of their paths.
type queue struct {
	pending chan chan Observation
	alive   chan struct{} // holds an item for each observation begun and not yet dropped
}

// start observes in the background; a small capture takes one of the workers, a large
// one all of them. It runs ahead of the reader by a few captures only, which share the
// memory.
func start(ctx context.Context, paths []string, o Options) *queue {
	workers := int64(o.workers())
	alive := min(len(paths), int(workers)+2)
	o.Memory = o.perCapture(alive)
	free := semaphore.NewWeighted(workers)
	q := &queue{make(chan chan Observation, alive), make(chan struct{}, alive)}
	go func() {
		defer close(q.pending)
		for _, path := range paths {
			share := o
			if share.Workers = 1; isLarge(path) {
				share.Workers = int(workers)
			}
			select {
			case q.alive <- struct{}{}:
			case <-ctx.Done():
				return
			}
			if free.Acquire(ctx, int64(share.Workers)) != nil {
				return
			}
			seen := make(chan Observation, 1)
			go func() {
				defer free.Release(int64(share.Workers))
				seen <- Capture(ctx, path, share)
			}()
			q.pending <- seen
		}
	}()
	return q
}

// drop waits until nothing is under way and drops what nobody asked for.
func (q *queue) drop() {
	for pending := range q.pending {
		seen := <-pending
		_ = seen.Table.Close()
	}
}

func isLarge(path string) bool {
	info, err := os.Stat(path)
	return path == "-" || err == nil && (info.Size() >= large || !info.Mode().IsRegular())
}
