package dataset

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"botnetdetect/feature"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// maxWindow bounds the memory that a zstd-compressed file can ask for, in bytes.
const maxWindow = 128 << 20

// ReadFile reads examples from a file of JSON, or of CSV if csv, that may be gzip- or
// zstd-compressed, or of Parquet, whatever its name, or from a folder of Parquet files. When ctx is done, reading stops with its error.
func ReadFile(ctx context.Context, path string, csv bool) (Set, error) {
	if parts, err := partsOf(path); err != nil || parts != nil {
		if err != nil {
			return Set{}, err
		}
		return readParts(ctx, parts)
	}
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
	set, err := read(interruptible{ctx, in})
	if err != nil {
		return set, fmt.Errorf("%s: %w", path, err)
	}
	return set, nil
}

// maxPartFiles bounds the Parquet files in a folder.
const maxPartFiles = 1 << 20

// partsOf returns the Parquet files that a path stands for: itself, or all that are in a
// folder and those below, in the order of their names; nil if it is a file of another kind.
func partsOf(path string) (parts []string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read features: %w", err)
	}
	if !info.IsDir() {
		f, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("cannot read features: %w", err)
		}
		defer f.Close()
		if isParquet(f) {
			parts = []string{path}
		}
		return parts, nil
	}
	err = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() && filepath.Ext(name) == ".parquet" {
			parts = append(parts, name)
		}
		if len(parts) > maxPartFiles {
			return fmt.Errorf("%s: more than %d Parquet files", path, maxPartFiles)
		}
		return err
	})
	if err == nil && len(parts) == 0 {
		err = fmt.Errorf("%s: no Parquet files are in this folder", path)
	}
	return parts, err
}

// ParquetMode returns the mode of a Parquet file, or of the first in a folder that holds such files and no
// captures; ok is false if a path is neither.
func ParquetMode(path string) (mode feature.Mode, ok bool, err error) {
	parts, err := partsOf(path)
	if err != nil || parts == nil {
		return "", false, nil // whoever reads it says what is wrong
	}
	if parts[0] != path {
		if captures, _ := Scan([]string{path}); len(captures) > 0 {
			return "", false, nil
		}
	}
	f, err := os.Open(parts[0])
	if err != nil {
		return "", true, fmt.Errorf("cannot read features: %w", err)
	}
	defer f.Close()
	if _, mode, err = openParquet(f); err != nil {
		return "", true, fmt.Errorf("%s: %w", parts[0], err)
	}
	return mode, true, nil
}

// readParts reads the examples of Parquet files, which must be of one mode.
func readParts(ctx context.Context, parts []string) (Set, error) {
	b := builder{names: make(map[string]string)}
	for _, path := range parts {
		if err := b.readPart(ctx, path); err != nil {
			return Set{}, fmt.Errorf("%s: %w", path, err)
		}
	}
	return b.set()
}

func (b *builder) readPart(ctx context.Context, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return b.readParquet(ctx, f)
}

// isParquet reports whether a file begins as Parquet does, whatever its name.
func isParquet(f *os.File) bool {
	var magic [len(parquetMagic)]byte
	n, _ := f.ReadAt(magic[:], 0)
	return n == len(magic) && string(magic[:]) == parquetMagic
}

// interruptible is a reader that ends when ctx is done.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

func (i interruptible) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.r.Read(p)
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
