package observe

import (
	"bytes"
	"context"
	"fmt"
	"io"
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

// names says how many packets of each protocol f has.
func names(o *Options, f flow.Flow) (s string) {
	for _, sums := range f.Sums {
		s += fmt.Sprintf("%s %d, ", o.Vocabulary.Name(sums.Protocol), sums.N())
	}
	return s
}
