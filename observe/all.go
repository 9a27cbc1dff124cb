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

// All observes captures, several at once, and yields them in the order of paths.
// When ctx is done or the loop ends early, what is under way is abandoned.
func All(ctx context.Context, paths []string, o Options) iter.Seq[Observation] {
	return func(yield func(Observation) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		for pending := range start(ctx, paths, o) {
			if !yield(<-pending) {
				return
			}
		}
	}
}

// start observes in the background; a small capture takes one of the workers, a
// large one all of them. It runs ahead of the reader by a few captures only, so that
// few tables are in memory.
func start(ctx context.Context, paths []string, o Options) <-chan chan Observation {
	workers := int64(o.workers())
	free := semaphore.NewWeighted(workers)
	queue := make(chan chan Observation, workers)
	go func() {
		defer close(queue)
		for _, path := range paths {
			share := o
			if share.Workers = 1; isLarge(path) {
				share.Workers = int(workers)
			}
			if free.Acquire(ctx, int64(share.Workers)) != nil {
				return
			}
			pending := make(chan Observation, 1)
			go func() {
				defer free.Release(int64(share.Workers))
				pending <- Capture(ctx, path, share)
			}()
			select {
			case queue <- pending:
			case <-ctx.Done():
				return
			}
		}
	}()
	return queue
}

func isLarge(path string) bool {
	info, err := os.Stat(path)
	return path == "-" || err == nil && (info.Size() >= large || !info.Mode().IsRegular())
}
