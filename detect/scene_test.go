package detect

import (
	"testing"

	"botnetdetect/internal/flowtest"
	"botnetdetect/internal/pcaptest"
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
