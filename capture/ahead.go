package capture

import "io"

const (
	aheadChunk  = 256 << 10 // bytes; small enough to stay in the second-level cache
	aheadChunks = 4         // read ahead at most
)

// ahead reads a stream in its own goroutine, so that decompressing and parsing run
// beside each other.
type ahead struct {
	full chan chunk    // filled, in order
	free chan []byte   // to be filled
	stop chan struct{} // closed by Close
	cur  chunk         // being read
	rest []byte        // of cur.data
}

// chunk is what was read at a time; err comes after data.
type chunk struct {
	data []byte
	err  error
}

// readAhead begins to read src and closes it when it ends or fails, or soon after Close.
func readAhead(src io.ReadCloser) *ahead {
	a := &ahead{
		full: make(chan chunk, aheadChunks),
		free: make(chan []byte, aheadChunks),
		stop: make(chan struct{}),
	}
	for range aheadChunks {
		a.free <- nil // made when first filled
	}
	go a.run(src)
	return a
}

func (a *ahead) run(src io.ReadCloser) {
	defer src.Close()
	for {
		select {
		case <-a.stop:
			return
		case b := <-a.free:
			c := fillChunk(src, b)
			a.full <- c // never blocks: there are no more chunks than room
			if c.err != nil {
				return
			}
		}
	}
}

// fillChunk fills b as far as src goes, since gzip comes in bits of 32 KiB.
func fillChunk(src io.Reader, b []byte) chunk {
	if b == nil {
		b = make([]byte, aheadChunk)
	}
	n := 0
	for n < len(b) {
		m, err := src.Read(b[n:])
		n += m
		if err != nil {
			return chunk{b[:n], err}
		}
	}
	return chunk{b, nil}
}

// Read implements io.Reader.
func (a *ahead) Read(b []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.cur.err != nil {
			return 0, a.cur.err
		}
		if err := a.advance(); err != nil {
			return 0, err
		}
	}
	n := copy(b, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// advance gives the current chunk back and takes the next.
func (a *ahead) advance() error {
	if a.cur.data != nil {
		a.free <- a.cur.data[:cap(a.cur.data)] // never blocks, likewise
		a.cur.data = nil
	}
	select {
	case <-a.stop:
		return io.ErrClosedPipe
	case a.cur = <-a.full:
		a.rest = a.cur.data
		return nil
	}
}

// Close stops reading ahead. It does not wait: a read of a pipe may take forever.
func (a *ahead) Close() error {
	close(a.stop)
	return nil
}
