package live

import (
	"errors"

	"botnetdetect/capture"
)

// Source is where frames come from: an interface, a stream, a capture.
type Source interface {
	// Lanes returns the ways that frames come in. All packets of a conversation should come by
	// one of them, in order. Who made the source closes it.
	Lanes() []Lane
	// Counts returns what the source has counted so far. Any goroutine may call it.
	Counts() SourceCounts
	// OwnClock reports whether the time is what the packets say: of a stream or a replay.
	// Else it is the system's.
	OwnClock() bool
}

// Lane is one way that frames come in, for one goroutine.
type Lane interface {
	// Next reads the next frame into f, whose Data is valid until the next call. It waits
	// for no longer than 100 ms, and then returns ErrIdle. It returns io.EOF at the end; any other
	// error ends the lane too, and is returned by Engine.Run.
	Next(f *capture.Frame) error
}

// ErrIdle says that no frame has come for a while, and that more may.
var ErrIdle = errors.New("no frame for a while")

// SourceCounts is what a source counts.
type SourceCounts struct {
	Received int64         // packets that the kernel received, dropped ones included; 0 if it does not say
	Dropped  int64         // of them, those for which there was no room in the ring
	Outages  int64         // times that the interface went away
	Down     bool          // the interface is away now
	Capture  capture.Stats // what a capture's reader counted
}
