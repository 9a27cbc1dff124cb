package internet

import (
	"encoding/binary"
	"fmt"
	"os"
	"sync"
	"time"
)

// Recorder writes frames to a pcap file, cut so that an hour stays small: names and short
// messages whole, bulk to its headers and first bytes. Lengths on the wire are kept.
// A nil Recorder records nothing.
type Recorder struct {
	mu      sync.Mutex
	file    *os.File
	pending []byte
	flushed time.Time
	closed  bool
	err     error

	frames      int
	first, last time.Time
}

const (
	snapDNS  = 1514
	snapElse = 200
	portDNS  = 53
)

// Record creates the file, which a recorder then owns.
func Record(path string) (*Recorder, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	r := &Recorder{file: f}
	const magicMicroseconds, ethernetLink = 0xa1b2c3d4, 1
	for _, v := range []uint32{magicMicroseconds, 4<<16 | 2, 0, 0, 65535, ethernetLink} {
		r.pending = binary.LittleEndian.AppendUint32(r.pending, v)
	}
	return r, nil
}

// Record writes a frame that passed at t. It flushes whole records only, twice a minute
// and when much is pending, so that a copy of a growing file is a sound capture.
func (r *Recorder) Record(t time.Time, frame []byte) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	if r.frames == 0 {
		r.first = t
	} else if t.Before(r.last) {
		t = r.last
	}
	r.frames, r.last = r.frames+1, t
	kept := frame[:min(len(frame), snap(frame))]
	for _, v := range []uint32{uint32(t.Unix()), uint32(t.Nanosecond() / 1000), uint32(len(kept)), uint32(len(frame))} {
		r.pending = binary.LittleEndian.AppendUint32(r.pending, v)
	}
	r.pending = append(r.pending, kept...)
	if len(r.pending) > 1<<16 || t.Sub(r.flushed) > 30*time.Second {
		r.flush(t)
	}
}

func (r *Recorder) flush(t time.Time) {
	if _, err := r.file.Write(r.pending); err != nil && r.err == nil {
		r.err = err
	}
	r.pending, r.flushed = r.pending[:0], t
}

// Close ends the recording; frames that come later are lost.
func (r *Recorder) Close() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	r.closed = true
	r.flush(r.last)
	if err := r.file.Close(); err != nil && r.err == nil {
		r.err = err
	}
}

// Summary tells how many frames were recorded over which time, and the first error.
func (r *Recorder) Summary() (frames int, span time.Duration, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.frames, r.last.Sub(r.first), r.err
}

// snap is how much of a frame to keep.
func snap(frame []byte) int {
	if len(frame) <= snapElse || etherType(frame) != typeIPv4 {
		return snapDNS
	}
	if p := parse(frame[ethernetHeader:]); p != nil {
		if src, dst, ok := p.ports(); ok && (src == portDNS || dst == portDNS) {
			return snapDNS
		}
	}
	return snapElse
}
