package capture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"

	"botnetdetect/capture"
	"botnetdetect/internal/pcaptest"
)

// TestCutShort cuts captures at every byte: all frames before the cut are delivered,
// and an error says where unless the cut is between records.
func TestCutShort(t *testing.T) {
	frames := sample(capture.LinkEthernet)
	f := func(file []byte, header int) {
		t.Helper()
		whole, _, err := readAll(bytes.NewReader(file))
		if err != nil || len(whole) != len(frames) {
			t.Fatalf("%d frames, %v", len(whole), err)
		}
		for n := header; n < len(file); n++ {
			got, _, err := readAll(bytes.NewReader(file[:n]))
			want := 0 // frames whose successor begins at or before the cut
			for want < len(whole)-1 && whole[want+1].Seq <= int64(n) {
				want++
			}
			if len(got) != want {
				t.Errorf("cut at %d: want %d frames, got %d", n, want, len(got))
			}
			var damage *capture.DamageError
			if errors.As(err, &damage) {
				if !errors.Is(err, capture.ErrTruncated) || damage.Frame != int64(want+1) || damage.Offset > int64(n) {
					t.Errorf("cut at %d: %v", n, err)
				}
			} else if err != nil || want > 0 && whole[want].Seq != int64(n) {
				t.Errorf("cut at %d: error %v", n, err)
			}
		}
	}
	f(pcaptest.Pcap(frames...), 24)
	f(pcaptest.Pcapng(frames...), 28+28) // section header and interface description
}

// TestPackedCutShort does the same to compressed captures, of which what could be
// unpacked counts.
func TestPackedCutShort(t *testing.T) {
	file := pcaptest.Pcap(benchFrames(1000)...)
	for name, packed := range map[string][]byte{"gzip": pcaptest.Gzip(file), "zstd": pcaptest.Zstd(file)} {
		got, _, err := readAll(bytes.NewReader(packed[:len(packed)*9/10]))
		if !errors.Is(err, capture.ErrTruncated) || !strings.Contains(err.Error(), name) || len(got) < 500 {
			t.Errorf("%s: %d frames, then %v", name, len(got), err)
		}
		packed[len(packed)/2] ^= 0x55
		got, _, err = readAll(bytes.NewReader(packed))
		if !errors.Is(err, capture.ErrDamaged) || len(got) >= 1000 {
			t.Errorf("%s with a wrong byte: %d frames, then %v", name, len(got), err)
		}
	}
}

// TestDamage reads one good frame, then something that cannot be one.
func TestDamage(t *testing.T) {
	good := capture.Frame{Link: capture.LinkEthernet, Data: []byte("good")}
	f := func(file []byte, is error, want string) {
		t.Helper()
		got, _, err := readAll(bytes.NewReader(file))
		var damage *capture.DamageError
		if len(got) != 1 || !errors.As(err, &damage) || damage.Frame != 2 || !errors.Is(err, is) || !strings.Contains(err.Error(), want) {
			t.Errorf("want 1 frame and %q, got %d and %v", want, len(got), err)
		}
	}
	pcap := func(link capture.LinkType, captured, length uint32) []byte {
		good := good
		good.Link = link
		b := append(pcaptest.Pcap(good), make([]byte, 8)...)
		b = binary.LittleEndian.AppendUint32(b, captured)
		return append(binary.LittleEndian.AppendUint32(b, length), make([]byte, 1000)...)
	}
	f(pcap(capture.LinkEthernet, 262145, 60), capture.ErrDamaged, "262145 bytes, at most 262144")
	f(pcap(capture.LinkEthernet, 1<<32-1, 60), capture.ErrDamaged, "at byte 44: damaged: a record of 4294967295 bytes")
	f(pcap(capture.LinkEthernet, 262144, 262144), capture.ErrTruncated, "at byte 44: cut short")
	f(pcap(capture.LinkUSBPcap, 128<<20, 60), capture.ErrTruncated, "at byte 44: cut short")
	f(pcap(capture.LinkUSBPcap, 128<<20+1, 60), capture.ErrDamaged, "at most 134217728")

	ng := func() *pcaptest.PcapngFile {
		return pcaptest.NewPcapng().Interface(pcaptest.Interface{}).Enhanced(0, good)
	}
	word := func(w ...uint32) (b []byte) {
		for _, w := range w {
			b = binary.LittleEndian.AppendUint32(b, w)
		}
		return append(b, make([]byte, 1000)...)
	}
	f(ng().Raw(word(6, 0)).Bytes(), capture.ErrDamaged, "a block of 0 bytes")
	f(ng().Raw(word(6, 35)).Bytes(), capture.ErrDamaged, "a block of 35 bytes")
	f(ng().Raw(word(6, 1<<32-4)).Bytes(), capture.ErrDamaged, "a block of 4294967292 bytes, at most 17039360 can be")
	f(ng().Raw(word(6, 1<<24)).Bytes(), capture.ErrTruncated, "cut short")
	f(ng().Raw(word(99, 1<<24)).Bytes(), capture.ErrTruncated, "cut short")
	f(ng().Raw(word(99, 1<<32-4)).Bytes(), capture.ErrTruncated, "cut short")
	f(ng().Raw(word(6, 40)).Bytes(), capture.ErrDamaged, "begins with length 40 and ends with 0")
	f(ng().Raw(word(0x0a0d0d0a, 28, 0)).Bytes(), capture.ErrDamaged, "byte-order magic")
	f(ng().Raw(word(0x0a0d0d0a, 28, 0x1a2b3c4d, 2, 0, 0, 28)).Bytes(), capture.ErrUnsupported, "pcapng version 2.0")
	f(ng().Block(0x0a0d0d0a, word(0x1a2b3c4d)[:4]).Bytes(), capture.ErrDamaged, "a section header of 4 bytes")
	f(ng().Block(1, nil).Bytes(), capture.ErrDamaged, "an interface description of 0 bytes")
	f(ng().Block(6, make([]byte, 16)).Bytes(), capture.ErrDamaged, "an enhanced packet block of 16 bytes")
	f(ng().Block(2, make([]byte, 16)).Bytes(), capture.ErrDamaged, "a packet block of 16 bytes")
	f(ng().Block(3, nil).Bytes(), capture.ErrDamaged, "a simple packet block of 0 bytes")
	f(ng().Block(6, word(0, 0, 0, 24, 24)[:40]).Bytes(), capture.ErrDamaged, "a packet of 24 bytes in a block that holds 20")
	f(ng().Block(6, word(0, 0, 0, 262145, 24)[:40]).Bytes(), capture.ErrDamaged, "a record of 262145 bytes")
	f(ng().Block(3, word(24)[:20]).Bytes(), capture.ErrDamaged, "a packet of 24 bytes in a block that holds 16")
	f(ng().Block(3, word(262145)[:20]).Bytes(), capture.ErrDamaged, "a record of 262145 bytes")

	many := ng()
	for range 1 << 16 {
		many.Interface(pcaptest.Interface{})
	}
	f(many.Bytes(), capture.ErrDamaged, "more than 65536 interfaces")
}

// TestNotCapture refuses what is none, and says what to do.
func TestNotCapture(t *testing.T) {
	f := func(file []byte, is error, want string) {
		t.Helper()
		for _, src := range []io.Reader{bytes.NewReader(file), iotest.OneByteReader(bytes.NewReader(file))} {
			_, err := capture.NewReader(src)
			if !errors.Is(err, is) || !strings.Contains(err.Error(), want) {
				t.Errorf("want %q, got %v", want, err)
			}
		}
	}
	pcap := pcaptest.Pcap()
	f(nil, capture.ErrNotCapture, "it is empty")
	f([]byte("hello"), capture.ErrNotCapture, "want pcap or pcapng")
	f([]byte("\n\r\r\n and so on"), capture.ErrNotCapture, "want pcap or pcapng")
	f([]byte("\xfd7zXZ\x00"), capture.ErrNotCapture, "xz-compressed")
	f([]byte("PK\x03\x04"), capture.ErrNotCapture, "zip archive")
	f(pcap[:23], capture.ErrTruncated, "in the file header")
	f(pcaptest.PcapFile{Major: 1, Minor: 4}.Bytes(), capture.ErrUnsupported, "pcap version 1.4")
	f(pcaptest.Gzip(nil), capture.ErrNotCapture, "it is empty")
	f(pcaptest.Gzip([]byte("hello")), capture.ErrNotCapture, "want pcap or pcapng")
	f(pcaptest.Gzip(pcaptest.Gzip(pcap)), capture.ErrNotCapture, "compressed twice")
	f(pcaptest.Zstd(pcaptest.Gzip(pcap)), capture.ErrNotCapture, "compressed twice")
	f(pcaptest.Gzip(pcap)[:15], capture.ErrTruncated, "the gzip stream ends early")
	f(pcaptest.Gzip(pcap)[:5], capture.ErrTruncated, "the gzip stream ends early")
	f(pcaptest.Zstd(pcap)[:15], capture.ErrTruncated, "the zstd stream ends early")
	f(append([]byte{0x1f, 0x8b}, make([]byte, 100)...), capture.ErrDamaged, "the gzip stream")
	f(wideZstd(pcap), capture.ErrUnsupported, "zstd -d --long=31")
	f(append([]byte{0x28, 0xb5, 0x2f, 0xfd}, bytes.Repeat([]byte{0xff}, 100)...), capture.ErrDamaged, "the zstd stream")
}

// wideZstd asks for a window of 256 MiB.
func wideZstd(data []byte) []byte {
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b, zstd.WithWindowSize(256<<20))
	if err != nil {
		panic(err)
	}
	w.Write(data)
	w.Flush() // so that the length is not known before, and the window counts
	w.Close()
	return b.Bytes()
}

// TestStreamError passes on what the stream itself reports, as no damage.
func TestStreamError(t *testing.T) {
	broken := errors.New("disk on fire")
	file := pcaptest.Pcap(sample(capture.LinkEthernet)...)
	f := func(head []byte, frames int) {
		t.Helper()
		got, _, err := readAll(io.MultiReader(bytes.NewReader(head), iotest.ErrReader(broken)))
		var damage *capture.DamageError
		if len(got) != frames || !errors.Is(err, broken) || errors.As(err, &damage) {
			t.Errorf("want %d frames, got %d and %v", frames, len(got), err)
		}
	}
	f(nil, 0)
	f(file, 5)
	f(file[:len(file)-1], 4)
	f(pcaptest.Gzip(file)[:10], 0)
	two := append(pcaptest.Gzip(file), pcaptest.Gzip(file)[:10]...)
	f(two, 5)
}
