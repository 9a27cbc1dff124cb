package behaviour

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"botnetdetect/capture"
	"botnetdetect/flow"
	"botnetdetect/internal/flowtest"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/packet"
	"botnetdetect/protocol"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func hostsOf(t *testing.T, s *flow.Set) *Hosts {
	t.Helper()
	h, err := Observe(s)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// values returns the features of each flow by name.
func values(t *testing.T, s *flow.Set) (all []map[string]float64) {
	h := hostsOf(t, s)
	for f := range s.P2P() {
		named := make(map[string]float64)
		for i, x := range h.Features(&f, nil) {
			named[All()[i].Name] = x
		}
		all = append(all, named)
	}
	return all
}

// gossip is a host that asks peers in many networks the same; every second one answers.
func gossip(peers int) []*pcaptest.Flow {
	return flowtest.Gossip("10.0.0.1", peers, func(peer int) bool { return peer%2 == 0 })
}

func TestGossip(t *testing.T) {
	all := values(t, flowtest.Set(gossip(40)...))
	if len(all) != 40 {
		t.Fatalf("%d flows", len(all))
	}
	for name, want := range map[string]float64{
		"host.peers": math.Log1p(40), "host.part": 1, "host.named": 0, "host.attempts": 0, "host.bulk": 0, "host.large": 0, "host.both": 0,
		"host.answered": 0.5, "host.first_in_top": 1, "host.first_out_top": 1, "host.first_out_entropy": 0, "relation.first_out": 1, "host.began": 1,
		"flow.udp": 1, "flow.mean_out": 20, "host.lengths_out": 1.016 - 0.016, "host.ratio": math.Log(41.0 / 21),
	} {
		if got := all[0][name]; math.Abs(got-want) > 0.05 {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if got := all[0]["host.networks"]; got < 0.9 {
		t.Errorf("peers in 40 networks are estimated at %v of the peers", got)
	}
}

// TestSeats: the host is whoever has more peers, whichever way flows are written.
func TestSeats(t *testing.T) {
	flows := gossip(5)
	attempt := pcaptest.TCPFlow("10.0.0.1:1", "9.9.9.9:80")
	attempt.Frames = []capture.Frame{pcaptest.Frame(0, pcaptest.TCP("10.0.0.1:1", "9.9.9.9:80", pcaptest.Segment{Flags: pcaptest.SYN}, nil))}
	tcp := pcaptest.TCPFlow("9.9.9.8:80", "10.0.0.1:2").Handshake(0).SendData(time.Second, make([]byte, 10))
	s := flowtest.Set(append(flows, attempt, tcp)...)
	h := hostsOf(t, s)
	got := make(map[string]string)
	for f := range s.P2P() {
		seat := h.Seat(&f)
		peer := f.Src
		if peer == seat.Host {
			peer = f.Dst
		}
		got[peer.String()] = fmt.Sprintf("%v %v %d %v", seat.Host, seat.Manner, seat.Peers, seat.Evidence())
	}
	want := map[string]string{"9.9.9.9": "10.0.0.1 attempt 1 false", "9.9.9.8": "10.0.0.1 TCP 1 true"}
	for i := range 5 {
		want[fmt.Sprintf("%d.%d.1.1", 20+i, i)] = "10.0.0.1 UDP 5 true"
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestNamedPeersAndGroups: peers that DNS named count apart, groups not at all.
func TestNamedPeersAndGroups(t *testing.T) {
	dns := pcaptest.UDPFlow("10.0.0.1:4000", "10.0.0.53:53")
	dns.ReplyData(0, pcaptest.DNSResponse(1, "example.org.", "20.0.1.1"))
	group := pcaptest.UDPFlow("10.0.0.1:4000", "239.1.1.1:1900").Send(0, 100)
	s := flowtest.Set(append(gossip(3), dns, group)...)
	for e, host := range hostsOf(t, s).All {
		if e.String() != "10.0.0.1" || host.Named != 1 || host.Peers() != 3 {
			t.Errorf("host %v: %d named, %d peers", e, host.Named, host.Peers())
		}
	}
	for f := range s.Flows() {
		if f.Dst.String() == "239.1.1.1" {
			for i, x := range hostsOf(t, s).Features(&f, nil) {
				if math.IsNaN(x) || math.IsInf(x, 0) {
					t.Errorf("%s is %v", All()[i].Name, x)
				}
			}
		}
	}
}

// TestCohortsAddUp: counting flows in parts and merging gives the same bits.
func TestCohortsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		parts := make([]Cohort, 4)
		var whole, merged Cohort
		for range rapid.IntRange(0, 50).Draw(t, "flows") {
			v := randomView(r)
			whole.add(&v)
			parts[r.IntN(len(parts))].add(&v)
		}
		for _, i := range r.Perm(len(parts)) {
			merged.Merge(&parts[i])
		}
		if whole != merged {
			t.Errorf("merged %+v, whole %+v", merged, whole)
		}
	})
}

func randomView(r *rand.Rand) (v view) {
	v.peer = packet.MakeIPv4([4]byte{byte(r.Uint32()), byte(r.Uint32()), 1, 1})
	v.packets, v.back = 1+r.Uint64N(100), r.Uint64N(3)
	v.b = flow.Behaviour{Lengths: [2]uint32{r.Uint32(), r.Uint32()}, Ports: [2]uint32{r.Uint32(), 1}, Segments: uint16(r.Uint32()), Datagrams: uint16(r.Uint32N(3))}
	for d := range 2 {
		v.b.Payloads[d], v.b.PayloadBytes[d] = r.Uint32N(3), r.Uint64N(1e6)
		v.b.FirstPayload[d], v.b.MaxPayload[d] = uint16(r.Uint32()), uint16(r.Uint32())
	}
	return v
}

func TestBusiestIsTheNaiveOne(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var flows []*pcaptest.Flow
	peers := make(map[string]map[string]bool)
	for range 400 {
		a, b := fmt.Sprintf("10.0.%d.1", r.IntN(40)), fmt.Sprintf("11.%d.%d.1", r.IntN(9), r.IntN(99))
		flows = append(flows, pcaptest.UDPFlow(a+":1", b+":1").Send(0, 60))
		for _, e := range [][2]string{{a, b}, {b, a}} {
			if peers[e[0]] == nil {
				peers[e[0]] = make(map[string]bool)
			}
			peers[e[0]][e[1]] = true
		}
	}
	var want, got []string
	for e, all := range peers {
		if len(all) > 1 {
			want = append(want, e)
		}
	}
	for e := range hostsOf(t, flowtest.Set(flows...)).All {
		got = append(got, e.String())
	}
	slices.Sort(want)
	slices.Sort(got)
	got = slices.DeleteFunc(got, func(e string) bool { return len(peers[e]) == 1 }) // the filter may let some in
	if !slices.Equal(want, got) {
		t.Errorf("got %d hosts, want %d", len(got), len(want))
	}
}

// flood is so many addresses that somebody made up.
func flood(n int, each func(packet.Endpoint)) {
	for i := range n {
		each(packet.MakeIPv4([4]byte{11, byte(i >> 16), byte(i >> 8), byte(i)}))
	}
}

// TestHostsAreBounded: of a flood, the busiest hosts stay.
func TestHostsAreBounded(t *testing.T) {
	c, i := newCounter(), 0
	flood(6*MaxHosts, func(e packet.Endpoint) {
		for range 2 {
			c.add(e, false)
		}
		if i%MaxHosts == 0 {
			c.add(e, false)
		}
		i++
	})
	top := c.best(MaxHosts)
	if len(top) != MaxHosts || len(c.peers) > 4*MaxHosts {
		t.Fatalf("%d hosts, %d counted", len(top), len(c.peers))
	}
	for e, n := range c.peers {
		if n.all > 2 || n.spoken > 0 {
			t.Errorf("%v has %v", e, n)
		}
	}
	for i := range 6 {
		i *= MaxHosts
		if e := packet.MakeIPv4([4]byte{11, byte(i >> 16), byte(i >> 8), byte(i)}); !slices.Contains(top, e) {
			t.Errorf("%v, which has a peer more than most, is not there", e)
		}
	}
}

// TestNobodyIsForgotten: the peers of a host count though they are far apart in a flood, each of whose addresses
// has more than the host gets from one pruning to the next.
func TestNobodyIsForgotten(t *testing.T) {
	c, i, host := newCounter(), 0, packet.MakeIPv4([4]byte{203, 0, 113, 1})
	flood(12*MaxHosts, func(e packet.Endpoint) {
		for range 6 {
			c.add(e, false)
		}
		if i%MaxHosts == 0 {
			c.add(host, false)
		}
		i++
	})
	if !slices.Contains(c.best(MaxHosts), host) {
		t.Errorf("a host of 12 peers is not among the busiest, others have 6")
	}
}

// TestFloodHidesNobody: a host that speaks with few peers stays, though as many addresses as there is room for
// hosts have more peers each, none of which they speak with.
func TestFloodHidesNobody(t *testing.T) {
	c, host := counterOf(flowtest.Set(gossip(18)...)), packet.MakeIPv4([4]byte{10, 0, 0, 1}) // nine answer
	if n := c.peers[host]; n.all != 17 || n.spoken < 8 || n.spoken > 9 {
		t.Fatalf("of 18 peers, 9 of which answer, %v are counted", n)
	}
	flood(5*MaxHosts, func(e packet.Endpoint) {
		for range 30 {
			c.add(e, false)
		}
	})
	if top := c.best(MaxHosts); !slices.Contains(top, host) || len(top) != MaxHosts {
		t.Errorf("of %d hosts, the one that speaks with its peers is none", len(top))
	}
}

func TestSketch(t *testing.T) {
	for _, n := range []int{0, 1, 10, 100, 1000, 20000} {
		var s, other sketch
		for i := range n {
			s.add(uint64(i))
			other.add(uint64(i))
		}
		s.merge(&other)
		if got := s.estimate(); math.Abs(got-float64(n)) > 0.2*float64(n)+0.5 {
			t.Errorf("%d numbers are estimated at %v", n, got)
		}
	}
}

// TestLengthBuckets: longer lengths never fall into lower buckets, and all have one.
func TestLengthBuckets(t *testing.T) {
	last := 0
	for n := range math.MaxUint16 + 1 {
		b := lengthBucket(uint16(n))
		if b < last || b > last+1 || b >= lengthBuckets {
			t.Fatalf("%d bytes are in bucket %d after %d", n, b, last)
		}
		last = b
	}
}

// TestFeaturesNameNothing: no feature's name tells of what models must not know.
func TestFeaturesNameNothing(t *testing.T) {
	seen := make(map[string]bool)
	for _, f := range All() {
		for _, never := range []string{"address", "ttl", "time of day"} {
			if strings.Contains(f.Name, never) || f.About == "" || seen[f.Name] {
				t.Errorf("feature %s: %s", f.Name, f.About)
			}
		}
		seen[f.Name] = true
	}
	if n := len(Chosen()); n < 10 || n > len(All()) {
		t.Errorf("%d features chosen", n)
	}
}

// TestFeaturesDoNotChangeWithPlace: moving a capture in time, and to other addresses in
// as many networks, changes nothing.
func TestFeaturesDoNotChangeWithPlace(t *testing.T) {
	here := values(t, flowtest.Set(gossip(30)...))
	moved := gossip(30)
	for _, f := range moved {
		for i := range f.Frames {
			f.Frames[i].Time += 1234567 * int64(time.Hour/1000)
		}
	}
	if diff := cmp.Diff(here, values(t, flowtest.Set(moved...))); diff != "" {
		t.Error(diff)
	}
}

func TestObserveNeedsBehaviour(t *testing.T) {
	table := flow.NewTable()
	table.Add(&packet.Packet{Src: packet.MakeIPv4([4]byte{1}), Dst: packet.MakeIPv4([4]byte{2}), Length: 60, Protocol: protocol.ID(1)})
	if _, err := Observe(flow.SetOf(table)); err == nil {
		t.Error("flows without behaviour were taken")
	}
}

// TestFeaturesDoNotDependOnOrder: what is kept of one flow changes nothing of the next.
func TestFeaturesDoNotDependOnOrder(t *testing.T) {
	group := pcaptest.UDPFlow("10.0.0.1:4000", "239.1.1.1:1900").Send(0, 100)
	tcp := pcaptest.TCPFlow("10.0.0.1:2", "239.1.1.2:80").Handshake(0)
	apart := pcaptest.UDPFlow("30.0.0.1:1", "30.0.0.2:2").Send(0, 300).Reply(time.Second, 80)
	alone := pcaptest.UDPFlow("31.0.0.1:1", "31.0.0.2:2").Send(0, 90)
	s := flowtest.Set(append(gossip(5), group, tcp, apart, alone)...)
	together := hostsOf(t, s)
	for range 2 {
		for f := range s.P2P() {
			if diff := cmp.Diff(hostsOf(t, s).Features(&f, nil), together.Features(&f, nil)); diff != "" {
				t.Errorf("%v to %v:\n%s", f.Src, f.Dst, diff)
			}
		}
	}
}

// TestHostBytes holds HostBytes to what it says.
func TestHostBytes(t *testing.T) {
	host := int64(unsafe.Sizeof(Host{})) + 2*(int64(unsafe.Sizeof(Cohort{}))+8*int64(len(hostFeatures)))
	if took := MaxHosts * host; took > HostBytes || took < HostBytes/2 {
		t.Errorf("%d hosts of two cohorts take %d bytes, said to be %d", MaxHosts, took, HostBytes)
	}
}
