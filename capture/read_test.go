package capture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"botnetdetect/capture"
	"botnetdetect/internal/pcaptest"
)

// readAll reads all frames with Next, each with a copy of its data.
func readAll(src io.Reader) (frames []capture.Frame, stats capture.Stats, err error) {
	r, err := capture.NewReader(src)
	if err != nil {
		return nil, stats, err
	}
	defer r.Close()
	for {
		var f capture.Frame
		if err := r.Next(&f); err != nil {
			if err == io.EOF {
				err = nil
			}
			return frames, r.Stats(), err
		}
		f.Data = bytes.Clone(f.Data)
		frames = append(frames, f)
	}
}

// strip leaves out Seq, which differs between formats.
func strip(frames []capture.Frame) []capture.Frame {
	for i := range frames {
		frames[i].Seq = 0
	}
	return frames
}

// sample is some frames with times in whole microseconds.
func sample(links ...capture.LinkType) []capture.Frame {
	var frames []capture.Frame
	for i := range 5 * len(links) {
		f := pcaptest.FrameOf(links[i%len(links)], time.Duration(i)*1500*time.Microsecond, bytes.Repeat([]byte{byte(i)}, 3*i+1))
		frames = append(frames, pcaptest.Cut(f, 10))
	}
	return frames
}

// TestFormats reads the same frames from every format, compressed in every way, in
// chunks of every kind.
func TestFormats(t *testing.T) {
	f := func(name string, file []byte, want []capture.Frame) {
		t.Helper()
		half := len(file) / 2
		for how, packed := range map[string][]byte{
			"plain":        file,
			"gzip":         pcaptest.Gzip(file),
			"zstd":         pcaptest.Zstd(file),
			"gzip members": append(pcaptest.Gzip(file[:half]), pcaptest.Gzip(file[half:])...),
			"zstd frames":  append(pcaptest.Zstd(file[:half]), pcaptest.Zstd(file[half:])...),
			"zstd skippable": append([]byte{0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3},
				pcaptest.Zstd(file)...),
		} {
			for by, src := range map[string]io.Reader{
				"at once":     bytes.NewReader(packed),
				"by byte":     iotest.OneByteReader(bytes.NewReader(packed)),
				"by half":     iotest.HalfReader(bytes.NewReader(packed)),
				"data at end": iotest.DataErrReader(bytes.NewReader(packed)),
			} {
				got, _, err := readAll(src)
				if err != nil {
					t.Errorf("%s, %s, %s: %v", name, how, by, err)
				}
				if d := cmp.Diff(strip(want), strip(got)); d != "" {
					t.Errorf("%s, %s, %s: want -, got +\n%s", name, how, by, d)
				}
			}
		}
	}
	frames := sample(capture.LinkEthernet)
	f("pcap", pcaptest.Pcap(frames...), frames)
	f("pcap of nothing", pcaptest.Pcap(), nil)
	f("pcap, big-endian", pcaptest.PcapFile{Order: binary.BigEndian}.Bytes(frames...), frames)
	f("pcap, nanoseconds", pcaptest.PcapFile{Nano: true}.Bytes(frames...), frames)
	f("pcap, big-endian nanoseconds", pcaptest.PcapFile{Nano: true, Order: binary.BigEndian}.Bytes(frames...), frames)
	f("pcap, modified", pcaptest.PcapFile{Modified: true}.Bytes(frames...), frames)
	f("pcap, version 2.2", pcaptest.PcapFile{Major: 2, Minor: 2, Swapped: true}.Bytes(frames...), frames)
	f("pcap, version 2.3", pcaptest.PcapFile{Major: 2, Minor: 3}.Bytes(frames...), frames)
	f("pcap, version 2.3, swapped", pcaptest.PcapFile{Major: 2, Minor: 3, Swapped: true}.Bytes(frames...), frames)
	f("pcap, raw IP", pcaptest.Pcap(sample(capture.LinkRaw)...), sample(capture.LinkRaw))
	mixed := sample(capture.LinkEthernet, capture.LinkSLL2, capture.LinkRaw)
	f("pcapng", pcaptest.Pcapng(mixed...), mixed)
	f("pcapng of nothing", pcaptest.NewPcapng().Bytes(), nil)
	f("pcapng, big-endian", pcapngBig(mixed), mixed)
	f("pcapng, all else", pcapngOdd(frames), frames)
}

func pcapngBig(frames []capture.Frame) []byte {
	p := new(pcaptest.PcapngFile).Section(binary.BigEndian)
	for _, l := range []capture.LinkType{capture.LinkEthernet, capture.LinkSLL2, capture.LinkRaw} {
		p.Interface(pcaptest.Interface{Link: l})
	}
	for i, f := range frames {
		p.Enhanced(i%3, f)
	}
	return p.Bytes()
}

// pcapngOdd writes frames in two sections of different byte order, among blocks of
// other kinds, as enhanced and obsolete packets of interfaces with different clocks.
func pcapngOdd(frames []capture.Frame) []byte {
	p := pcaptest.NewPcapng()
	order := []pcaptest.ByteOrder{binary.LittleEndian, binary.BigEndian}
	for half := range 2 {
		p.Section(order[half])
		p.Interface(pcaptest.Interface{Link: capture.LinkEthernet, Resolution: 9, Offset: 1000})
		p.Interface(pcaptest.Interface{Link: capture.LinkEthernet, SnapLen: 10})
		p.Interface(pcaptest.Interface{Link: capture.LinkEthernet, Resolution: 7, Offset: -5})
		for i, f := range frames {
			switch {
			case i < len(frames)/2 != (half == 0):
				continue
			case i%2 == 0:
				p.Obsolete(i%3, f)
			default:
				p.Enhanced(i%3, f)
			}
			p.Block(5, make([]byte, 12)).Block(0xbad, make([]byte, 40<<10)).Block(0x40000bad, nil)
		}
	}
	return p.Bytes()
}

// TestSimple reads simple packet blocks: cut at the first interface's snap length,
// with the time of the frame before.
func TestSimple(t *testing.T) {
	p := pcaptest.NewPcapng()
	p.Interface(pcaptest.Interface{Link: capture.LinkRaw, SnapLen: 4})
	p.Interface(pcaptest.Interface{Link: capture.LinkEthernet})
	simple := capture.Frame{Length: 60, Data: []byte{1, 2, 3, 4}}
	timed := capture.Frame{Time: 5_000_000, Data: []byte{5}}
	p.Simple(simple).Enhanced(1, timed).Simple(simple)
	got, stats, err := readAll(bytes.NewReader(p.Bytes()))
	want := []capture.Frame{
		{Time: 0, Length: 60, Link: capture.LinkRaw, Data: []byte{1, 2, 3, 4}},
		{Time: 5_000_000, Length: 1, Link: capture.LinkEthernet, Data: []byte{5}},
		{Time: 5_000_000, Length: 60, Link: capture.LinkRaw, Data: []byte{1, 2, 3, 4}},
	}
	if d := cmp.Diff(want, strip(got)); d != "" || err != nil {
		t.Errorf("error %v; want -, got +\n%s", err, d)
	}
	if stats.Untimed != 2 || stats.Cut != 2 {
		t.Errorf("want 2 untimed and cut frames, got %+v", stats)
	}
}

// TestSeq wants the offset of each record in the uncompressed capture.
func TestSeq(t *testing.T) {
	frames := sample(capture.LinkEthernet)
	f := func(file []byte, find func(file []byte, f capture.Frame) int) {
		t.Helper()
		got, _, err := readAll(bytes.NewReader(pcaptest.Zstd(file)))
		if err != nil || len(got) != len(frames) {
			t.Fatalf("%d frames, %v", len(got), err)
		}
		for i := range got {
			if want := find(file, frames[i]); got[i].Seq != int64(want) {
				t.Errorf("frame %d: want Seq %d, got %d", i+1, want, got[i].Seq)
			}
		}
	}
	f(pcaptest.Pcap(frames...), func(file []byte, f capture.Frame) int {
		time := binary.LittleEndian.AppendUint32(nil, uint32(f.Time/1e9))
		return bytes.Index(file, binary.LittleEndian.AppendUint32(time, uint32(f.Time%1e9/1000)))
	})
	f(pcaptest.Pcapng(frames...), func(file []byte, f capture.Frame) int {
		time := binary.LittleEndian.AppendUint32(nil, uint32(f.Time>>32))
		return bytes.Index(file, binary.LittleEndian.AppendUint32(time, uint32(f.Time))) - 12
	})
}

// TestPipe wants a frame as soon as it is written, although more may come.
func TestPipe(t *testing.T) {
	frames := sample(capture.LinkEthernet)
	for _, file := range [][]byte{pcaptest.Pcap(frames...), pcaptest.Pcapng(frames...)} {
		in, out := io.Pipe()
		go out.Write(file) // and stays open
		r, err := capture.NewReader(in)
		if err != nil {
			t.Fatal(err)
		}
		for i := range frames {
			var f capture.Frame
			if err := r.Next(&f); err != nil || f.Time != frames[i].Time {
				t.Fatalf("frame %d: time %d, %v", i+1, f.Time, err)
			}
		}
		out.CloseWithError(errors.New("unplugged"))
		if err := r.Next(new(capture.Frame)); err == nil || err == io.EOF {
			t.Errorf("want the pipe's error, got %v", err)
		}
	}
}

// TestOSPipe reads more than a pipe holds.
func TestOSPipe(t *testing.T) {
	frames := benchFrames(5000)
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	go func() {
		out.Write(pcaptest.Pcap(frames...))
		out.Close()
	}()
	got, _, err := readAll(in)
	if len(got) != len(frames) || err != nil {
		t.Errorf("want %d frames, got %d, %v", len(frames), len(got), err)
	}
}

// TestBatch hands batches to another goroutine while the next are read.
func TestBatch(t *testing.T) {
	frames := benchFrames(5000)
	r, err := capture.NewReader(bytes.NewReader(pcaptest.Pcapng(frames...)))
	if err != nil {
		t.Fatal(err)
	}
	full, free := make(chan *capture.Batch, 3), make(chan *capture.Batch, 3)
	for range 3 {
		free <- new(capture.Batch)
	}
	var got int
	done := make(chan bool)
	go func() {
		for b := range full {
			for _, f := range b.Frames {
				if !bytes.Equal(f.Data, frames[got].Data) || f.Time != frames[got].Time {
					t.Errorf("frame %d differs", got+1)
				}
				got++
			}
			free <- b
		}
		close(done)
	}()
	for err == nil {
		b := <-free
		if err = r.NextBatch(b); err == nil {
			full <- b
		}
	}
	close(full)
	<-done
	if got != len(frames) || err != io.EOF {
		t.Errorf("want %d frames, got %d and %v", len(frames), got, err)
	}
	if want := int64(len(pcaptest.Pcapng(frames...))); r.Offset() != want {
		t.Errorf("want offset %d, got %d", want, r.Offset())
	}
}
