package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/nats-io/nats.go/jetstream"
)

// Blob is some bytes, zstd-compressed: within the record that names it if they are few,
// else in the object store.
type Blob struct {
	Inline []byte `json:"inline,omitempty"`
	Object string `json:"object,omitempty"`
	Size   int64  `json:"size"` // bytes, compressed
}

const (
	maxInline    = 16 << 10  // bytes of a blob within a record
	maxPayload   = 1 << 20   // bytes of any message: what NATS servers allow by default
	maxWindow    = 8 << 20   // bytes that decompressing takes
	maxObject    = 200       // bytes of an object's name
	objectPrefix = "blob/"   // of their names
	maxModel     = 256 << 20 // bytes of a model, decompressed
)

func (b *Blob) check() error {
	switch {
	case len(b.Inline) > maxInline:
		return malformed("blob", "%d bytes in the record that names it", len(b.Inline))
	case b.Object != "" && (len(b.Object) > maxObject || !strings.HasPrefix(b.Object, objectPrefix)):
		return malformed("blob", "its object is called %.40q", b.Object)
	case b.Size < 0 || b.Object == "" && b.Size != int64(len(b.Inline)):
		return malformed("blob", "%d bytes, and %d are in it", b.Size, len(b.Inline))
	}
	return nil
}

// put keeps what fill writes: in the record that will name it, or under name in the object
// store if it takes more than room bytes. What had the name before is replaced.
func (f *Fleet) put(ctx context.Context, name string, room int, fill func(io.Writer) error) (Blob, error) {
	data, more := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		more.CloseWithError(compress(more, fill))
	}()
	defer func() {
		_ = data.Close() // else fill would wait for ever
		<-done
	}()
	return f.putCompressed(ctx, name, room, data)
}

// putCompressed is put for what is compressed already.
func (f *Fleet) putCompressed(ctx context.Context, name string, room int, data io.Reader) (b Blob, err error) {
	head := make([]byte, max(0, min(room, maxInline))+1)
	n, err := io.ReadFull(data, head)
	switch err {
	case io.EOF, io.ErrUnexpectedEOF:
		return Blob{Inline: head[:n], Size: int64(n)}, nil
	case nil:
	default:
		return b, err
	}
	name = objectPrefix + name
	info, err := f.blobs.Put(ctx, jetstream.ObjectMeta{Name: name}, io.MultiReader(bytes.NewReader(head), data))
	if err != nil {
		return b, fmt.Errorf("cannot keep %s: %w", name, err)
	}
	return Blob{Object: name, Size: int64(info.Size)}, nil
}

// putOnce is putCompressed for a name that says what the bytes are: what is there stays, since it may
// be being read.
func (f *Fleet) putOnce(ctx context.Context, name string, data []byte) (Blob, error) {
	if info, err := f.blobs.GetInfo(ctx, objectPrefix+name); err == nil {
		return Blob{Object: info.Name, Size: int64(info.Size)}, nil
	}
	return f.putCompressed(ctx, name, maxInline, bytes.NewReader(data))
}

// compressor compresses what is written to it, or what its EncodeAll is given.
func compressor(w io.Writer) (*zstd.Encoder, error) {
	return zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(2), zstd.WithWindowSize(1<<20))
}

func compress(w io.Writer, fill func(io.Writer) error) error {
	z, err := compressor(w)
	if err != nil {
		return err
	}
	if err := fill(z); err != nil {
		return err
	}
	return z.Close()
}

// copyOf returns a function that writes data.
func copyOf(data []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}
}

// open returns the decompressed bytes of a blob, which the caller must close. Those of
// the object store are checked as they are read: the last Read fails if they were damaged.
func (f *Fleet) open(ctx context.Context, b *Blob) (io.ReadCloser, error) {
	if err := b.check(); err != nil {
		return nil, err
	}
	var data io.Reader = bytes.NewReader(b.Inline)
	done := func() error { return nil }
	if b.Object != "" {
		object, err := f.object(ctx, b.Object)
		if err != nil {
			return nil, err
		}
		data, done = object, object.Close
	}
	z, err := decompressor(data)
	if err != nil {
		return nil, errors.Join(err, done())
	}
	return &reader{z, done}, nil
}

func decompressor(data io.Reader) (*zstd.Decoder, error) {
	return zstd.NewReader(data, zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
}

type reader struct {
	*zstd.Decoder
	done func() error
}

func (r *reader) Close() error {
	r.Decoder.Close()
	return r.done()
}

// drop removes the objects of blobs that nobody names any more. What cannot be removed now
// goes with the job.
func (f *Fleet) drop(ctx context.Context, blobs ...Blob) {
	for i := range blobs {
		if blobs[i].Object != "" {
			_ = f.blobs.Delete(ctx, blobs[i].Object)
		}
	}
}
