package reason

import (
	"math"
	"slices"
	"testing"

	"botnetdetect/dataset"
	"botnetdetect/feature"
	"botnetdetect/flow"
	"botnetdetect/gbdt"
	"botnetdetect/model"
	"botnetdetect/packet"
	"botnetdetect/protocol"
)

var (
	alice = packet.MakeIPv4([4]byte{10, 0, 0, 1})
	bob   = packet.MakeIPv4([4]byte{10, 0, 0, 2})
)

// sent is a packet of the flow between alice and bob.
type sent struct {
	back   bool
	at     int64 // ms
	length uint32
	name   protocol.ID
}

// conversation returns the flow of some packets.
func conversation(packets ...sent) (f flow.Flow) {
	t := flow.NewTable()
	for i, s := range packets {
		p := packet.Packet{Src: alice, Dst: bob, Time: s.at * 1e6, Seq: int64(i), Length: s.length, Protocol: s.name}
		if s.back {
			p.Src, p.Dst = bob, alice
		}
		t.Add(&p)
	}
	for fl := range t.Flows() {
		f = fl
		f.Sums = slices.Clone(fl.Sums)
	}
	return f
}

func TestSummary(t *testing.T) {
	f := func(want string, packets ...sent) {
		t.Helper()
		fl := conversation(packets...)
		total := fl.Total()
		if got := Summary(&total); got != want {
			t.Errorf("Summary says %q, want %q", got, want)
		}
	}
	f("1 packet, 60 bytes, no reply", sent{length: 60})
	f("2 packets at one moment, 60 bytes each on average, no reply", sent{length: 60}, sent{length: 60})
	f("2 packets in 1.5 s, 80 bytes each on average, 1 one way and 1 the other",
		sent{length: 60}, sent{back: true, at: 1500, length: 100})
	f("3 packets in 2 h 5 min, 1.2 kB each on average, 2 one way and 1 the other",
		sent{length: 1200}, sent{at: 1000, length: 1200, back: true}, sent{back: true, at: 7_500_000, length: 1200})
}

func TestPhrases(t *testing.T) {
	f := func(feature int, want string, packets ...sent) {
		t.Helper()
		fl := conversation(packets...)
		total := fl.Total()
		if got := phrase(&total, feature); got != want {
			t.Errorf("feature %d is %q, want %q", feature, got, want)
		}
	}
	one := []sent{{length: 90}}
	f(feature.NumPkts, "1 packet", one...)
	f(feature.VarianceTime, "packets at one moment", one...)
	f(feature.Duration, "over in one moment", one...)
	f(feature.SumLen, "90 bytes in all", one...)
	f(feature.AvgLen, "90 bytes a packet on average", one...)
	f(feature.VarianceLen, "packets of one size", one...)
	f(feature.FirstLen, "first packet of 90 bytes", one...)
	f(feature.SymCorr, "no reply", one...)
	f(feature.SymLenCorr, "no bytes back", one...)
	some := []sent{{length: 100}, {at: 2000, length: 300}, {at: 4000, length: 200, back: true}}
	f(feature.NumPkts, "3 packets", some...)
	f(feature.VarianceTime, "packets spread over ±1.6 s", some...) // √(8/3)
	f(feature.Duration, "lasts 4 s", some...)
	f(feature.SumLen, "600 bytes in all", some...)
	f(feature.AvgLen, "200 bytes a packet on average", some...)
	f(feature.VarianceLen, "sizes vary by ±82 bytes", some...) // √(20000/3)
	f(feature.FirstLen, "first packet of 100 bytes", some...)
	f(feature.SymCorr, "2 packets one way, 1 the other", some...)
	f(feature.SymLenCorr, "400 bytes one way, 200 bytes the other", some...)
}

func TestBytes(t *testing.T) {
	f := func(x float64, want string) {
		t.Helper()
		if got := Bytes(x); got != want {
			t.Errorf("Bytes(%v) is %q, want %q", x, got, want)
		}
	}
	f(0, "0 bytes")
	f(1, "1 byte")
	f(1.25, "1.2 bytes")
	f(38.4, "38 bytes")
	f(999.4, "999 bytes")
	f(999.6, "1 kB")
	f(1840, "1.8 kB")
	f(999_499, "999 kB")
	f(999_500, "1 MB")
	f(math.MaxUint64, "18 EB")
}

func TestSeconds(t *testing.T) {
	f := func(x float64, want string) {
		t.Helper()
		if got := Seconds(x); got != want {
			t.Errorf("Seconds(%v) is %q, want %q", x, got, want)
		}
	}
	f(1e-6, "1 µs")
	f(0.00045, "450 µs")
	f(0.45, "450 ms")
	f(0.9996, "1 s")
	f(3.21, "3.2 s")
	f(59.4, "59 s")
	f(59.6, "1 min")
	f(72, "1 min 12 s")
	f(3599, "1 h")
	f(7500, "2 h 5 min")
	f(86399, "1 d")
	f(3*86400+4*3600, "3 d 4 h")
}

func TestFeature(t *testing.T) {
	f := func(name, want string) {
		t.Helper()
		if got := Feature(name); got != want {
			t.Errorf("feature %s is %q, want %q", name, got, want)
		}
	}
	f("UDP#avg_len", "UDP: average length")
	f("_#sym_corr", "balance of packets, there and back")
	f("something else", "something else")
	for i := range feature.Count {
		if Feature(feature.FullName("_", i)) == "" {
			t.Errorf("%s has no words", feature.Names[i])
		}
	}
}

func TestOdds(t *testing.T) {
	f := func(push float64, want string) {
		t.Helper()
		if got := (Reason{Push: push}).Odds(); got != want {
			t.Errorf("a push of %v is %q, want %q", push, got, want)
		}
	}
	f(0, "× 1.0")
	f(-0.01, "× 1.0")
	f(math.Log(6.2), "× 6.2")
	f(-math.Log(1.5), "÷ 1.5")
	f(math.Log(9.96), "× 10")
	f(math.Log(29), "× 29")
}

// trained returns a model that tells short flows without reply from long ones with, and
// the examples' flows.
func trained(t *testing.T, mode feature.Mode) (*model.Model, []flow.Flow, *protocol.Vocabulary) {
	t.Helper()
	v := protocol.NewVocabulary()
	odd, err := v.Intern("ODD_<UDP>") // a name that XGBoost does not take as it is
	if err != nil {
		t.Fatal(err)
	}
	set := dataset.Set{Mode: mode}
	var flows []flow.Flow
	for i := range 40 {
		length := uint32(60 + i)
		f := conversation(sent{length: length, name: odd}, sent{at: int64(100 * i), length: 60, name: odd})
		if i%2 == 0 {
			f = conversation(sent{length: length, name: protocol.TCP}, sent{at: 10, length: 900 + length, back: true, name: protocol.TCP}, sent{at: int64(i), length: 70, name: protocol.DNS})
		}
		flows = append(flows, f)
		set.Examples = append(set.Examples, dataset.Example{Botnet: i%2 == 1, Traffic: feature.Blocks(f, mode, v)})
	}
	config := gbdt.DefaultConfig()
	config.Trees = 10
	m, err := model.Train(t.Context(), set, config)
	if err != nil {
		t.Fatal(err)
	}
	return m, flows, v
}

// Base and reasons must add up to the score, whatever the mode: nothing is told twice
// and nothing left out.
func TestReasonsAddUpToScore(t *testing.T) {
	for _, mode := range []feature.Mode{feature.Aware, feature.Agnostic} {
		m, flows, v := trained(t, mode)
		for _, f := range flows {
			why, err := Of(m, f, v, nil)
			if err != nil {
				t.Fatal(err)
			}
			score, err := m.Score(feature.Blocks(f, mode, v))
			if err != nil {
				t.Fatal(err)
			}
			if got := 1 / (1 + math.Exp(-why.LogOdds())); math.Abs(got-score) > 1e-5 {
				t.Errorf("%s: reasons add up to %v, the score is %v", mode, got, score)
			}
			strongest, rest := why.Strongest(2)
			if got := why.Base + rest + pushes(strongest); math.Abs(got-why.LogOdds()) > 1e-9 {
				t.Errorf("%s: the strongest and the rest are %v, all are %v", mode, got, why.LogOdds())
			}
		}
	}
}

func pushes(reasons []Reason) (sum float64) {
	for _, r := range reasons {
		sum += r.Push
	}
	return sum
}

func TestAbsentProtocolIsOneReason(t *testing.T) {
	m, flows, v := trained(t, feature.Aware)
	for i, f := range flows {
		why, err := Of(m, f, v, nil)
		if err != nil {
			t.Fatal(err)
		}
		seen := make(map[string]bool)
		for at, r := range why.Reasons {
			if seen[r.Text] {
				t.Errorf("flow %d: %q is told twice", i, r.Text)
			}
			seen[r.Text] = true
			if r.Push == 0 || at > 0 && math.Abs(r.Push) > math.Abs(why.Reasons[at-1].Push) {
				t.Errorf("flow %d: reason %q with push %v is out of order", i, r.Text, r.Push)
			}
		}
		if udp := i%2 == 1; udp && seen["no ODD_(UDP) packets"] || !udp && seen["no TCP packets"] {
			t.Errorf("flow %d: a protocol that is there is said to be absent: %v", i, why.Reasons)
		}
	}
}
