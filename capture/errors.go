package capture

import (
	"errors"
	"fmt"
)

// What can be wrong with a capture; errors.Is tells which.
var (
	// ErrNotCapture: the stream is neither pcap nor pcapng, even after unpacking.
	ErrNotCapture = errors.New("not a packet capture")
	// ErrTruncated: the stream ends inside a record, a block or compressed data. A
	// capture that is still being written looks the same.
	ErrTruncated = errors.New("cut short")
	// ErrDamaged: a length, a mark or a checksum cannot be true, so where the next
	// record begins is unknown.
	ErrDamaged = errors.New("damaged")
	// ErrUnsupported: a version of a format that is not known here.
	ErrUnsupported = errors.New("unsupported")
)

// ErrIdle says that no frame has come for a while, and that more may. It is what sources
// of live traffic return; a Reader does not.
var ErrIdle = errors.New("no frame for a while")

// DamageError says where a capture stops making sense. All frames before it have
// been delivered.
type DamageError struct {
	Frame  int64 // number of the frame that could not be read; the first is 1
	Offset int64 // of its record in the uncompressed capture, in bytes
	Err    error // wraps ErrTruncated, ErrDamaged or ErrUnsupported, and the cause
}

// Error returns "frame 812 at byte 123456: " and what is wrong there.
func (e *DamageError) Error() string {
	return fmt.Sprintf("frame %d at byte %d: %v", e.Frame, e.Offset, e.Err)
}

// Unwrap returns e.Err.
func (e *DamageError) Unwrap() error { return e.Err }

func errTooLong(captured, most uint32) error {
	return fmt.Errorf("%w: a record of %d bytes, at most %d can be", ErrDamaged, captured, most)
}

func errBlock(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrDamaged}, args...)...)
}
