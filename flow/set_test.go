package flow

import (
	"errors"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"testing"

	"botnetdetect/packet"
	"botnetdetect/protocol"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// collectSet copies all that a set says, for comparison.
func collectSet(t interface{ Fatal(...any) }, s *Set) (all []Flow) {
	for f := range s.Flows() {
		all = append(all, f.clone())
	}
	if s.Err() != nil {
		t.Fatal(s.Err())
	}
	return all
}

// TestSpillingChangesNothing is the promise of the ceiling: however little memory
// there is and however packets are spread, the flows are the same, bit for bit.
func TestSpillingChangesNothing(t *testing.T) {
	folder := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		packets := randomPackets(t)
		for range rapid.IntRange(0, 3).Draw(t, "more") {
			packets = append(packets, randomPackets(t)...)
		}
		for i := range packets {
			packets[i].Seq = int64(i)
		}
		collectors := make([]*Collector, rapid.IntRange(1, 4).Draw(t, "collectors"))
		which := make([][]uint32, len(collectors))
		for i := range packets {
			n := rapid.IntRange(0, len(which)-1).Draw(t, "collector")
			which[n] = append(which[n], uint32(i))
		}
		behaviour := rapid.Bool().Draw(t, "behaviour")
		table := NewTableWith(Options{Behaviour: behaviour})
		for i := range collectors {
			collectors[i] = NewCollector(Options{Behaviour: behaviour, Limit: rapid.Int64Range(0, 300<<10).Draw(t, "limit"), Folder: folder})
			if err := collectors[i].AddBatch(packets, which[i]); err != nil {
				t.Fatal(err)
			}
		}
		table.AddBatch(packets, list(len(packets)))
		set := NewSet(collectors...)
		defer set.Close()
		want := collect(table)
		if set.Len() != len(want) {
			t.Errorf("%d flows, want %d", set.Len(), len(want))
		}
		if diff := gocmp.Diff(want, collectSet(t, set), exactly); diff != "" {
			t.Errorf("spilled flows differ:\n%s", diff)
		}
	})
	if left, _ := os.ReadDir(folder); len(left) > 0 {
		t.Errorf("%d files are left, such as %s", len(left), left[0].Name())
	}
}

// manyFlows gives packets of n flows, two of each flow, far from each other.
func manyFlows(n int) []packet.Packet {
	r := rand.New(rand.NewPCG(1, 2))
	packets := make([]packet.Packet, 2*n)
	for i := range packets {
		f := i % n
		packets[i] = packet.Packet{
			Time: r.Int64(), Seq: int64(i), Length: r.Uint32N(1500), Protocol: protocol.ID(r.IntN(3)),
			Src: packet.MakeIPv4([4]byte{10, 0, byte(f >> 8), byte(f)}), Dst: endpoint(byte(f)),
		}
	}
	return packets
}

// TestRunsAreMerged makes so many runs that they are merged, level by level.
func TestRunsAreMerged(t *testing.T) {
	packets := manyFlows(2000)
	folder := t.TempDir()
	c := NewCollector(Options{Behaviour: true, Limit: 1, Folder: folder})
	if err := c.AddBatch(packets, list(len(packets))); err != nil {
		t.Fatal(err)
	}
	spills := len(packets) / group
	if len(c.runs) > 20 {
		t.Errorf("%d runs after %d spills", len(c.runs), spills)
	}
	if deepest := slices.MaxFunc(c.runs, func(x, y *run) int { return x.level - y.level }); deepest.level < 2 {
		t.Errorf("runs were merged %d times after %d spills", deepest.level, spills)
	}
	set := NewSet(c)
	if set.Spilled() == 0 {
		t.Error("nothing is on disk")
	}
	if left, _ := os.ReadDir(folder); runtime.GOOS == "linux" && len(left) > 0 {
		t.Errorf("a killed program would leave %d files", len(left))
	}
	if diff := gocmp.Diff(naiveFlows(packets), collectSet(t, set), exactly); diff != "" {
		t.Errorf("flows differ:\n%s", diff)
	}
	if err := set.Close(); err != nil {
		t.Error(err)
	}
	if set.Len() != 0 {
		t.Error("a closed set has flows")
	}
}

func TestLoopsEndEarly(t *testing.T) {
	packets := manyFlows(300)
	c := NewCollector(Options{Limit: 200 << 10, Folder: t.TempDir()})
	if err := c.AddBatch(packets, list(len(packets))); err != nil {
		t.Fatal(err)
	}
	set := NewSet(c)
	defer set.Close()
	for range set.P2P() {
		break
	}
	if set.Len() != 300 || set.Err() != nil {
		t.Errorf("%d flows after a loop that ended early, %v", set.Len(), set.Err())
	}
}

func TestUnwritableFolder(t *testing.T) {
	packets := manyFlows(100)
	c := NewCollector(Options{Behaviour: true, Limit: 1, Folder: t.TempDir() + "/missing"})
	err := c.AddBatch(packets, list(len(packets)))
	if !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("error %v", err)
	}
	if again := c.AddBatch(packets, list(len(packets))); !errors.Is(again, os.ErrNotExist) {
		t.Errorf("later error %v", again)
	}
	set := NewSet(c)
	defer set.Close()
	if diff := gocmp.Diff(naiveFlows(packets[:group]), collectSet(t, set), exactly); diff != "" {
		t.Errorf("what came before the error differs:\n%s", diff)
	}
}

func TestDamagedRun(t *testing.T) {
	packets := manyFlows(100)
	c := NewCollector(Options{Behaviour: true, Limit: 1, Folder: t.TempDir()})
	if err := c.AddBatch(packets, list(len(packets))); err != nil {
		t.Fatal(err)
	}
	set := NewSet(c)
	defer set.Close()
	if _, err := set.runs[0].file.WriteAt([]byte{0xff}, set.runs[0].size/2); err != nil {
		t.Fatal(err)
	}
	for range set.Flows() {
	}
	if !errors.Is(set.Err(), ErrFormat) {
		t.Errorf("error %v", set.Err())
	}
}

// Resolved addresses stay in memory: they take a quarter of it at most, and what has no
// room is counted.
func TestResolvedAddressesAreBounded(t *testing.T) {
	const limit = 1 << 20
	c := NewCollector(Options{Limit: limit, Folder: t.TempDir()})
	const n = 300_000
	for i := range n {
		a := packet.MakeIPv4([4]byte{byte(i >> 16), byte(i >> 8), byte(i), 1})
		c.Resolve([]packet.Endpoint{a, a})
	}
	if got := c.table.resolved.bytes(); got > limit/resolvedShare {
		t.Errorf("resolved addresses take %d bytes of %d", got, limit)
	}
	set := NewSet(c)
	defer set.Close()
	kept := int64(set.resolved.len())
	if kept < limit/resolvedShare/25 || kept+set.Dropped()/2 != n {
		t.Errorf("%d addresses kept, %d times not", kept, set.Dropped())
	}
}

// TestCeiling compares what the heap holds while flows come with what was allowed.
func TestCeiling(t *testing.T) {
	const limit = 4 << 20
	c := NewCollector(Options{Behaviour: true, Limit: limit, Folder: t.TempDir()})
	packets := make([]packet.Packet, 1<<10)
	which := list(len(packets))
	before, most := heap(), int64(0)
	for round := range 200 {
		for i := range packets {
			n := round<<10 | i
			packets[i] = packet.Packet{Length: 60, Src: endpoint(1), Dst: packet.MakeIPv4([4]byte{11, byte(n >> 16), byte(n >> 8), byte(n)})}
		}
		if err := c.AddBatch(packets, which); err != nil {
			t.Fatal(err)
		}
		if round%10 == 0 {
			most = max(most, heap()-before)
		}
	}
	if most > limit+limit/20 || most < limit/2 {
		t.Errorf("%d bytes were taken, %d allowed", most, limit)
	}
	set := NewSet(c)
	defer set.Close()
	if set.Len() != 200<<10 {
		t.Errorf("%d flows", set.Len())
	}
}

func TestEncodeAndDecode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		packets := randomPackets(t)
		there, here := protocol.NewVocabulary(), protocol.NewVocabulary()
		for _, name := range []string{"odd", "even"} { // the same names by other IDs
			there.Intern(name)
			here.Intern(map[string]string{"odd": "even", "even": "odd"}[name])
		}
		ids := there.Len()
		options := Options{Behaviour: rapid.Bool().Draw(t, "behaviour")}
		from := NewCollector(options)
		for i := range packets {
			packets[i].Protocol = protocol.ID(ids - 1 - i%3)
			from.Resolve([]packet.Endpoint{packets[i].Dst}[:i%2])
		}
		from.AddBatch(packets, list(len(packets)))
		sent := NewSet(from)
		to := NewCollector(options)
		if err := to.DecodeAll(wire(sent, there), here); err != nil {
			t.Fatal(err)
		}
		got := NewSet(to)
		named := func(s *Set, v *protocol.Vocabulary) (all []Flow) {
			all = collectSet(t, s)
			for i := range all {
				for j := range all[i].Sums {
					id, _ := there.Intern(v.Name(all[i].Sums[j].Protocol))
					all[i].Sums[j].Protocol = id
				}
				sortByProtocol(all[i].Sums)
			}
			return all
		}
		if diff := gocmp.Diff(named(sent, there), named(got, here), exactly); diff != "" {
			t.Errorf("flows differ:\n%s", diff)
		}
		if !slices.Equal(sent.resolved.sorted(), got.resolved.sorted()) {
			t.Error("resolved addresses differ")
		}
	})
}

// TestDecodeWantsBehaviour: flows without it would look like flows in which nobody spoke.
func TestDecodeWantsBehaviour(t *testing.T) {
	f := func(sent, wanted bool, ok bool) {
		t.Helper()
		from := NewCollector(Options{Behaviour: sent})
		from.Add(&packet.Packet{Src: endpoint(1), Dst: endpoint(2), Length: 60})
		v := protocol.NewVocabulary()
		if err := NewCollector(Options{Behaviour: wanted}).DecodeAll(wire(NewSet(from), v), v); (err == nil) != ok {
			t.Errorf("sent %v, wanted %v: %v", sent, wanted, err)
		}
	}
	f(false, false, true)
	f(true, true, true)
	f(true, false, true)
	f(false, true, false)
}

func TestSetOfTables(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		packets := randomPackets(t)
		whole, one, other := NewTable(), NewTable(), NewTable()
		for i := range packets {
			whole.answered(&packets[i])
			if i%3 == 0 {
				one.answered(&packets[i])
			} else {
				other.answered(&packets[i])
			}
		}
		for range 2 { // the tables stay as they are
			set := SetOf(one, other)
			if diff := gocmp.Diff(collect(whole), collectSet(t, set), exactly); diff != "" {
				t.Errorf("flows differ:\n%s", diff)
			}
			if !slices.Equal(whole.resolved.sorted(), set.resolved.sorted()) {
				t.Error("resolved addresses differ")
			}
			set.Close()
		}
	})
}

// TestSpillsAreLarge: what is written at a time stays near what the limit has room for, also where flows become others
// than those for which memory was taken, and addresses take their part of it meanwhile.
func TestSpillsAreLarge(t *testing.T) {
	const limit, flows = 4 << 20, 200_000
	c := NewCollector(Options{Limit: limit, Folder: t.TempDir()})
	spills, before := 0, 0
	for i := range flows {
		p := packet.Packet{Length: 60, Src: endpoint(1), Dst: packet.MakeIPv4([4]byte{11, byte(i >> 16), byte(i >> 8), byte(i)})}
		packets := []packet.Packet{p, p}
		if i < flows/2 { // a scan
			packets = packets[:1]
		}
		if err := c.AddBatch(packets, list(len(packets))); err != nil {
			t.Fatal(err)
		}
		if i%20 == 0 {
			c.Resolve([]packet.Endpoint{p.Dst})
		}
		if c.table.Len() != before+1 {
			spills++
		}
		before = c.table.Len()
	}
	if most := flows / 10_000; spills > most || spills == 0 {
		t.Errorf("%d flows were written in %d pieces, more than %d", flows, spills, most)
	}
	set := NewSet(c)
	defer set.Close()
	if set.Len() != flows {
		t.Errorf("%d flows of %d", set.Len(), flows)
	}
}
