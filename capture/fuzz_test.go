package capture_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"botnetdetect/capture"
	"botnetdetect/internal/pcaptest"
)

// FuzzReader wants from any bytes what the naive twin reads, however they come in.
func FuzzReader(f *testing.F) {
	frames := sample(capture.LinkEthernet, capture.LinkRaw)
	f.Add(pcaptest.Pcap(frames...))
	f.Add(pcaptest.PcapFile{Modified: true, Order: binary.BigEndian, Major: 2, Minor: 3}.Bytes(frames...))
	f.Add(pcaptest.Pcapng(frames...))
	f.Add(pcapngOdd(frames[:4]))
	f.Add(pcapngBig(frames))
	f.Fuzz(func(t *testing.T, file []byte) {
		if format := capture.Sniff(file); format != capture.Pcap && format != capture.Pcapng {
			return
		}
		got, stats, err := readAll(bytes.NewReader(file))
		var want []capture.Frame
		if err == nil || stats.Frames > 0 {
			want = twin(file)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("%v: twin -, reader +\n%s", err, d)
		}
		slow, slowStats, slowErr := readAll(iotest.OneByteReader(bytes.NewReader(file)))
		if d := cmp.Diff(got, slow); d != "" || slowStats != stats || text(err) != text(slowErr) {
			t.Fatalf("%v, %+v: at once -; %v, %+v: by byte +\n%s", err, stats, slowErr, slowStats, d)
		}
	})
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// FuzzPacked wants no panic and no endless reading of compressed streams.
func FuzzPacked(f *testing.F) {
	file := pcaptest.Pcap(sample(capture.LinkEthernet)...)
	f.Add(pcaptest.Gzip(file))
	f.Add(pcaptest.Zstd(file))
	f.Add(append(pcaptest.Zstd(file[:30]), pcaptest.Zstd(file[30:])...))
	f.Fuzz(func(t *testing.T, packed []byte) {
		r, err := capture.NewReader(bytes.NewReader(packed))
		if err != nil {
			return
		}
		defer r.Close()
		var b capture.Batch
		for total := 0; err == nil && total < 64<<20; total += 1 << 16 {
			err = r.NextBatch(&b)
		}
		if err == io.EOF && r.Stats().Frames == 0 && r.Offset() == 0 {
			t.Fatal("nothing read, and no error")
		}
	})
}
