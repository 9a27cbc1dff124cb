package live

import (
	"botnetdetect/capture"
)

// Source is where frames come from: an interface, a stream, a capture.
type Source interface {
	// Lanes returns the ways that frames come in. All packets of a conversation should come by
	// one of them, in order. Who made the source closes it.
	Lanes() []Lane
	// Counts returns what the source has counted so far. Any goroutine may call it.
	Counts() SourceCounts
	// OwnClock reports whether the time is what the packets say, as in a replay.
	// Else it is the system's.
	OwnClock() bool
}

// Lane is one way that frames come in, for one goroutine.
type Lane interface {
	// Next reads the next frame into f, whose Data is valid until the next call. It waits
	// for no longer than 100 ms, and then returns capture.ErrIdle; f.Time is then the time that
	// a source with a clock of its own has come to, 0 if it does not know. It returns io.EOF at the end; any other
	// error ends the lane too, and is returned by Engine.Run.
	Next(f *capture.Frame) error
}

// SourceCounts is what a source counts.
type SourceCounts struct {
	Received int64         // packets that the kernel received, dropped ones included; 0 if it does not say
	Dropped  int64         // of them, those for which there was no room in the ring
	Outages  int64         // times that the interface went away
	Down     bool          // the interface is away now
	Capture  capture.Stats // what a capture's reader counted
}
