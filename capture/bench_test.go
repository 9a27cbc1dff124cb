package capture_test

import (
	"bufio"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gopacket/gopacket/pcapgo"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"botnetdetect/capture"
	"botnetdetect/internal/pcaptest"
)

// Compare against BenchmarkFloor, which is the plain read of the same file: the
// reader cannot be faster. Interleave and repeat on a noisy machine:
//
//	go test ./capture -run '^$' -bench . -count 7 -benchtime 10x

// benchFrames makes frames of 516 bytes on average, half of them small and the rest
// large as in real traffic, with payload that compresses about 3:1.
func benchFrames(n int) []capture.Frame {
	rng := rand.New(rand.NewPCG(1, 2))
	words := make([]byte, 4096)
	for i := range words {
		words[i] = byte(rng.IntN(256))
	}
	frames := make([]capture.Frame, n)
	for i := range frames {
		size := 66
		switch r := rng.IntN(100); {
		case r >= 72:
			size = 1514
		case r >= 50:
			size = 66 + rng.IntN(600)
		}
		data := make([]byte, size)
		for j := 0; j < size; j += 48 {
			copy(data[j:], words[rng.IntN(4000):][:16+rng.IntN(32)])
		}
		frames[i] = pcaptest.FrameOf(capture.LinkEthernet, time.Duration(i)*time.Microsecond, data)
	}
	return frames
}

// benchFile writes about 100 MB of capture once for each form asked of it.
func benchFile(b *testing.B, name string, encode func([]capture.Frame) []byte) (path string, frames int) {
	b.Helper()
	frames = 200_000
	data := encode(benchFrames(frames))
	path = filepath.Join(b.TempDir(), name)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	b.ResetTimer()
	return path, frames
}

func pcapBytes(f []capture.Frame) []byte   { return pcaptest.Pcap(f...) }
func pcapngBytes(f []capture.Frame) []byte { return pcaptest.Pcapng(f...) }
func gzipBytes(f []capture.Frame) []byte   { return pcaptest.Gzip(pcapBytes(f)) }
func zstdBytes(f []capture.Frame) []byte   { return pcaptest.Zstd(pcapBytes(f)) }

func BenchmarkFloor(b *testing.B) {
	path, _ := benchFile(b, "a.pcap", pcapBytes)
	buf := make([]byte, 1<<20)
	for b.Loop() {
		f, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		for err == nil {
			_, err = f.Read(buf)
		}
		f.Close()
	}
}

func BenchmarkBatchPcap(b *testing.B)   { benchBatch(b, pcapBytes) }
func BenchmarkBatchPcapng(b *testing.B) { benchBatch(b, pcapngBytes) }
func BenchmarkBatchGzip(b *testing.B)   { benchBatch(b, gzipBytes) }
func BenchmarkBatchZstd(b *testing.B)   { benchBatch(b, zstdBytes) }

func benchBatch(b *testing.B, encode func([]capture.Frame) []byte) {
	path, want := benchFile(b, "a", encode)
	var batch capture.Batch
	for b.Loop() {
		r, err := capture.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		frames := 0
		for err == nil {
			err = r.NextBatch(&batch)
			frames += len(batch.Frames)
		}
		r.Close()
		if frames != want || err != io.EOF {
			b.Fatalf("want %d frames, got %d and %v", want, frames, err)
		}
	}
}

func BenchmarkNextPcap(b *testing.B) {
	path, want := benchFile(b, "a", pcapBytes)
	for b.Loop() {
		r, err := capture.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		frames := -1
		for f := (capture.Frame{}); err == nil; frames++ {
			err = r.Next(&f)
		}
		r.Close()
		if frames != want {
			b.Fatalf("want %d frames, got %d", want, frames)
		}
	}
}

func BenchmarkPcapgoPcap(b *testing.B) {
	path, _ := benchFile(b, "a", pcapBytes)
	for b.Loop() {
		f, _ := os.Open(path)
		r, err := pcapgo.NewReader(bufio.NewReaderSize(f, 1<<20))
		for err == nil {
			_, _, err = r.ZeroCopyReadPacketData()
		}
		f.Close()
	}
}

func BenchmarkPcapgoPcapng(b *testing.B) {
	path, _ := benchFile(b, "a", pcapngBytes)
	for b.Loop() {
		f, _ := os.Open(path)
		r, err := pcapgo.NewNgReader(bufio.NewReaderSize(f, 1<<20), pcapgo.DefaultNgReaderOptions)
		for err == nil {
			_, _, err = r.ZeroCopyReadPacketData()
		}
		f.Close()
	}
}

func BenchmarkDecompressGzip(b *testing.B) {
	path, _ := benchFile(b, "a", gzipBytes)
	for b.Loop() {
		f, _ := os.Open(path)
		r, err := gzip.NewReader(f)
		if err != nil {
			b.Fatal(err)
		}
		io.Copy(io.Discard, r)
		f.Close()
	}
}

func BenchmarkDecompressZstd(b *testing.B) {
	path, _ := benchFile(b, "a", zstdBytes)
	for b.Loop() {
		f, _ := os.Open(path)
		r, err := zstd.NewReader(f)
		if err != nil {
			b.Fatal(err)
		}
		io.Copy(io.Discard, r)
		r.Close()
		f.Close()
	}
}
