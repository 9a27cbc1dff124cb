package live

import (
	"context"
	"sync"
	"time"

	"botnetdetect/capture"
)

// patience is how long a lane waits for a frame.
const patience = 100 * time.Millisecond

// Stream is a source of frames that come as fast as somebody writes them, such as
// "tcpdump -w -" into a pipe: the clock is the system's.
type Stream struct {
	full  chan chunk
	empty chan *capture.Batch
	stop  context.CancelFunc
	now   chunk
	at    int

	mu    sync.Mutex
	stats capture.Stats
}

// chunk is a batch of frames, or why there is none.
type chunk struct {
	*capture.Batch
	err   error
	stats capture.Stats
}

// NewStream reads frames from r in a goroutine of its own, until r ends or Close is
// called. The caller closes r afterwards.
func NewStream(r *capture.Reader) *Stream {
	ctx, stop := context.WithCancel(context.Background())
	s := &Stream{full: make(chan chunk, 2), empty: make(chan *capture.Batch, 4), stop: stop}
	for range cap(s.empty) {
		s.empty <- new(capture.Batch)
	}
	go s.read(ctx, r)
	return s
}

func (s *Stream) read(ctx context.Context, r *capture.Reader) {
	for {
		select {
		case b := <-s.empty:
			err := r.NextBatch(b)
			select {
			case s.full <- chunk{b, err, r.Stats()}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// Lanes returns the one lane.
func (s *Stream) Lanes() []Lane { return []Lane{s} }

// OwnClock returns false.
func (s *Stream) OwnClock() bool { return false }

// Counts returns what the reader counted.
func (s *Stream) Counts() SourceCounts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return SourceCounts{Capture: s.stats}
}

// Close ends reading, but not a read of the stream that is under way.
func (s *Stream) Close() { s.stop() }

// Next is that of a Lane.
func (s *Stream) Next(f *capture.Frame) error {
	for s.now.Batch == nil || s.at == len(s.now.Frames) {
		if err := s.fetch(); err != nil {
			f.Time = 0
			return err
		}
	}
	*f = s.now.Frames[s.at]
	s.at++
	return nil
}

// fetch gets the next chunk.
func (s *Stream) fetch() error {
	if s.now.err != nil {
		return s.now.err
	}
	if s.now.Batch != nil {
		s.empty <- s.now.Batch
		s.now = chunk{}
	}
	wait := time.NewTimer(patience)
	defer wait.Stop()
	select {
	case s.now = <-s.full:
		s.at = 0
		s.mu.Lock()
		s.stats = s.now.stats
		s.mu.Unlock()
		return s.now.err
	case <-wait.C:
		return capture.ErrIdle
	}
}

// Replay is a source that plays a capture: the clock is that of its packets.
type Replay struct {
	reader *capture.Reader
	speed  float64 // capture's seconds a second; 0 is as fast as can be
	batch  capture.Batch
	at     int
	err    error
	first  int64     // time of the first frame, ns since the epoch
	begun  time.Time // when it was handed out; zero before

	mu    sync.Mutex
	stats capture.Stats
}

// NewReplay plays what r reads, at a speed of so many seconds of the capture a second; 0
// is as fast as can be. The caller closes r afterwards.
func NewReplay(r *capture.Reader, speed float64) *Replay { return &Replay{reader: r, speed: speed} }

// Lanes returns the one lane.
func (r *Replay) Lanes() []Lane { return []Lane{r} }

// OwnClock returns true.
func (r *Replay) OwnClock() bool { return true }

// Counts returns what the reader counted.
func (r *Replay) Counts() SourceCounts {
	r.mu.Lock()
	defer r.mu.Unlock()
	return SourceCounts{Capture: r.stats}
}

// Next is that of a Lane.
func (r *Replay) Next(f *capture.Frame) error {
	if r.at == len(r.batch.Frames) {
		if err := r.fetch(); err != nil {
			return err
		}
	}
	next := &r.batch.Frames[r.at]
	if now := r.now(next.Time); now < next.Time {
		f.Time = now
		return capture.ErrIdle
	}
	*f = *next
	r.at++
	return nil
}

func (r *Replay) fetch() error {
	if r.err != nil {
		return r.err
	}
	r.err, r.at = r.reader.NextBatch(&r.batch), 0
	r.mu.Lock()
	r.stats = r.reader.Stats()
	r.mu.Unlock()
	return r.err
}

// now returns the capture's time at the speed of the replay, waiting a little if the next
// frame is not due yet.
func (r *Replay) now(next int64) int64 {
	if r.speed == 0 {
		return next
	}
	if r.begun.IsZero() {
		r.begun, r.first = time.Now(), next
	}
	early := time.Duration(float64(next-r.first)/r.speed) - time.Since(r.begun)
	if early <= 0 {
		return next
	}
	time.Sleep(min(early, patience))
	if early <= patience {
		return next
	}
	return r.first + int64(float64(time.Since(r.begun))*r.speed)
}
