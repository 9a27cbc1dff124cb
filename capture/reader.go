package capture

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"sync/atomic"
)

// A walker finds frames in the bytes of one format.
type walker interface {
	// walk appends to out the frames of the whole records at the start of b, which is
	// at offset at in the capture. n is how many bytes it is done with; it exceeds
	// len(b) where bytes beyond are to be skipped. The record at n is incomplete, or,
	// if err is not nil, cannot be read.
	walk(b []byte, at int64, out []Frame) (frames []Frame, n int64, err error)
}

// Reader reads the frames of one capture. All methods but Offset are for one
// goroutine.
type Reader struct {
	src    io.Reader // the uncompressed capture
	walker walker
	tail   []byte // read but not delivered: the beginning of a record
	at     int64  // offset of tail in the capture
	skip   int64  // bytes to drop before tail
	empty  int    // reads in a row that gave nothing
	err    error  // what the next call returns, when there are no more frames
	last   int64  // time of the last frame delivered
	stats  Stats

	unwalked    bool // tail may hold whole records: it is what NewReader read
	format      Format
	compression Format // Unknown: none
	input       *countingReader
	size        int64 // bytes of the input; -1 if unknown
	closers     []io.Closer

	own  Batch // what Next hands out
	next int   // index of its next frame
}

// countingReader counts what is read from the input, for progress, and remembers
// how it failed, to tell that from damage inside.
type countingReader struct {
	r   io.Reader
	n   atomic.Int64
	err error // other than io.EOF
}

func (c *countingReader) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n.Add(int64(n))
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}

// Open opens the capture at path. The caller must Close it. An error is either the
// file system's or one of NewReader's.
func Open(path string) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r, err := NewReader(f)
	if err != nil {
		f.Close()
		return nil, err
	}
	r.closers = append(r.closers, f)
	return r, nil
}

// NewReader reads a capture from src, which it does not close. It reads as far as
// the file header, and returns an error that wraps ErrNotCapture, ErrTruncated or
// ErrUnsupported if there is none to be read. Close ends what it
// began, even if src is used no more.
func NewReader(src io.Reader) (*Reader, error) {
	widen(src)
	r := &Reader{input: &countingReader{r: src}, size: sizeOf(src)}
	if err := r.begin(); err != nil {
		r.Close()
		return nil, fmt.Errorf("cannot read capture: %w", err)
	}
	return r, nil
}

// sizeOf returns the size of a regular file, else -1.
func sizeOf(src io.Reader) int64 {
	f, ok := src.(interface{ Stat() (fs.FileInfo, error) })
	if !ok {
		return -1
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return -1
	}
	return info.Size()
}

// begin unpacks if need be and reads the file header.
func (r *Reader) begin() error {
	r.src = r.input
	head, err := readHead(r.src)
	if err != nil {
		return err
	}
	if f := Sniff(head); f == Gzip || f == Zstd {
		if head, err = r.unpack(f, head); err != nil {
			return err
		}
	}
	return r.identify(head)
}

// unpack puts a decompressor before the input and returns what it gives first.
func (r *Reader) unpack(f Format, packed []byte) ([]byte, error) {
	d, err := decompress(f, packed, r.input)
	if err != nil {
		return nil, r.unpackError(f, err)
	}
	r.compression, r.src = f, d
	r.closers = append(r.closers, d)
	head, err := readHead(d)
	if err != nil {
		return nil, r.unpackError(f, err)
	}
	return head, nil
}

// unpackError tells the input's error from one of what is compressed.
func (r *Reader) unpackError(f Format, err error) error {
	if r.input.err != nil {
		return r.input.err
	}
	return damagedStream(f, err)
}

func (r *Reader) identify(head []byte) (err error) {
	r.tail, r.unwalked = head, true
	switch r.format = Sniff(head); {
	case r.format == Pcapng:
		r.walker = &pcapng{stats: &r.stats}
	case r.format == Pcap && len(head) < pcapHeader:
		err = fmt.Errorf("%w in the file header", ErrTruncated)
	case r.format == Pcap:
		r.at, r.tail = pcapHeader, head[pcapHeader:]
		r.walker, err = newPcap(head, &r.stats)
	case len(head) == 0:
		err = fmt.Errorf("%w: it is empty", ErrNotCapture)
	default:
		err = fmt.Errorf("%w: %s", ErrNotCapture, hint(head))
	}
	return err
}

// Next reads the next frame into f, whose Data is valid until the next call. At the
// end it returns io.EOF; else errors are those of NextBatch.
func (r *Reader) Next(f *Frame) error {
	for r.next == len(r.own.Frames) {
		if err := r.NextBatch(&r.own); err != nil {
			r.next = 0
			return err
		}
		r.next = 0
	}
	*f = r.own.Frames[r.next]
	r.next++
	return nil
}

// NextBatch reads the next frames into b, at least one: as many as lie whole in what
// one read of the stream gives, so that frames from a pipe do not wait for more. It
// returns io.EOF at the end, a *DamageError where the capture cannot be understood
// any more, or the error of the stream; then b holds no frame, and later calls
// return the same. It is not to be mixed with Next.
func (r *Reader) NextBatch(b *Batch) error {
	b.Frames = b.Frames[:0]
	for r.err == nil {
		r.fill(b)
		if len(b.Frames) > 0 {
			r.last = r.stats.count(b.Frames, r.last)
			return nil
		}
	}
	return r.err
}

// fill reads once and walks what there is.
func (r *Reader) fill(b *Batch) {
	buf := b.reserve(r.tail)
	n, readErr := r.read(buf[len(r.tail):])
	data := r.drop(buf[:len(r.tail)+n])
	frames, done, err := r.walker.walk(data, r.at, b.Frames)
	b.Frames = frames
	r.at += done
	r.skip += max(0, done-int64(len(data)))
	r.tail = append(r.tail[:0], data[min(done, int64(len(data))):]...)
	switch {
	case err != nil:
		r.err = r.damage(len(frames), err)
	case readErr != nil:
		r.err = r.end(len(frames), readErr)
	}
}

// read reads once, but not before what NewReader read has been walked, so that the
// first frames of a pipe do not wait.
func (r *Reader) read(b []byte) (n int, err error) {
	if r.unwalked {
		r.unwalked = false
		return 0, nil
	}
	n, err = r.src.Read(b)
	if n > 0 || err != nil {
		r.empty = 0
	} else if r.empty++; r.empty > 100 {
		err = io.ErrNoProgress
	}
	return n, err
}

// drop takes the bytes to skip off the front of data. r.at is past them already.
func (r *Reader) drop(data []byte) []byte {
	n := min(r.skip, int64(len(data)))
	r.skip -= n
	return data[n:]
}

// end tells what a read error means once all that was read has been walked.
func (r *Reader) end(frames int, err error) error {
	switch {
	case err != io.EOF && r.compression != Unknown && r.input.err == nil:
		return r.damage(frames, r.unpackError(r.compression, err))
	case err != io.EOF:
		return fmt.Errorf("cannot read capture: %w", err)
	case len(r.tail) > 0 || r.skip > 0:
		return r.damage(frames, fmt.Errorf("%w: the capture ends inside a record", ErrTruncated))
	}
	return io.EOF
}

func (r *Reader) damage(frames int, err error) error {
	return &DamageError{Frame: r.stats.Frames + int64(frames) + 1, Offset: r.at - r.skip, Err: err}
}

// Offset returns how many bytes of the input, as compressed as it is, have been read.
// Against Size it tells progress. It may be called from any goroutine.
func (r *Reader) Offset() int64 { return r.input.n.Load() }

// Size returns the size of the input in bytes when it was opened, or -1 if that
// cannot be known, as for a pipe.
func (r *Reader) Size() int64 { return r.size }

// Format returns Pcap or Pcapng.
func (r *Reader) Format() Format { return r.format }

// Compression returns Gzip or Zstd, or Unknown if the capture is not compressed.
func (r *Reader) Compression() Format { return r.compression }

// Stats returns the counts so far, which with Next include frames that are read but not
// yet handed out.
func (r *Reader) Stats() Stats { return r.stats }

// Close ends reading and closes the file if Open opened it. Frames already handed out
// in a Batch stay valid.
func (r *Reader) Close() error {
	var err error
	for _, c := range slices.Backward(r.closers) {
		err = errors.Join(err, c.Close())
	}
	r.closers = nil
	if r.err == nil {
		r.err = fs.ErrClosed
	}
	return err
}
