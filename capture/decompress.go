package capture

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// maxWindow is the most memory in bytes that a zstd stream may ask for its window; the zstd
// command has the same limit unless told otherwise.
const maxWindow = 128 << 20

// decompress unpacks the stream that begins with head and goes on with rest, in a
// goroutine of its own, which Close ends.
func decompress(f Format, head []byte, rest io.Reader) (io.ReadCloser, error) {
	d, err := newDecompressor(f, io.MultiReader(bytes.NewReader(head), rest))
	if err != nil {
		return nil, err
	}
	return readAhead(d), nil
}

// newDecompressor unpacks src in the caller's goroutine. Gzip streams may have several
// members, zstd streams several frames.
func newDecompressor(f Format, src io.Reader) (io.ReadCloser, error) {
	if f == Gzip {
		return gzip.NewReader(src)
	}
	d, err := zstd.NewReader(src,
		zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderMaxWindow(maxWindow),
		zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}

// damagedStream says what a decompressor's error means for the capture.
func damagedStream(f Format, err error) error {
	switch {
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return fmt.Errorf("%w: the %v stream ends early", ErrTruncated, f)
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return fmt.Errorf("%w: a zstd window of more than %d MiB: unpack it first with zstd -d --long=31",
			ErrUnsupported, maxWindow>>20)
	}
	return fmt.Errorf("%w: the %v stream: %w", ErrDamaged, f, err)
}
