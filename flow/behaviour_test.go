package flow

import (
	"math"
	"testing"
	"time"

	"botnetdetect/internal/pcaptest"
	"botnetdetect/packet"

	gocmp "github.com/google/go-cmp/cmp"
)

// talk is packets of all kinds that behaviour tells apart, to be given other times and
// endpoints.
var talk = func() (packets []packet.Packet) {
	udp := pcaptest.UDPFlow("10.0.0.1:4000", "10.0.0.2:53")
	tcp := pcaptest.TCPFlow("10.0.0.1:4001", "10.0.0.2:80").Handshake(0)
	for _, size := range []int{0, 1, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256, 511, 1400} {
		udp.SendData(0, make([]byte, size))
		tcp.ReplyData(0, make([]byte, size))
	}
	frames := pcaptest.Merge(udp, tcp)
	frames = append(frames, pcaptest.Frame(0, pcaptest.TCP(tcp.A, tcp.B, pcaptest.Segment{Flags: pcaptest.RST}, nil)))
	packets = append(packets, packet.Packet{})
	for i := range frames {
		var p packet.Packet
		packet.Decode(&frames[i], &p)
		packets = append(packets, p)
	}
	return packets
}()

// bit is the set that holds x alone.
func bit(x uint16) uint32 { return 1 << hashBit(x) }

// behaviourOf observes the flow of some frames, which are all between two endpoints.
func behaviourOf(t *testing.T, f *pcaptest.Flow) Behaviour {
	t.Helper()
	table := NewTableWith(Options{Behaviour: true})
	for i := range f.Frames {
		var p packet.Packet
		if o := packet.Decode(&f.Frames[i], &p); !o.Usable() {
			t.Fatal(o)
		}
		table.Add(&p)
	}
	for flow := range table.Flows() {
		return *flow.Behaviour
	}
	t.Fatal("no flow")
	return Behaviour{}
}

func TestBehaviourOfRequests(t *testing.T) {
	f := pcaptest.UDPFlow("10.0.0.1:4000", "10.0.0.2:53")
	f.SendData(time.Second, make([]byte, 20)).ReplyData(3*time.Second, make([]byte, 300))
	f.SendData(61*time.Second, make([]byte, 20)).SendData(62*time.Second, nil)
	got := behaviourOf(t, f)
	want := Behaviour{
		PayloadBytes: [2]uint64{40, 300}, Payloads: [2]uint32{2, 1}, FirstPayload: [2]uint16{20, 300}, MaxPayload: [2]uint16{20, 300},
		Lengths: [2]uint32{bit(20), bit(300)}, Ports: [2]uint32{bit(4000), bit(53)}, Datagrams: 4,
		firstAt: got.firstAt, Slots: got.Slots,
	}
	if diff := gocmp.Diff(want, got, exactly); diff != "" {
		t.Error(diff)
	}
	at, ok := got.FirstAt(1)
	if first, _ := got.FirstAt(0); !ok || at-first != 2e9 {
		t.Errorf("answered after %d ns", at-first)
	}
	base := f.Frames[0].Time/1e9 - 1
	slots := uint64(0)
	for _, s := range []int64{1, 3, 61, 62} {
		slots |= 1 << ((base + s) / 2 % 64)
	}
	if got.Slots[0] != slots {
		t.Errorf("slots %b, want %b", got.Slots[0], slots)
	}
}

func TestBehaviourOfConnections(t *testing.T) {
	f := pcaptest.TCPFlow("10.0.0.2:80", "10.0.0.1:4001").Handshake(0)
	f.SendData(time.Second, make([]byte, 100))
	got := behaviourOf(t, f)
	if got.Opens != [2]uint8{0, 1} || got.Accepts != [2]uint8{1, 0} || got.Segments != 4 || got.PayloadBytes != [2]uint64{0, 100} {
		t.Errorf("%+v", got)
	}
}

// TestBehaviourOfCutFrames: what the snap length left out counts.
func TestBehaviourOfCutFrames(t *testing.T) {
	f := pcaptest.UDPFlow("10.0.0.1:4000", "10.0.0.2:53").SendData(0, make([]byte, 1000))
	f.Frames[0].Data = f.Frames[0].Data[:60]
	if got := behaviourOf(t, f); got.PayloadBytes[0] != 1000 || got.MaxPayload[0] != 1000 {
		t.Errorf("%+v", got)
	}
}

func TestCountsStayAtTheirMost(t *testing.T) {
	b := Behaviour{Payloads: [2]uint32{math.MaxUint32 - 1}, Segments: math.MaxUint16, Opens: [2]uint8{250}, firstAt: [2]int64{1}}
	b.Merge(&b)
	if b.Payloads[0] != math.MaxUint32 || b.Segments != math.MaxUint16 || b.Opens[0] != math.MaxUint8 {
		t.Errorf("%+v", b)
	}
}

func TestDistinct(t *testing.T) {
	for _, n := range []int{0, 1, 2, 5, 10, 20} {
		var sum float64
		for round := range 100 {
			var set uint32
			for i := range n {
				set |= bit(uint16(i*37 + round*701))
			}
			sum += Distinct(set)
		}
		if got := sum / 100; math.Abs(got-float64(n)) > 1+float64(n)/5 {
			t.Errorf("%d different numbers are estimated at %v", n, got)
		}
	}
}
