package feature

import (
	"math"
	"testing"

	"botnetdetect/flow"
	"botnetdetect/packet"
	"botnetdetect/protocol"
)

// three packets, two of them TCP: 100 bytes there at 1 s, 40 back at 2 s, 60 UDP there at 4 s.
func example(t *testing.T, v *protocol.Vocabulary) flow.Flow {
	t.Helper()
	id := func(name string) protocol.ID {
		id, err := v.Intern(name)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	a, b := packet.MakeIPv4([4]byte{10, 0, 0, 1}), packet.MakeIPv4([4]byte{10, 0, 0, 2})
	table := flow.NewTable()
	table.Add(&packet.Packet{Time: 1e9, Seq: 1, Length: 100, Src: a, Dst: b, Protocol: id("TCP")})
	table.Add(&packet.Packet{Time: 2e9, Seq: 2, Length: 40, Src: b, Dst: a, Protocol: id("TCP")})
	table.Add(&packet.Packet{Time: 4e9, Seq: 3, Length: 60, Src: a, Dst: b, Protocol: id("UDP")})
	for f := range table.Flows() {
		return f
	}
	t.Fatal("no flow")
	return flow.Flow{}
}

func TestBlocks(t *testing.T) {
	v := protocol.NewVocabulary()
	f := func(mode Mode, i int, wantProtocol string, want Values) {
		t.Helper()
		got := Blocks(example(t, v), mode, v)[i]
		if got.Protocol != wantProtocol {
			t.Errorf("protocol %q, want %q", got.Protocol, wantProtocol)
		}
		for k := range want {
			if math.Abs(got.Values[k]-want[k]) > 1e-12 {
				t.Errorf("%s = %v, want %v", FullName(wantProtocol, k), got.Values[k], want[k])
			}
		}
	}
	ln := math.Log
	f(Aware, 0, "TCP", Values{2, 0.25, 1, 140, 70, 900, 100, 0, ln(101. / 41)})
	f(Aware, 1, "UDP", Values{1, 0, 0, 60, 60, 0, 60, ln(2), ln(61)})
	f(Agnostic, 0, AnyProtocol, Values{3, 14. / 9, 3, 200, 200. / 3, 5600. / 9, 100, ln(3. / 2), ln(161. / 41)})
}

func TestParseName(t *testing.T) {
	f := func(name, wantProtocol string, wantIndex int, ok bool) {
		t.Helper()
		protocol, i, err := ParseName(name)
		if (err == nil) != ok || ok && (protocol != wantProtocol || i != wantIndex) {
			t.Errorf("%q: %q, %d, %v", name, protocol, i, err)
		}
	}
	f("TCP#num_pkts", "TCP", NumPkts, true)
	f("_#sym_len_corr", "_", SymLenCorr, true)
	f("odd#name#duration", "odd#name", Duration, true)
	f("TCP#weight", "", 0, false)
	f("#duration", "", 0, false)
	f("duration", "", 0, false)
	f("", "", 0, false)
}
