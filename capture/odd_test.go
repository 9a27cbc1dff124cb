package capture_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"botnetdetect/capture"
	"botnetdetect/internal/pcaptest"
)

// TestStats counts oddities that stop nothing.
func TestStats(t *testing.T) {
	f := func(file []byte, want capture.Stats) {
		t.Helper()
		_, got, err := readAll(bytes.NewReader(file))
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("error %v; want -, got +\n%s", err, d)
		}
	}
	frame := func(time int64, captured int, length uint32) capture.Frame {
		return capture.Frame{Time: time, Length: length, Link: capture.LinkEthernet, Data: make([]byte, captured)}
	}
	f(pcaptest.PcapFile{SnapLen: 50}.Bytes(
		frame(1e9, 60, 60),  // over the snap length
		frame(2e9, 40, 60),  // cut
		frame(1e9, 40, 20),  // clipped, and backward
		frame(1e9, 0, 1500), // cut
	), capture.Stats{Frames: 4, Bytes: 120, WireBytes: 1640, OverSnapLen: 1, Cut: 2, Clipped: 1, Backward: 1})

	odd := pcaptest.Pcap(frame(0, 4, 4))
	copy(odd[24+4:], []byte{0x40, 0x42, 0x0f, 0x00}) // 1,000,000 µs
	f(odd, capture.Stats{Frames: 1, Bytes: 4, WireBytes: 4, BadTimes: 1})

	p := pcaptest.NewPcapng()
	p.Simple(frame(0, 4, 4))                      // no interface yet
	p.Enhanced(0, frame(0, 4, 4))                 // likewise
	p.Interface(pcaptest.Interface{SnapLen: 8})   // link type 0
	p.Enhanced(1, frame(0, 4, 4))                 // no such interface
	p.Obsolete(0xffff, frame(0, 4, 4))            // likewise
	p.Enhanced(0, frame(5e9, 10, 10))             // over the snap length
	p.Enhanced(0, frame(4e9, 10, 5))              // that, clipped and backward
	p.Interface(pcaptest.Interface{Offset: 1e15}) // beyond what nanoseconds hold
	p.Enhanced(1, frame(0, 4, 4))
	p.Block(5, nil).Block(0x80000001, make([]byte, 4))
	f(p.Bytes(), capture.Stats{Frames: 3, Bytes: 19, WireBytes: 19, Sections: 1, Interfaces: 2,
		Orphans: 4, OverSnapLen: 2, Clipped: 1, Backward: 1, BadTimes: 1, UnknownBlocks: 2})
}

// TestBadTimes gives a frame whose time cannot be told that of the frame before, and one
// with an impossible fraction of a second the whole second.
func TestBadTimes(t *testing.T) {
	odd := pcaptest.Pcap(capture.Frame{Time: 7e9})
	copy(odd[24+4:], []byte{0x40, 0x42, 0x0f, 0x00}) // 1,000,000 µs
	if got, _, err := readAll(bytes.NewReader(odd)); err != nil || len(got) != 1 || got[0].Time != 7e9 {
		t.Errorf("want time 7 s, got %v, %v", got, err)
	}
	p := pcaptest.NewPcapng()
	p.Interface(pcaptest.Interface{}).Interface(pcaptest.Interface{Offset: 1e15})
	p.Enhanced(0, capture.Frame{Time: 7e9}).Enhanced(1, capture.Frame{}).Enhanced(0, capture.Frame{Time: 8e9})
	got, _, err := readAll(bytes.NewReader(p.Bytes()))
	if err != nil || len(got) != 3 || got[0].Time != 7e9 || got[1].Time != 7e9 || got[2].Time != 8e9 {
		t.Errorf("want times 7, 7 and 8 s, got %v, %v", got, err)
	}
}

// TestStatsAdd fails when a new field is forgotten in Add.
func TestStatsAdd(t *testing.T) {
	var a, b capture.Stats
	v := reflect.ValueOf(&b).Elem()
	for i := range v.NumField() {
		v.Field(i).SetInt(int64(i + 1))
	}
	a.Add(b)
	a.Add(b)
	for i := range v.NumField() {
		if got := reflect.ValueOf(a).Field(i).Int(); got != int64(2*i+2) {
			t.Errorf("%s: want %d, got %d", v.Type().Field(i).Name, 2*i+2, got)
		}
	}
}

func TestOddities(t *testing.T) {
	s := capture.Stats{Frames: 9, Cut: 3, UnknownBlocks: 2}
	got := maps.Collect(s.Oddities())
	want := map[string]int64{"frames cut short by the snap length": 3, "blocks of other kinds": 2}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("want -, got +\n%s", d)
	}
	for name := range s.Oddities() {
		if name != "frames cut short by the snap length" {
			t.Errorf("first: %s", name)
		}
		break
	}
}

func TestSniff(t *testing.T) {
	f := func(prefix string, want capture.Format) {
		t.Helper()
		if got := capture.Sniff([]byte(prefix)); got != want {
			t.Errorf("%x: want %v, got %v", prefix, want, got)
		}
	}
	f("\xd4\xc3\xb2\xa1", capture.Pcap)
	f("\xa1\xb2\xc3\xd4", capture.Pcap)
	f("\x4d\x3c\xb2\xa1", capture.Pcap)
	f("\xa1\xb2\x3c\x4d", capture.Pcap)
	f("\x34\xcd\xb2\xa1", capture.Pcap)
	f("\xa1\xb2\xcd\x34", capture.Pcap)
	f("\x0a\x0d\x0d\x0a\x1c\x00\x00\x00\x4d\x3c\x2b\x1a", capture.Pcapng)
	f("\x0a\x0d\x0d\x0a\x00\x00\x00\x1c\x1a\x2b\x3c\x4d", capture.Pcapng)
	f("\x0a\x0d\x0d\x0a\x1c\x00\x00\x00\x4d\x3c\x2b", capture.Unknown)
	f("\x0a\x0d\x0d\x0a\x1c\x00\x00\x00\x00\x00\x00\x00", capture.Unknown)
	f("\x1f\x8b", capture.Gzip)
	f("\x28\xb5\x2f\xfd", capture.Zstd)
	f("\x5f\x2a\x4d\x18", capture.Zstd)
	f("\xd4\xc3\xb2", capture.Unknown)
	f("", capture.Unknown)
}

func TestIsCapture(t *testing.T) {
	f := func(data []byte, want bool) {
		t.Helper()
		got, err := capture.IsCapture(pcaptest.WriteFile(t, "some name.txt", data))
		if got != want || err != nil {
			t.Errorf("%.20q: want %v, got %v, %v", data, want, got, err)
		}
	}
	pcap, pcapng := pcaptest.Pcap(), pcaptest.NewPcapng().Bytes()
	f(pcap, true)
	f(pcapng, true)
	f(pcaptest.Gzip(pcap), true)
	f(pcaptest.Zstd(pcapng), true)
	f(pcaptest.Gzip(pcap)[:len(pcaptest.Gzip(pcap))-4], true)
	f(pcaptest.Gzip([]byte("hello, hello")), false)
	f(pcaptest.Gzip(pcaptest.Gzip(pcap)), false)
	f([]byte("\x1f\x8b"), false)
	f([]byte("\x28\xb5\x2f\xfd\xff\xff"), false)
	f([]byte("hello, hello"), false)
	f(nil, false)
	if got, err := capture.IsCapture(t.TempDir()); got || err != nil {
		t.Errorf("folder: %v, %v", got, err)
	}
	if _, err := capture.IsCapture(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
}

// TestOpen reads a file, tells its size, and closes it.
func TestOpen(t *testing.T) {
	packed := pcaptest.Zstd(pcaptest.Pcapng(sample(capture.LinkRaw)...))
	r, err := capture.Open(pcaptest.WriteFile(t, "a.txt", packed))
	if err != nil {
		t.Fatal(err)
	}
	if r.Size() != int64(len(packed)) || r.Format() != capture.Pcapng || r.Compression() != capture.Zstd {
		t.Errorf("size %d, %v in %v", r.Size(), r.Format(), r.Compression())
	}
	var b capture.Batch
	for err == nil {
		err = r.NextBatch(&b)
	}
	if err != io.EOF || r.Offset() != r.Size() || len(b.Frames) != 0 {
		t.Errorf("%d of %d bytes, %d frames left, then %v", r.Offset(), r.Size(), len(b.Frames), err)
	}
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Errorf("close, twice: %v", err)
	}
	if _, err := capture.Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	if _, err := capture.Open(t.TempDir()); err == nil {
		t.Error("a folder was opened")
	}
}

// TestClose closes in the middle, while a decompressor is reading ahead.
func TestClose(t *testing.T) {
	file := pcaptest.Pcap(benchFrames(10_000)...)
	for _, packed := range [][]byte{file, pcaptest.Gzip(file), pcaptest.Zstd(file)} {
		r, err := capture.Open(pcaptest.WriteFile(t, "a", packed))
		if err != nil {
			t.Fatal(err)
		}
		var b capture.Batch
		if err := r.NextBatch(&b); err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		if err := r.NextBatch(&b); !errors.Is(err, os.ErrClosed) {
			t.Errorf("after close: %v", err)
		}
	}
}

func TestLinkType(t *testing.T) {
	f := func(l capture.LinkType, want string) {
		t.Helper()
		if got := l.String(); got != want {
			t.Errorf("%d: want %q, got %q", l, want, got)
		}
	}
	f(capture.LinkEthernet, "Ethernet")
	f(capture.LinkSLL2, "Linux cooked v2")
	f(300, "link type 300")
}
