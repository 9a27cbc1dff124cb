package observe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"runtime"
	"slices"
	"testing"
	"time"

	"botnetdetect/capture"
	"botnetdetect/flow"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/packet"
	"botnetdetect/protocol"

	"github.com/google/go-cmp/cmp"
)

// conversations returns frames between many pairs, two or three a pair and far apart in
// time, and a DNS answer that names some of the addresses.
func conversations(pairs int) []capture.Frame {
	var flows []*pcaptest.Flow
	for i := range pairs {
		at := time.Duration(i) * time.Millisecond
		f := pcaptest.UDPFlow(fmt.Sprintf("10.0.%d.%d:4000", i>>8&3, i&7), fmt.Sprintf("11.%d.%d.%d:4001", i>>16, i>>8&255, i&255))
		flows = append(flows, f.Send(at, 100+i%900).Reply(at+time.Hour, 80))
		if i%3 == 0 {
			f.Send(at+2*time.Hour, 1000)
		}
	}
	dns := pcaptest.UDPFlow("10.0.0.1:4000", "10.9.9.9:53")
	dns.ReplyData(time.Minute, pcaptest.DNSResponse(1, "example.org.", "11.0.0.4", "11.0.0.5"))
	return pcaptest.Merge(append(flows, dns)...)
}

func options() Options { return Options{Vocabulary: protocol.NewVocabulary()} }

type seenFlows struct {
	All []flow.Flow
	P2P int
}

// flowsOf copies all that was seen, for comparison, and closes it.
func flowsOf(t *testing.T, seen Observation) (s seenFlows) {
	t.Helper()
	for f := range seen.Table.Flows() {
		f.Sums = slices.Clone(f.Sums)
		s.All = append(s.All, f)
	}
	for range seen.Table.P2P() {
		s.P2P++
	}
	if err := seen.Table.Err(); err != nil {
		t.Fatal(err)
	}
	seen.Table.Close()
	return s
}

func TestWorkersAndMemoryChangeNothing(t *testing.T) {
	const pairs = 3000
	path := pcaptest.WriteFile(t, "a.pcap", pcaptest.Pcap(conversations(pairs)...))
	o := options()
	o.Workers, o.Temp = 1, t.TempDir()
	one := Capture(context.Background(), path, o)
	if one.Err != nil || one.Stats.Frames != 2*pairs+pairs/3+1 {
		t.Fatalf("%d frames, %v", one.Stats.Frames, one.Err)
	}
	want := flowsOf(t, one)
	if len(want.All) != pairs+1 || want.P2P != pairs-1 { // 10.9.9.9 is one more, two are resolved
		t.Fatalf("%d flows, %d of them P2P", len(want.All), want.P2P)
	}
	for _, workers := range []int{1, 2, 5} {
		for _, memory := range []int64{0, 1 << 20, 64 << 20} {
			o.Workers, o.Memory = workers, memory
			seen := Capture(context.Background(), path, o)
			if spilled := seen.Table.Spilled() > 0; spilled != (memory == 1<<20) {
				t.Errorf("%d workers, %d bytes of memory: spilled is %v", workers, memory, spilled)
			}
			if got := flowsOf(t, seen); !reflect.DeepEqual(want, got) { // cmp is slow on so many
				t.Fatalf("%d workers, %d bytes of memory:\n%s", workers, memory,
					cmp.Diff(want, got, cmp.Exporter(func(reflect.Type) bool { return true })))
			}
		}
	}
	isEmpty(t, o.Temp)
}

func isEmpty(t *testing.T, folder string) {
	t.Helper()
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left in the temporary folder: %v, %v", left, err)
	}
}

func TestUnwritableTemp(t *testing.T) {
	path := pcaptest.WriteFile(t, "a.pcap", pcaptest.Pcap(conversations(1000)...))
	o := options()
	o.Memory, o.Temp, o.Workers = 1, t.TempDir()+"/missing", 3
	seen := Capture(context.Background(), path, o)
	if !errors.Is(seen.Err, fs.ErrNotExist) {
		t.Errorf("error %v", seen.Err)
	}
	if s := flowsOf(t, seen); len(s.All) == 0 || len(s.All) >= 1000 {
		t.Errorf("%d flows", len(s.All))
	}
}

func TestCancelledStream(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	in, out := io.Pipe()
	go func() {
		out.Write(pcaptest.Pcap(conversations(1000)...))
		cancel()
		out.Close()
	}()
	o := options()
	o.Memory, o.Temp, o.Stdin = 1, t.TempDir(), in
	seen := Capture(ctx, "-", o)
	if seen.Err != nil && !errors.Is(seen.Err, context.Canceled) {
		t.Errorf("error %v", seen.Err)
	}
	if s := flowsOf(t, seen); len(s.All) != 1001 {
		t.Errorf("%d flows", len(s.All))
	}
	isEmpty(t, o.Temp)
}

func manyCaptures(t *testing.T, n int) (paths []string) {
	for i := range n {
		paths = append(paths, pcaptest.WriteFile(t, fmt.Sprint(i, ".pcap"), pcaptest.Pcap(conversations(100+i)...)))
	}
	return paths
}

func TestAllKeepsTheOrder(t *testing.T) {
	paths := slices.Insert(manyCaptures(t, 20), 7, "no-such.pcap")
	for _, workers := range []int{1, 2, 8} {
		o := options()
		o.Workers, o.Memory, o.Temp = workers, 1, t.TempDir()
		var got []string
		for seen := range All(context.Background(), paths, o) {
			got = append(got, seen.Path)
			if failed := errors.Is(seen.Err, fs.ErrNotExist); failed != (seen.Path == "no-such.pcap") {
				t.Errorf("%s: %v", seen.Path, seen.Err)
			}
			if n := seen.Table.Len(); seen.Err == nil && n < 100 {
				t.Errorf("%s: %d flows", seen.Path, n)
			}
		}
		if !slices.Equal(got, paths) {
			t.Errorf("%d workers: order %v", workers, got)
		}
		isEmpty(t, o.Temp)
	}
}

// A loop that ends early leaves neither goroutines nor open files behind.
func TestAllEndsEarly(t *testing.T) {
	paths := manyCaptures(t, 20)
	before, openBefore := runtime.NumGoroutine(), openFiles()
	o := options()
	o.Memory, o.Temp = 1, t.TempDir()
	for range All(context.Background(), paths, o) {
		break
	}
	for range 100 { // a goroutine may still be on its last line
		if runtime.NumGoroutine() <= before {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines, %d before", n, before)
	}
	if n := openFiles(); n > openBefore {
		t.Errorf("%d open files, %d before", n, openBefore)
	}
}

// openFiles counts this process's open files, on Linux; elsewhere it is 0.
func openFiles() int {
	open, _ := os.ReadDir("/proc/self/fd")
	return len(open)
}

func TestDecodeAllocatesNothing(t *testing.T) {
	w := decoded(t, conversations(1000))
	var stats Stats
	if n := testing.AllocsPerRun(10, func() { w.decode(&stats, Part{}) }); n != 0 {
		t.Errorf("%v allocations for %d packets", n, len(w.packets))
	}
}

// decoded returns the first batch of a capture of frames, for three shards.
func decoded(t *testing.T, frames []capture.Frame) *work {
	t.Helper()
	r, err := capture.NewReader(bytes.NewReader(pcaptest.Pcap(frames...)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	w := &work{shards: make([][]uint32, 3)}
	for len(w.packets) < 2 { // the file header comes with little else
		if err := r.NextBatch(&w.frames); err != nil {
			t.Fatal(err)
		}
		w.decode(new(Stats), Part{})
	}
	return w
}

// TestShardsAreBalanced checks that packets spread evenly where there are many pairs, of
// neighbouring addresses too: each shard's pairs are within five standard deviations.
func TestShardsAreBalanced(t *testing.T) {
	const pairs = 100_000
	r := rand.New(rand.NewPCG(1, 1))
	kinds := map[string]func(i int) (src, dst packet.Endpoint){
		"scan of a network": func(i int) (packet.Endpoint, packet.Endpoint) {
			return packet.MakeIPv4([4]byte{10, 0, 0, 1}), packet.MakeIPv4([4]byte{11, byte(i >> 16), byte(i >> 8), byte(i)})
		},
		"clients and one server": func(i int) (packet.Endpoint, packet.Endpoint) {
			return packet.MakeIPv4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), packet.MakeIPv4([4]byte{8, 8, 8, 8})
		},
		"random": func(int) (packet.Endpoint, packet.Endpoint) {
			a := r.Uint64()
			return packet.MakeIPv4([4]byte{byte(a), byte(a >> 8), byte(a >> 16), byte(a >> 24)}),
				packet.MakeIPv4([4]byte{byte(a >> 32), byte(a >> 40), byte(a >> 48), byte(a >> 56)})
		},
		"IPv6": func(i int) (packet.Endpoint, packet.Endpoint) {
			return packet.MakeIPv6([16]byte{0x20, 1, 15: 1}), packet.MakeIPv6([16]byte{0x20, 1, 13: byte(i >> 16), 14: byte(i >> 8), 15: byte(i)})
		},
	}
	for name, pair := range kinds {
		for _, shards := range []int{2, 3, 8, 64} {
			counts := make([]int, shards)
			for i := range pairs {
				p := packet.Packet{}
				p.Src, p.Dst = pair(i)
				counts[shardOf(p.Shard(), shards)]++
			}
			mean := float64(pairs) / float64(shards)
			for shard, n := range counts {
				if math.Abs(float64(n)-mean) > 5*math.Sqrt(mean) {
					t.Errorf("%s: shard %d of %d has %d pairs of %d", name, shard, shards, n, pairs)
				}
			}
		}
	}
}

func TestShares(t *testing.T) {
	f := func(memory int64, shards int) {
		t.Helper()
		o := Options{Memory: memory}
		s := o.share(shards)
		if s.flows <= 0 || s.naming.Buffered <= 0 || s.naming.Conversations < 64 {
			t.Errorf("%d bytes in %d shards: %+v", memory, shards, s)
		}
		all := int64(shards) * (s.flows + int64(s.naming.Buffered) + int64(s.naming.Conversations)*conversationBytes)
		if memory >= 64<<20 && (all+inHandBytes > memory || all < memory/2-int64(shards)) {
			t.Errorf("%d bytes in %d shards: %d are given out", memory, shards, all)
		}
	}
	for _, memory := range []int64{1, 1 << 20, 64 << 20, 256 << 20, 2 << 30} {
		for _, shards := range []int{1, 2, 64} {
			f(memory, shards)
		}
	}
	o := Options{}
	if s := o.share(4); s != (share{}) || o.perCapture(3) != 0 {
		t.Errorf("without a ceiling: %+v", s)
	}
}

// TestPartsAreTheWhole: machines that each observe a part of a capture's pairs see, taken
// together, what one machine sees.
func TestPartsAreTheWhole(t *testing.T) {
	path := pcaptest.WriteFile(t, "a.pcap", pcaptest.Pcap(conversations(2000)...))
	o := options()
	whole := Capture(context.Background(), path, o)
	frames, want := whole.Stats.Frames, flowsOf(t, whole)
	for _, of := range []int{1, 2, 5} {
		all := flow.NewCollector(flow.Options{})
		for number := range of {
			o.Part, o.Workers = Part{number, of}, 1+number%3
			seen := Capture(context.Background(), path, o)
			if seen.Err != nil || seen.Stats.Frames != frames {
				t.Fatalf("part %d of %d: %d frames, %v", number, of, seen.Stats.Frames, seen.Err)
			}
			if n := seen.Table.Len(); n < len(want.All)/of/2 || n > 2*len(want.All)/of {
				t.Errorf("part %d of %d has %d flows of %d", number, of, n, len(want.All))
			}
			for b := range seen.Table.Batches(o.Vocabulary) {
				if err := all.Decode(bytes.NewReader(b), o.Vocabulary); err != nil {
					t.Fatal(err)
				}
			}
			seen.Table.Close()
		}
		if got := flowsOf(t, Observation{Table: flow.NewSet(all)}); !reflect.DeepEqual(want, got) {
			t.Errorf("%d parts together differ from the whole", of)
		}
	}
}
