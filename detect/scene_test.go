package detect

import (
	"slices"
	"testing"

	"botnetdetect/internal/flowtest"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/observe"
	"botnetdetect/packet"
)

// What the cohorts of a host come to is the verdict on it, of hosts whose peers are no hosts.
func TestClassIsTheVerdict(t *testing.T) {
	d := behavioural(t)
	var flows []*pcaptest.Flow
	for host, kind := range map[string]func(string, int) []*pcaptest.Flow{"10.0.0.1": gossip, "10.0.0.2": flowtest.Chat, "10.0.0.3": flowtest.Pages} {
		flows = append(flows, kind(host, 30)...)
	}
	flows = append(flows, gossip("10.0.0.4", MinPeers-1)...)
	want := make(map[packet.Endpoint]Class)
	seen := watched(flows...)
	s, err := d.Scene(seen, new(Summary), Yield{Host: func(v *HostVerdict) error {
		want[v.Host] = v.Class
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	err = d.JudgeAll(seen, new(Summary), Yield{Bare: true, Plain: true, Host: func(v *HostVerdict) error {
		if v.Class != want[v.Host] || v.Reasons != nil {
			t.Errorf("%v is %q without reasons, %q with; %v", v.Host, v.Class, want[v.Host], v.Reasons)
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	classes := make(map[Class]bool)
	for e, class := range want {
		classes[class] = true
		if got, err := s.Class(e); err != nil || got != class {
			t.Errorf("%v is %q by its cohorts (%v), %q by its flows", e, got, err, class)
		}
	}
	if !classes[HostBotnet] || !classes[TooLittle] {
		t.Errorf("only %v", classes)
	}
}

// Scores of cohorts are kept, but only until their host does something.
func TestSceneForgetsScores(t *testing.T) {
	d, host := behavioural(t), packet.MakeIPv4([4]byte{10, 0, 0, 1})
	before, more := watched(gossip("10.0.0.1", 30)...), watched(flowtest.Pages("10.0.0.1", 40)...)
	all := watched(append(gossip("10.0.0.1", 30), flowtest.Pages("10.0.0.1", 40)...)...)
	known := sceneOf(t, d, before)
	first := scores(t, known, before)
	for f := range more.Table.Flows() {
		if _, err := known.Grow(nil, &f, false); err != nil {
			t.Fatal(err)
		}
	}
	got, want := scores(t, known, all), scores(t, sceneOf(t, d, all), all)
	if !slices.Equal(got, want) || want[0] == first[0] {
		t.Errorf("as it grew, %v; want %v, before %v", got, want, first)
	}
	err := known.Renew(Deeds{Host: host, Flows: before.Table.Flows(), Named: func(packet.Endpoint) bool { return false }})
	if got := scores(t, known, before); err != nil || !slices.Equal(got, first) {
		t.Errorf("renewed, %v (%v); want %v", got, err, first)
	}
}

func sceneOf(t *testing.T, d Detector, seen observe.Observation) *Scene {
	t.Helper()
	s, err := d.Scene(seen, new(Summary), Yield{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// scores returns the scores of a capture's flows in a scene.
func scores(t *testing.T, s *Scene, seen observe.Observation) (all []float64) {
	t.Helper()
	for f := range seen.Table.Flows() {
		v, err := s.Verdict(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, v.Score)
	}
	return all
}
