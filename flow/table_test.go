package flow

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"botnetdetect/packet"
	"botnetdetect/protocol"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// naiveFlows sums up packets with a built-in map, one packet after the other.
func naiveFlows(packets []packet.Packet) (all []Flow) {
	flows := make(map[pair]map[protocol.ID]*Sums)
	behaviours := make(map[pair]*content)
	for i := range packets {
		p := &packets[i]
		if p.Src.Kind() == packet.None || p.Dst.Kind() == packet.None {
			continue
		}
		key, direction := pairOf(p)
		if flows[key] == nil {
			flows[key] = make(map[protocol.ID]*Sums)
			behaviours[key] = &content{observed: true}
		}
		if flows[key][p.Protocol] == nil {
			flows[key][p.Protocol] = &Sums{Protocol: p.Protocol}
		}
		flows[key][p.Protocol].add(p, direction)
		behaviours[key].behaviour.add(sightOf(p), p.Time, direction)
	}
	keys := make([]pair, 0, len(flows))
	for key := range flows {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(x, y pair) int { return x.compare(&y) })
	for _, key := range keys {
		var sums []Sums
		for _, s := range flows[key] {
			sums = append(sums, *s)
		}
		slices.SortFunc(sums, func(x, y Sums) int { return cmp.Compare(x.Protocol, y.Protocol) })
		all = append(all, makeFlow(key, &content{sums: sums, behaviour: behaviours[key].behaviour, observed: true}))
	}
	return all
}

var exactly = gocmp.AllowUnexported(Sums{}, totals{}, Behaviour{}, packet.Endpoint{})

func TestTableIsTheNaiveOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		packets := randomPackets(t)
		one, batch := NewTableWith(Options{Behaviour: true}), NewTableWith(Options{Behaviour: true})
		for i := range packets {
			one.Add(&packets[i])
		}
		batch.AddBatch(packets, list(len(packets)))
		want := naiveFlows(packets)
		if diff := gocmp.Diff(want, collect(one), exactly); diff != "" {
			t.Errorf("Add differs:\n%s", diff)
		}
		if diff := gocmp.Diff(want, collect(batch), exactly); diff != "" {
			t.Errorf("AddBatch differs:\n%s", diff)
		}
		if one.Len() != len(want) {
			t.Errorf("Len is %d, want %d", one.Len(), len(want))
		}
	})
}

// list returns the numbers below n.
func list(n int) []uint32 {
	all := make([]uint32, n)
	for i := range all {
		all[i] = uint32(i)
	}
	return all
}

func TestIndexIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOfN(rapid.Uint64Range(0, 500), 0, 2000).Draw(t, "keys")
		few := rapid.Uint64Range(1, 1<<63).Draw(t, "hashes") // many collide, if it is small
		x := index[uint64]{hash: func(k *uint64) uint64 { return *k % few << 40 }}
		want := make(map[uint64]uint32)
		for i, key := range keys {
			s := x.get(&key, x.hash(&key))
			if *s != want[key] {
				t.Fatalf("key %d is %d, want %d", key, *s, want[key])
			}
			*s = uint32(i + 1)
			want[key] = *s
		}
		got := make(map[uint64]uint32)
		for _, s := range x.squeeze() {
			got[s.key] = s.head
		}
		if diff := gocmp.Diff(want, got); diff != "" || x.used != len(want) {
			t.Errorf("%d in use; what is left differs:\n%s", x.used, diff)
		}
		if x.clear(); len(x.list(nil)) != 0 || x.has(new(uint64)) {
			t.Error("something is left after clear")
		}
	})
}

func TestRankFollowsCompare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		p, q := randomPair(r), randomPair(r)
		if p.compare(&q) > 0 {
			p, q = q, p
		}
		if p.rank() > q.rank() {
			t.Errorf("%v is before %v, but ranks %x and %x", p, q, p.rank(), q.rank())
		}
	})
}

// randomPair returns a pair of addresses that often agree in many bytes.
func randomPair(r *rand.Rand) pair {
	p := packet.Packet{Src: wideEndpoint(r), Dst: wideEndpoint(r)}
	key, _ := pairOf(&p)
	return key
}

func wideEndpoint(r *rand.Rand) packet.Endpoint {
	var a [16]byte
	for i := range a {
		a[i] = byte(r.IntN(2) * r.IntN(256))
	}
	switch r.IntN(3) {
	case 0:
		return packet.MakeIPv4([4]byte(a[:4]))
	case 1:
		return packet.MakeIPv6(a)
	}
	return packet.MakeMAC([6]byte(a[:6]))
}

// TestBytes compares what a table says that it takes with what the runtime says, and
// both with the promise: 160 bytes a flow beyond its key, 64 if it is one packet.
func TestBytes(t *testing.T) {
	f := func(name string, flows int, key int64, endpoint func(i int) packet.Endpoint) {
		t.Helper()
		before := heap()
		table := NewTable()
		for i := range flows {
			table.Add(&packet.Packet{Src: endpoint(-1), Dst: endpoint(i)})
		}
		if alone := table.Bytes() / int64(flows); flows >= 10_000 && alone > 64+key {
			t.Errorf("%d flows of one packet between %s take %d bytes each, with a key of %d", flows, name, alone, key)
		}
		for i := range flows {
			table.Add(&packet.Packet{Src: endpoint(-1), Dst: endpoint(i)})
		}
		table.Resolve(endpoint(0))
		took, says := heap()-before, table.Bytes()
		if slack := int64(16 << 10); took > says+says/50+slack || took < says-says/50-slack {
			t.Errorf("%d flows between %s take %d bytes, and Bytes says %d", flows, name, took, says)
		}
		if each := says / int64(flows); flows >= 10_000 && each > 160+key {
			t.Errorf("%d flows between %s take %d bytes each, with a key of %d", flows, name, each, key)
		}
		runtime.KeepAlive(table)
	}
	v4 := func(i int) packet.Endpoint { return packet.MakeIPv4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}) }
	v6 := func(i int) packet.Endpoint {
		return packet.MakeIPv6([16]byte{0x20, 1, 13: byte(i >> 16), 14: byte(i >> 8), 15: byte(i)})
	}
	for _, flows := range []int{1, 1_000, 10_000, 13_108, 13_313, 26_215, 50_000, 52_429, 70_000, 90_000, 104_858, 110_000} { // also just when an index has grown
		f("IPv4 addresses", flows, 8, v4)
		f("IPv6 addresses", flows, 34, v6)
	}
}

// heap returns the bytes of all live objects.
func heap() int64 {
	runtime.GC()
	runtime.GC() // what pools held goes with the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestResolvedAddresses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		a := makeAddresses(newSeed())
		want := make(map[packet.Endpoint]bool)
		for range rapid.IntRange(0, 300).Draw(t, "n") {
			e := wideEndpoint(r)
			a.add(&e)
			want[e] = true
		}
		for range 100 {
			if e := wideEndpoint(r); a.has(&e) != want[e] {
				t.Errorf("%v: %v, want %v", e, a.has(&e), want[e])
			}
		}
		all := a.sorted()
		if len(all) != len(want) || a.len() != len(want) {
			t.Errorf("%d addresses of %d, want %d", len(all), a.len(), len(want))
		}
		for _, e := range all {
			if !want[e] || !a.has(&e) {
				t.Errorf("%v is not in the set", e)
			}
		}
	})
}

func TestSort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		mask := rapid.Uint64().Draw(t, "bits that differ")
		slots := make([]slot[v4pair], rapid.IntRange(0, 5000).Draw(t, "n"))
		for i := range slots {
			slots[i] = slot[v4pair]{makeV4pair(r.Uint64() & mask), uint32(i)}
		}
		want := slices.Clone(slots)
		sortV4(slots, 56)
		byKey := func(x, y slot[v4pair]) int {
			return cmp.Or(cmp.Compare(x.key.word(), y.key.word()), cmp.Compare(x.head, y.head))
		}
		if !slices.IsSortedFunc(slots, func(x, y slot[v4pair]) int { return cmp.Compare(x.key.word(), y.key.word()) }) {
			t.Error("not sorted")
		}
		slices.SortFunc(slots, byKey)
		slices.SortFunc(want, byKey)
		if !slices.Equal(slots, want) {
			t.Error("not the same slots")
		}
	})
}

// TestSortOther draws pairs that share much or little of their images.
func TestSortOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		varied := rapid.SliceOfN(rapid.IntRange(0, 15), 1, 3).Draw(t, "bytes that differ")
		set := make(map[pair]bool)
		for range rapid.IntRange(0, 2000).Draw(t, "n") {
			set[similarPair(r, varied)] = true
		}
		var slots []slot[pair]
		for p := range set {
			slots = append(slots, slot[pair]{p, uint32(p.word(9))})
		}
		sortOther(slots)
		if len(slots) != len(set) || !slices.IsSortedFunc(slots, func(x, y slot[pair]) int { return x.key.compare(&y.key) }) {
			t.Error("not sorted")
		}
		for i, s := range slots {
			if !set[s.key] || s.head != uint32(s.key.word(9)) || i > 0 && s.key == slots[i-1].key {
				t.Fatalf("slot %d is not one of those given: %v", i, s)
			}
		}
	})
}

func similarPair(r *rand.Rand, varied []int) pair {
	one := func() packet.Endpoint {
		a := [16]byte{0x20, 1}
		for _, i := range varied {
			a[i] = byte(r.Uint32())
		}
		if r.IntN(50) == 0 {
			return packet.MakeMAC([6]byte(a[:6]))
		}
		return packet.MakeIPv6(a)
	}
	a, b := one(), one()
	if b.Compare(a) < 0 {
		a, b = b, a
	}
	return pair{a, b}
}

func BenchmarkSort(b *testing.B) {
	for _, n := range []int{1_000, 218_000, 5_000_000} {
		slots := make([]slot[v4pair], n)
		for i := range slots {
			x := uint64(i) * 0x9e3779b97f4a7c15
			slots[i].key = makeV4pair(10<<56 | x>>40<<32 | x<<24>>32) // clients of one network, any remotes
		}
		work := make([]slot[v4pair], n)
		b.Run(fmt.Sprint("radix/", n), func(b *testing.B) {
			for b.Loop() {
				copy(work, slots)
				sortV4(work, 56)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/flow")
		})
		b.Run(fmt.Sprint("compare/", n), func(b *testing.B) {
			for b.Loop() {
				copy(work, slots)
				slices.SortFunc(work, func(x, y slot[v4pair]) int { return cmp.Compare(x.key.word(), y.key.word()) })
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/flow")
		})
	}
}

func pairOf(p *packet.Packet) (key pair, direction int) {
	direction = int(key.of(p))
	return key, direction
}
