package observe

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"botnetdetect/capture"
	"botnetdetect/flow"
	"botnetdetect/internal/pcaptest"
)

// answers returns segments of a few connections by HTTP, in turns: half of an answer, or what
// completes it. Only in their order is every second one HTTP.
func answers(connections, each int) (frames []capture.Frame) {
	const head, rest = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf", "more"
	at := make([]uint32, connections)
	for i := range connections * each * 2 {
		n, data := i%connections, head
		if i/connections%2 == 1 {
			data = rest
		}
		to := fmt.Sprintf("10.0.0.%d:50000", n+1)
		frames = append(frames, pcaptest.Frame(0, pcaptest.TCP("11.0.0.1:80", to, pcaptest.Segment{Seq: 1 + at[n], Ack: 1, Flags: pcaptest.ACK}, []byte(data))))
		at[n] += uint32(len(data))
	}
	return frames
}

// sips gives a few bytes at a time, so that many batches are on their way.
type sips struct{ rest io.Reader }

func (s *sips) Read(b []byte) (int, error) { return s.rest.Read(b[:min(len(b), 300)]) }

// TestOrderIsKept checks that each pair's packets are named in capture order, though workers
// read, decode and name different batches at a time.
func TestOrderIsKept(t *testing.T) {
	const connections, each = 5, 2000
	file := pcaptest.Pcap(answers(connections, each)...)
	for _, workers := range []int{1, 2, 3} {
		for _, in := range []io.Reader{&sips{bytes.NewReader(file)}, bytes.NewReader(file)} { // small batches and whole ones
			o := options()
			o.Workers, o.Stdin = workers, in
			seen := Capture(context.Background(), "-", o)
			if seen.Err != nil {
				t.Fatal(seen.Err)
			}
			for f := range seen.Table.Flows() {
				if got := names(&o, f); got != fmt.Sprintf("TCP %d, HTTP %d, ", each, each) {
					t.Errorf("%d workers: %s has %s", workers, f.Dst, got)
				}
			}
			seen.Table.Close()
		}
	}
}

// TestTunnelsInFragments checks that names do not depend on how many workers there are where packets of a stream come
// by two ways: whole through a tunnel, so between its own endpoints, and in fragments, between those of the tunnel.
func TestTunnelsInFragments(t *testing.T) {
	var frames []capture.Frame
	for i, f := range answers(16, 20) {
		from, to := fmt.Sprintf("192.0.2.%d", i%16+1), fmt.Sprintf("198.51.100.%d", i%16+1)
		packet := pcaptest.IP(from, to, 4, f.Data[14:])
		packet[4], packet[5] = byte(i>>8), byte(i)
		if i/16%4 != 1 {
			frames = append(frames, pcaptest.Frame(0, packet))
			continue
		}
		first, second := pcaptest.Fragments(packet, 32)
		frames = append(frames, pcaptest.Frame(0, first), pcaptest.Frame(0, second))
	}
	file, want := pcaptest.Pcap(frames...), ""
	for _, workers := range []int{1, 2, 3} {
		o := options()
		o.Workers, o.Stdin = workers, bytes.NewReader(file)
		seen, got := Capture(context.Background(), "-", o), ""
		for f := range seen.Table.Flows() {
			got += fmt.Sprintf("%v %v %s\n", f.Src, f.Dst, names(&o, f))
		}
		if seen.Table.Close(); want == "" {
			want = got
		}
		if got != want || !strings.Contains(got, "HTTP") {
			t.Errorf("%d workers: got\n%s, one\n%s", workers, got, want)
		}
	}
}

// names says how many packets of each protocol f has.
func names(o *Options, f flow.Flow) (s string) {
	for _, sums := range f.Sums {
		s += fmt.Sprintf("%s %d, ", o.Vocabulary.Name(sums.Protocol), sums.N())
	}
	return s
}
