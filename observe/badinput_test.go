package observe

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"botnetdetect/capture"
	"botnetdetect/internal/pcaptest"
)

// TestBadInput reads what hostile or broken captures hold, after three whole flows: those
// are kept, and why the rest was not is an error or a count.
func TestBadInput(t *testing.T) {
	good := conversations(3)
	frames := int64(len(good))
	f := func(name string, file []byte, is error, counted func(*Stats) int64) {
		t.Helper()
		o := options()
		o.Stdin, o.Memory = bytes.NewReader(file), 64<<20
		seen := Capture(context.Background(), "-", o)
		if !errors.Is(seen.Err, is) || is == nil && seen.Err != nil {
			t.Errorf("%s: error %v, want %v", name, seen.Err, is)
		}
		if counted != nil && counted(&seen.Stats) != 1 {
			t.Errorf("%s: counted %d times: %+v", name, counted(&seen.Stats), seen.Stats.Capture)
		}
		if seen.Stats.Frames < frames {
			t.Errorf("%s: %d frames, at least %d are whole", name, seen.Stats.Frames, frames)
		}
		if s := flowsOf(t, seen); len(s.All) != 4 { // 10.9.9.9 is one more
			t.Errorf("%s: %d flows, want 4", name, len(s.All))
		}
	}
	again := good[len(good)-1]
	record := func(captured, length uint32) []byte {
		b := append(pcaptest.Pcap(good...), make([]byte, 8)...)
		b = binary.LittleEndian.AppendUint32(b, captured)
		return append(binary.LittleEndian.AppendUint32(b, length), make([]byte, 100)...)
	}
	f("whole", pcaptest.Pcap(good...), nil, nil)
	f("a record that ends beyond the file", record(1000, 1000), capture.ErrTruncated, nil)
	f("a record of 4 GB", record(1<<32-1, 1<<32-1), capture.ErrDamaged, nil)
	f("a block of 4 GB", append(pcaptest.Pcapng(good...), 6, 0, 0, 0, 0xfc, 0xff, 0xff, 0xff, 0, 0, 0, 0), capture.ErrDamaged, nil)
	f("cut in the middle", pcaptest.Pcap(append(good[:frames:frames], again)...)[:len(pcaptest.Pcap(good...))+20], capture.ErrTruncated, nil)
	f("gzip cut in the middle", cutTail(pcaptest.Gzip(pcaptest.Pcap(good...))), capture.ErrTruncated, nil)

	past := again
	past.Time -= int64(time.Hour)
	f("a time that jumps back", pcaptest.Pcap(append(good[:frames:frames], past)...), nil, func(s *Stats) int64 { return s.Capture.Backward })
	snap := pcaptest.Pcap(append(good[:frames:frames], again)...)
	binary.LittleEndian.PutUint32(snap[16:], 10)
	f("records longer than the snap length", snap, nil, func(s *Stats) int64 { return s.Capture.OverSnapLen - frames })

	long := again
	long.Length = 1<<32 - 1
	f("a frame of 4 GB on the wire", pcaptest.Pcap(append(good[:frames:frames], long)...), nil, func(s *Stats) int64 { return s.Capture.Cut })
	end := len(pcaptest.Pcap(good...))
	when := record(0, 0)[:end+16]
	binary.LittleEndian.PutUint32(when[end+4:], 1<<32-1)
	f("a second of four billion microseconds", when, nil, func(s *Stats) int64 { return s.Capture.BadTimes })

	ethernet := pcaptest.Interface{Link: capture.LinkEthernet}
	whole := func(ng *pcaptest.PcapngFile) *pcaptest.PcapngFile {
		for _, frame := range good {
			ng.Enhanced(0, frame)
		}
		return ng
	}
	orphans := func(s *Stats) int64 { return s.Capture.Orphans }
	f("an interface that never comes", whole(pcaptest.NewPcapng().Interface(ethernet)).Enhanced(1, again).Bytes(), nil, orphans)
	f("an interface that comes late", whole(pcaptest.NewPcapng().Enhanced(0, again).Interface(ethernet)).Bytes(), nil, orphans)

	many := pcaptest.NewPcapng()
	for range 100_000 {
		many.Section(binary.LittleEndian).Interface(ethernet)
	}
	f("a hundred thousand sections", whole(many).Bytes(), nil, nil)
	endless := append([]byte{1, 0, 0, 0, 0, 0, 4, 0}, bytes.Repeat([]byte{2, 0, 0, 0}, 4<<20-8)...) // link type and snap length come first
	f("four million options", whole(pcaptest.NewPcapng().Block(1, endless)).Bytes(), nil, nil)

	bomb := append(pcaptest.Pcap(good...), make([]byte, 32<<20)...) // two million empty frames
	f("a gzip bomb", pcaptest.Gzip(bomb), nil, nil)
	f("a zstd bomb", pcaptest.Zstd(bomb), nil, nil)
}

// cutTail cuts a gzip stream before its checksum.
func cutTail(b []byte) []byte { return b[:len(b)-6] }

// TestGrowingCapture appends to a file while it is read: what comes in time is read, and
// half a record at its end is no reason to lose what was whole.
func TestGrowingCapture(t *testing.T) {
	frames := conversations(3000)
	file := pcaptest.Pcap(frames...)
	path := pcaptest.WriteFile(t, "growing.pcap", file[:len(file)/2])
	out, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	appended := false
	o := options()
	o.Stdin = readerFunc(func(b []byte) (int, error) {
		n, err := in.Read(b[:min(len(b), 10_000)])
		if err == io.EOF && !appended {
			appended = true
			if _, err := out.Write(file[len(file)/2 : len(file)-5]); err != nil {
				t.Error(err)
			}
			return in.Read(b)
		}
		return n, err
	})
	seen := Capture(context.Background(), "-", o)
	if !errors.Is(seen.Err, capture.ErrTruncated) || seen.Stats.Frames != int64(len(frames)-1) {
		t.Errorf("%d frames of %d, error %v", seen.Stats.Frames, len(frames), seen.Err)
	}
	if s := flowsOf(t, seen); len(s.All) < 3000 {
		t.Errorf("%d flows, want at least 3000", len(s.All))
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }
