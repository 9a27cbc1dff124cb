package dataset

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// maxWindow bounds the memory that a zstd-compressed file can ask for, in bytes.
const maxWindow = 128 << 20

// ReadFile reads examples from a file of JSON, or of CSV if csv, that may be gzip- or
// zstd-compressed, whatever its name.
func ReadFile(path string, csv bool) (Set, error) {
	f, err := os.Open(path)
	if err != nil {
		return Set{}, fmt.Errorf("cannot read features: %w", err)
	}
	defer f.Close()
	in, err := decompressed(f)
	if err != nil {
		return Set{}, fmt.Errorf("%s: %w", path, err)
	}
	defer in.Close()
	read := ReadJSON
	if csv {
		read = ReadCSV
	}
	set, err := read(in)
	if err != nil {
		return set, fmt.Errorf("%s: %w", path, err)
	}
	return set, nil
}

// decompressed returns r's content, decompressed if it is gzip or zstd.
func decompressed(r io.Reader) (io.ReadCloser, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	magic, err := in.Peek(4)
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		return gzip.NewReader(in)
	case bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(in, zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	}
	return io.NopCloser(in), nil
}
