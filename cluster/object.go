package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// object opens an object of the object store. NATS would have it read to the end within
// seconds of that; here it must only not stand still for long.
func (f *Fleet) object(ctx context.Context, name string) (io.ReadCloser, error) {
	ctx, cancel := context.WithCancel(unhurried{ctx})
	late := time.AfterFunc(openTime, cancel)
	defer late.Stop()
	object, err := f.blobs.Get(ctx, name)
	if err != nil {
		cancel()
		return nil, fmt.Errorf("cannot get %s: %w", name, err)
	}
	return &objectReader{object, name, cancel}, nil
}

const (
	openTime = 10 * time.Second // in which the servers say what an object is
	readTime = 5 * time.Second  // in which more of it comes
	stalls   = 3                // times readTime that nothing may come
)

// unhurried is a context whose deadline is always a while away, and never comes.
type unhurried struct{ context.Context }

func (unhurried) Deadline() (deadline time.Time, ok bool) { return time.Now().Add(readTime), true }

// objectReader is an object that is read.
type objectReader struct {
	data   io.ReadCloser
	name   string
	cancel context.CancelFunc
}

// Read reads, and waits a while longer if nothing comes for readTime.
func (o *objectReader) Read(data []byte) (n int, err error) {
	for range stalls {
		n, err = o.data.Read(data)
		if late, ok := errors.AsType[net.Error](err); n > 0 || !ok || !late.Timeout() {
			return n, err
		}
	}
	return 0, fmt.Errorf("cannot get %s: the servers send no more of it", o.name)
}

func (o *objectReader) Close() error {
	o.cancel()
	return o.data.Close()
}
