package evaluate

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"botnetdetect/dataset"
	"botnetdetect/feature"
	"botnetdetect/gbdt"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/observe"
	"botnetdetect/packet"
	"botnetdetect/protocol"

	"github.com/google/go-cmp/cmp"
)

// talk is a capture in which a host sends one packet a second to each of three peers.
func talk(t *testing.T, name string) string {
	var flows []*pcaptest.Flow
	for peer := range 3 {
		f := pcaptest.UDPFlow("10.0.0.1:5000", fmt.Sprintf("10.0.1.%d:6000", peer+1))
		for i := range 20 {
			f.Send(time.Duration(i)*time.Second, 200)
		}
		flows = append(flows, f)
	}
	return pcaptest.WriteFile(t, name, pcaptest.Pcap(pcaptest.Merge(flows...)...))
}

func packets(t *testing.T, path string, a alteration) (seen []packet.Packet) {
	t.Helper()
	err := sift(t.Context(), path, a, 0, func(p *packet.Packet, _ []packet.Endpoint) { seen = append(seen, *p) })
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

func TestSift(t *testing.T) {
	path := talk(t, "a.pcap")
	f := func(a alteration, want int) {
		t.Helper()
		if got := len(packets(t, path, a)); got != want {
			t.Errorf("%+v: %d packets, want %d", a, got, want)
		}
	}
	f(alteration{}, 60)
	f(alteration{packets: 5}, 15)
	f(alteration{packets: 100}, 60)
	f(alteration{span: 4 * time.Second}, 15) // at 0, 1, 2, 3 and 4 s
	f(alteration{packets: 3, span: 4 * time.Second}, 9)
	f(alteration{loss: 1}, 0)
	f(alteration{snap: 60}, 60)
	f(alteration{snap: 10}, 0) // not even the Ethernet header
	lossy := len(packets(t, path, alteration{loss: 0.5, seed: 1}))
	if lossy < 15 || lossy > 45 {
		t.Errorf("half lost leaves %d of 60 packets", lossy)
	}
	if again := len(packets(t, path, alteration{loss: 0.5, seed: 1})); again != lossy {
		t.Errorf("the same seed leaves %d packets, then %d", lossy, again)
	}
}

func TestSiftJitters(t *testing.T) {
	path := talk(t, "a.pcap")
	plain, moved := packets(t, path, alteration{}), packets(t, path, alteration{jitter: time.Millisecond, seed: 3})
	changed := 0
	for i := range plain {
		by := time.Duration(moved[i].Time - plain[i].Time)
		if by > time.Millisecond || by < -time.Millisecond {
			t.Errorf("packet %d is moved by %v", i, by)
		}
		if by != 0 {
			changed++
		}
		if moved[i].Length != plain[i].Length {
			t.Errorf("packet %d: length %d, was %d", i, moved[i].Length, plain[i].Length)
		}
	}
	if changed < 55 {
		t.Errorf("only %d of 60 packets are moved", changed)
	}
}

// Unaltered, sifting sees what observing sees, on real captures.
func TestSiftSeesWhatObserveSees(t *testing.T) {
	paths, _ := dataset.Scan([]string{pcaptest.Shared(t, "data", "Botnet"), pcaptest.Shared(t, "data", "Benign", "skype")})
	v := protocol.NewVocabulary()
	want, got := Builder{Vocabulary: v}, Builder{Vocabulary: v}
	for seen := range observe.All(t.Context(), paths, observe.Options{Behaviour: true, Vocabulary: v}) {
		if err := want.Add(seen); err != nil {
			t.Fatal(err)
		}
	}
	if err := siftAll(t.Context(), paths, alteration{}, 2, got.Add); err != nil {
		t.Fatal(err)
	}
	a, b := want.Corpus(), got.Corpus()
	if d := cmp.Diff(a.Flows, b.Flows); d != "" {
		t.Errorf("flows observed (-) and sifted (+):\n%s", d)
	}
	for _, name := range []string{AwareTable, AgnosticTable} {
		if d := cmp.Diff(a.Tables[name].Data, b.Tables[name].Data); d != "" {
			t.Errorf("table %s observed (-) and sifted (+):\n%s", name, d)
		}
	}
}

func TestMedianGap(t *testing.T) {
	f := func(times []int64, want float32) {
		t.Helper()
		if got := medianGap(times); got != want {
			t.Errorf("%v: %v, want %v", times, got, want)
		}
	}
	f(nil, 0)
	f([]int64{5e9}, 0)
	f([]int64{5e9, 6e9}, 1)
	f([]int64{9e9, 5e9, 6e9}, 2)      // gaps 1 and 3
	f([]int64{0, 1e9, 2e9, 10e9}, 1)  // gaps 1, 1 and 8
	f([]int64{1e9, 1e9, 1e9, 4e9}, 0) // gaps 0, 0 and 3
	f([]int64{-2e9, -1e9, 5e8}, 1.25) // before 1970
	f([]int64{0, 1_500_000_000}, 1.5)
}

func TestPeerShark(t *testing.T) {
	v := protocol.NewVocabulary()
	path := talk(t, "Benign/app/a.pcap")
	b := Builder{Vocabulary: v}
	if err := b.Add(observe.Capture(t.Context(), path, observe.Options{Behaviour: true, Vocabulary: v})); err != nil {
		t.Fatal(err)
	}
	c := b.Corpus()
	if c.Absent[PeerSharkTable] == "" {
		t.Error("nothing says that PeerShark's features are not there yet")
	}
	if err := c.AddPeerShark(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	data := c.Tables[PeerSharkTable].Data.(gbdt.Dense)
	for r := range 3 {
		got := []float32{data[0][r], data[1][r], data[2][r], data[3][r]}
		if !slices.Equal(got, []float32{20, 4000, 19, 1}) {
			t.Errorf("flow %d: packets, bytes, duration, median gap: %v", r, got)
		}
	}
}

func TestPeerSharkNeedsCaptures(t *testing.T) {
	c := FromSet(dataset.Set{Mode: feature.Agnostic, Examples: []dataset.Example{{Traffic: []feature.Block{{Protocol: feature.AnyProtocol}}}}})
	if err := c.AddPeerShark(t.Context(), 1); err != nil || c.Absent[PeerSharkTable] == "" || c.Tables[PeerSharkTable] != nil {
		t.Errorf("error %v, absent %q", err, c.Absent[PeerSharkTable])
	}
}

// Cutting flows to their first packets changes what a detector of lengths of talk sees.
func TestSensitivity(t *testing.T) {
	v := protocol.NewVocabulary()
	b := Builder{Vocabulary: v}
	for i := range 8 {
		for class, sends := range map[string]int{"Benign": 200, "Botnet": 11} {
			f := pcaptest.UDPFlow(fmt.Sprintf("10.%d.0.1:5000", i), "10.0.1.1:6000")
			for n := range sends {
				f.Send(time.Duration(n)*time.Second, 200)
			}
			path := pcaptest.WriteFile(t, fmt.Sprintf("%s/app/%d.pcap", class, i), pcaptest.Pcap(f.Frames...))
			if err := b.Add(observe.Capture(t.Context(), path, observe.Options{Behaviour: true, Vocabulary: v})); err != nil {
				t.Fatal(err)
			}
		}
	}
	c := b.Corpus()
	d := Reference(AgnosticTable, gbdt.DefaultConfig())
	fit := d.Fit
	tuned := d // which chooses its threshold apart
	tuned.Fit = func(ctx context.Context, e Examples) (Trained, error) {
		trained, err := fit(ctx, e)
		threshold := trained.Threshold
		trained.Threshold, trained.Tune = 0, func(context.Context) (float64, error) { return threshold, nil }
		return trained, err
	}
	for _, d := range []Detector{d, tuned} {
		checkSensitivity(t, c, d)
	}
}

func checkSensitivity(t *testing.T, c *Corpus, d Detector) {
	t.Helper()
	audits, err := Audits(t.Context(), c, d, DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range audits {
		switch a.Name {
		case "sensitivity to truncation":
			if !a.Failed || a.Value != 0.5 { // with 10 packets, or 10 s, all look like botnets
				t.Errorf("%+v", a)
			}
		case "sensitivity to jitter", "sensitivity to snap length", "sensitivity to packet loss":
			if a.Failed {
				t.Errorf("%+v", a)
			}
		}
	}
}
