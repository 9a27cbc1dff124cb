package gbdt

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// workers returns how many goroutines to use for n pieces of work.
func workers(goroutines, n int) int {
	if goroutines == 0 {
		goroutines = runtime.GOMAXPROCS(0)
	}
	return max(1, min(goroutines, n))
}

// parallel calls work(worker, i) for each i below n. Workers take the next
// piece when they are done with one; calls of one worker do not overlap.
func parallel(goroutines, n int, work func(worker, i int)) {
	var next atomic.Int64
	run := func(worker int) {
		for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
			work(worker, i)
		}
	}
	var wait sync.WaitGroup
	for w := 1; w < workers(goroutines, n); w++ {
		wait.Go(func() { run(w) })
	}
	run(0)
	wait.Wait()
}

// firstError calls check for each i below n and returns the error of the
// smallest i that has one.
func firstError(goroutines, n int, check func(i int) error) error {
	var lock sync.Mutex
	first, at := error(nil), n
	parallel(goroutines, n, func(_, i int) {
		if err := check(i); err != nil {
			lock.Lock()
			defer lock.Unlock()
			if i < at {
				first, at = err, i
			}
		}
	})
	return first
}
