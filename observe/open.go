package observe

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"botnetdetect/capture"
)

// open opens what path names; done must be called once it has been read.
func open(ctx context.Context, path string, o Options) (r *capture.Reader, done func(), err error) {
	switch info, err := os.Stat(path); {
	case path == "-":
		r, err = capture.NewReader(o.Stdin)
		return r, func() { r.Close() }, err
	case err == nil && info.Mode()&fs.ModeNamedPipe != 0:
		return openPipe(ctx, path)
	}
	r, err = capture.Open(path)
	return r, func() { r.Close() }, err
}

// openPipe opens a named pipe. That waits until somebody writes, and reading it waits, too: both
// end when ctx is done.
func openPipe(ctx context.Context, path string) (r *capture.Reader, done func(), err error) {
	pipe, err := awaitWriter(ctx, path)
	if err != nil {
		return nil, nil, err
	}
	stop := context.AfterFunc(ctx, func() { pipe.Close() })
	r, err = capture.NewReader(pipe)
	if err != nil {
		stop()
		pipe.Close()
		return nil, nil, closedBy(ctx, err)
	}
	return r, func() { stop(); r.Close(); pipe.Close() }, nil
}

type opened struct {
	file *os.File
	err  error
}

// awaitWriter opens a named pipe that somebody writes to, or will.
func awaitWriter(ctx context.Context, path string) (*os.File, error) {
	ready := make(chan opened, 1)
	go func() {
		f, err := os.Open(path)
		ready <- opened{f, err}
	}()
	select {
	case o := <-ready:
		return o.file, o.err
	case <-ctx.Done():
		go func() { // whenever that will be
			if o := <-ready; o.err == nil {
				o.file.Close()
			}
		}()
		return nil, ctx.Err()
	}
}

// closedBy returns ctx's error for that of a pipe that was closed because of it.
func closedBy(ctx context.Context, err error) error {
	if errors.Is(err, fs.ErrClosed) && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
