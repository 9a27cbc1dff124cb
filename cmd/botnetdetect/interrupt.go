package main

import (
	"context"
	"io"
)

// interruptible is a stream that ends when its context does, even while a read waits for
// a pipe that says nothing. So Ctrl-C ends what "tcpdump -w - | botnetdetect -" reads,
// and what was read is still judged. The abandoned read may yet write into the buffer it
// was given, beyond what was returned to anybody.
type interruptible struct {
	ctx  context.Context
	from io.Reader
	done chan readResult
}

type readResult struct {
	n   int
	err error
}

func newInterruptible(ctx context.Context, from io.Reader) *interruptible {
	return &interruptible{ctx, from, make(chan readResult, 1)}
}

func (i *interruptible) Read(b []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	go func() {
		n, err := i.from.Read(b)
		i.done <- readResult{n, err}
	}()
	select {
	case r := <-i.done:
		return r.n, r.err
	case <-i.ctx.Done():
		return 0, i.ctx.Err()
	}
}
