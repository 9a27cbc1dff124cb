package capture_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"runtime"
	"testing"

	"botnetdetect/capture"
	"botnetdetect/internal/pcaptest"
)

// endless repeats body for ever after head.
type endless struct{ head, body, rest []byte }

func (e *endless) Read(b []byte) (n int, err error) {
	if e.head != nil {
		e.rest, e.head = e.head, nil
	}
	for n < len(b) {
		if len(e.rest) == 0 {
			e.rest = e.body
		}
		m := copy(b[n:], e.rest)
		n, e.rest = n+m, e.rest[m:]
	}
	return n, nil
}

// endlessly returns a file whose frames, other than the first, repeat for ever.
func endlessly(encode func(...capture.Frame) []byte) io.Reader {
	frames := benchFrames(1000)
	one, file := encode(frames[:1]...), encode(frames...)
	return &endless{head: one, body: file[len(one):]}
}

// TestAllocations wants none, once the first batches have been read.
func TestAllocations(t *testing.T) {
	f := func(name string, times int, src io.Reader, read func(*capture.Reader) func() error) {
		t.Helper()
		r, err := capture.NewReader(src)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		next := read(r)
		for range times {
			if err := next(); err != nil {
				t.Fatal(err)
			}
		}
		if n := testing.AllocsPerRun(times, func() { err = next() }); n != 0 || err != nil {
			t.Errorf("%s: %v allocations, error %v", name, n, err)
		}
	}
	batch := func(r *capture.Reader) func() error {
		b := new(capture.Batch)
		return func() error { return r.NextBatch(b) }
	}
	frame := func(r *capture.Reader) func() error {
		f := new(capture.Frame)
		return func() error { return r.Next(f) }
	}
	f("pcap by batch", 20, endlessly(pcaptest.Pcap), batch)
	f("pcap by frame", 20_000, endlessly(pcaptest.Pcap), frame)
	f("pcapng by batch", 20, endlessly(pcaptest.Pcapng), batch)
	f("pcapng by frame", 20_000, endlessly(pcaptest.Pcapng), frame)
}

// TestMemory reads what is made to take much, and looks at what it took in all.
func TestMemory(t *testing.T) {
	f := func(name string, src io.Reader, most uint64) {
		t.Helper()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r, err := capture.NewReader(src)
		var b capture.Batch
		for err == nil {
			err = r.NextBatch(&b)
		}
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > most {
			t.Errorf("%s: took %d bytes, want at most %d (%v)", name, took, most, err)
		}
	}
	zeros := func(n int) []byte { return make([]byte, n) }
	bomb := append(pcaptest.Pcap(), zeros(64<<20)...) // four million empty frames
	gz, zst := pcaptest.Gzip(bomb), pcaptest.Zstd(bomb)
	f("gzip bomb", bytes.NewReader(gz), 16<<20)
	f("zstd bomb", bytes.NewReader(zst), 32<<20)

	lie := binary.LittleEndian.AppendUint32(append(pcaptest.PcapFile{Link: capture.LinkUSBPcap}.Bytes(), zeros(8)...), 128<<20)
	f("pcap record said to be 128 MiB long", bytes.NewReader(append(lie, zeros(100)...)), 4<<20)
	for _, kind := range []uint32{1, 6, 99, 0x0a0d0d0a} {
		b := binary.LittleEndian.AppendUint32(nil, kind)
		b = binary.LittleEndian.AppendUint32(b, 16<<20)
		b = binary.LittleEndian.AppendUint32(b, 0x1a2b3c4d)
		f("pcapng block said to be 16 MiB long", bytes.NewReader(pcaptest.NewPcapng().Raw(b).Bytes()), 4<<20)
	}
	skip := &endless{head: pcaptest.NewPcapng().Raw([]byte{99, 0, 0, 0, 0xfc, 0xff, 0xff, 0xff}).Bytes(), body: zeros(1 << 20)}
	f("4 GiB block of unknown kind", io.LimitReader(skip, 1<<30), 4<<20)
}

// TestLargeRecords reads records larger than a batch, between small ones.
func TestLargeRecords(t *testing.T) {
	var frames []capture.Frame
	for i, n := range []int{10, 200 << 10, 3 << 20, 10, 1<<20 - 16, 1 << 20, 5 << 20, 5 << 20, 0} {
		data := bytes.Repeat([]byte{byte(i)}, n)
		frames = append(frames, capture.Frame{Link: capture.LinkUSBPcap, Length: uint32(n), Data: data})
	}
	for _, file := range [][]byte{pcaptest.Pcap(frames...), pcaptest.Pcapng(frames...)} {
		got, _, err := readAll(bytes.NewReader(file))
		if err != nil || len(got) != len(frames) {
			t.Fatalf("%d frames, %v", len(got), err)
		}
		for i := range got {
			if !bytes.Equal(got[i].Data, frames[i].Data) {
				t.Errorf("frame %d of %d bytes differs", i+1, len(frames[i].Data))
			}
		}
	}
}
