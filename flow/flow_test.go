package flow

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"botnetdetect/packet"
	"botnetdetect/protocol"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// naiveVariance is variance in rational numbers, from the values themselves.
func naiveVariance(values []int64) float64 {
	n := big.NewInt(int64(len(values)))
	sum, squares := new(big.Int), new(big.Int)
	for _, v := range values {
		x := big.NewInt(v)
		sum.Add(sum, x)
		squares.Add(squares, new(big.Int).Mul(x, x))
	}
	top := new(big.Int).Sub(new(big.Int).Mul(n, squares), new(big.Int).Mul(sum, sum))
	f, _ := new(big.Rat).SetFrac(top, new(big.Int).Mul(n, n)).Float64()
	return f
}

func endpoint(b byte) packet.Endpoint { return packet.MakeIPv4([4]byte{10, 0, 0, b}) }

func near(x, y float64) bool { return math.Abs(x-y) <= 1e-15*math.Abs(y) }

func TestVarianceIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOfN(rapid.OneOf(rapid.Int64(), rapid.Int64Range(1.7e18, 1.7e18+1e6)), 1, 50).Draw(t, "times")
		var s Sums
		var lengths []int64
		for i, at := range times {
			length := rapid.Uint32().Draw(t, "length")
			lengths = append(lengths, int64(length))
			s.add(&packet.Packet{Time: at, Seq: int64(i), Length: length}, i%2)
		}
		if got, want := s.TimeVariance(), naiveVariance(times); !near(got, want) {
			t.Errorf("time variance %v, want %v", got, want)
		}
		if got, want := s.LengthVariance(), naiveVariance(lengths); !near(got, want) {
			t.Errorf("length variance %v, want %v", got, want)
		}
		if got, want := s.Duration(), uint64(slices.Max(times))-uint64(slices.Min(times)); got != want {
			t.Errorf("duration %d, want %d", got, want)
		}
	})
}

// A variance computed as E[x²]−E[x]² in floats is lost at epoch nanoseconds.
func TestVarianceOfCloseEpochTimes(t *testing.T) {
	var s Sums
	for i := range int64(4) {
		s.add(&packet.Packet{Time: 1_700_000_000_000_000_000 + i, Seq: i}, 0)
	}
	if got := s.TimeVariance(); got != 1.25 {
		t.Errorf("variance of 0, 1, 2, 3 ns is %v, want 1.25", got)
	}
}

func TestFirstLength(t *testing.T) {
	f := func(want uint32, packets ...packet.Packet) {
		t.Helper()
		var s Sums
		for i := range packets {
			s.add(&packets[i], 0)
		}
		if s.FirstLen != want {
			t.Errorf("first length %d, want %d", s.FirstLen, want)
		}
	}
	f(60, packet.Packet{Time: 0, Seq: 1, Length: 60}, packet.Packet{Time: 0, Seq: 2, Length: 99})
	f(60, packet.Packet{Time: 0, Seq: 2, Length: 99}, packet.Packet{Time: 0, Seq: 1, Length: 60})
	f(99, packet.Packet{Time: 5, Seq: 1, Length: 60}, packet.Packet{Time: -4, Seq: 2, Length: 99})
	f(0, packet.Packet{Time: 5, Seq: 1, Length: 0}, packet.Packet{Time: 6, Seq: 2, Length: 99})
}

func TestFlowIsInTextOrder(t *testing.T) {
	table := NewTable()
	// As numbers 10.0.0.9 < 10.0.0.10, as texts it is the other way round.
	table.Add(&packet.Packet{Src: endpoint(9), Dst: endpoint(10), Length: 100})
	table.Add(&packet.Packet{Src: endpoint(10), Dst: endpoint(9), Length: 7})
	table.Add(&packet.Packet{Src: endpoint(10), Dst: endpoint(9), Length: 7})
	for f := range table.Flows() {
		if f.Src != endpoint(10) || f.Dst != endpoint(9) {
			t.Errorf("flow is %v-%v", f.Src, f.Dst)
		}
		if total := f.Total(); total.Packets != [2]uint64{2, 1} || total.Bytes != [2]uint64{14, 100} {
			t.Errorf("directions: %d packets, %d bytes", total.Packets, total.Bytes)
		}
	}
}

func TestTextOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		p := randomPair(r)
		for _, q := range []pair{p, {p.b, p.a}, {p.a, p.a}} {
			if got, want := textBefore(q.a, q.b), q.a.String() < q.b.String(); got != want {
				t.Errorf("%v before %v: %v, want %v", q.a, q.b, got, want)
			}
		}
	})
	for x := range 256 {
		for y := range 256 {
			p, q := packet.MakeIPv4([4]byte{1, byte(x), 5, 9}), packet.MakeIPv4([4]byte{1, byte(y), 7, 3})
			if got, want := textBefore(p, q), p.String() < q.String(); got != want {
				t.Errorf("%v before %v: %v, want %v", p, q, got, want)
			}
		}
	}
}

func TestResolvedFlowsAreNotP2P(t *testing.T) {
	table := NewTable()
	table.Add(&packet.Packet{Src: endpoint(1), Dst: endpoint(2)})
	table.Add(&packet.Packet{Src: endpoint(1), Dst: endpoint(3)})
	table.Add(&packet.Packet{Src: endpoint(1), Dst: endpoint(53)})
	table.Add(&packet.Packet{Dst: endpoint(4)})
	table.Resolve(endpoint(2))
	table.Resolve(endpoint(53))
	var got []packet.Endpoint
	for f := range table.P2P() {
		got = append(got, f.Dst)
	}
	if len(got) != 1 || got[0] != endpoint(3) || table.Len() != 3 {
		t.Errorf("P2P flows to %v of %d flows", got, table.Len())
	}
}

// collect copies all that a table says, for comparison.
func collect(t *Table) (all []Flow) {
	for f := range t.Flows() {
		all = append(all, f.clone())
	}
	return all
}

func (f Flow) clone() Flow {
	f.Sums = slices.Clone(f.Sums)
	if f.Behaviour != nil {
		b := *f.Behaviour
		f.Behaviour = &b
	}
	return f
}

// randomPackets returns packets of few flows, some in trains.
func randomPackets(t *rapid.T) []packet.Packet {
	n := rapid.IntRange(0, 60).Draw(t, "n")
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	packets := make([]packet.Packet, n)
	for i := range packets {
		p := &packets[i]
		*p = talk[r.IntN(len(talk))]
		p.Time, p.Seq, p.Length = (r.Int64N(20)-10)*[]int64{1, 1e9, 1e12}[r.IntN(3)], int64(i), r.Uint32()
		p.Src, p.Dst, p.Protocol = randomEndpoint(r), randomEndpoint(r), protocol.ID(r.IntN(3))
		if before := max(i-1, 0); r.IntN(2) == 0 {
			p.Src, p.Dst = packets[before].Src, packets[before].Dst
			if r.IntN(2) == 0 {
				p.Src, p.Dst = p.Dst, p.Src
			}
			if r.IntN(3) > 0 {
				p.Protocol = packets[before].Protocol
			}
		}
	}
	return packets
}

// answered adds a packet, whose source a DNS answer named if it is one in five.
func (t *Table) answered(p *packet.Packet) {
	if p.Length%5 == 0 {
		t.Resolve(p.Src)
	}
	t.Add(p)
}

func randomEndpoint(r *rand.Rand) packet.Endpoint {
	switch b := byte(r.IntN(4)); r.IntN(4) {
	case 0:
		return packet.MakeIPv6([16]byte{15: b})
	case 1:
		return packet.MakeMAC([6]byte{5: b})
	default:
		return endpoint(b)
	}
}

// TestMerge is the contract: any partition, merged in any order, is the whole.
func TestMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		packets := randomPackets(t)
		options := Options{Behaviour: rapid.Bool().Draw(t, "behaviour")}
		whole := NewTableWith(options)
		parts := make([]*Table, rapid.IntRange(1, 5).Draw(t, "parts"))
		for i := range parts {
			parts[i] = NewTableWith(options)
		}
		for i := range packets {
			whole.answered(&packets[i])
			parts[rapid.IntRange(0, len(parts)-1).Draw(t, "part")].answered(&packets[i])
		}
		order := rapid.Permutation(parts).Draw(t, "order")
		merged := NewTableWith(options)
		if rapid.Bool().Draw(t, "in pairs first") && len(order) > 1 {
			order[0].Merge(order[1])
			order = slices.Delete(order, 1, 2)
		}
		for _, part := range order {
			merged.Merge(part)
		}
		if diff := cmp.Diff(collect(whole), collect(merged), exactly); diff != "" {
			t.Errorf("merged differs from whole:\n%s", diff)
		}
		if !slices.Equal(whole.resolved.sorted(), merged.resolved.sorted()) {
			t.Errorf("resolved addresses differ")
		}
	})
}

func TestAddAllocatesNothing(t *testing.T) {
	for _, behaviour := range []bool{false, true} {
		table := NewTableWith(Options{Behaviour: behaviour})
		p := talk[len(talk)-1]
		p.Src, p.Dst, p.Length = endpoint(1), endpoint(2), 60
		table.Add(&p)
		if n := testing.AllocsPerRun(100, func() { table.Add(&p) }); n != 0 {
			t.Errorf("%v allocations a packet, with behaviour %v", n, behaviour)
		}
	}
}
