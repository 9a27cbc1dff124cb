package live

import (
	"context"
	"fmt"
	"maps"
	"testing"
	"time"

	"botnetdetect/capture"
	"botnetdetect/detect"
	"botnetdetect/feature"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/observe"
	"botnetdetect/packet"
	"botnetdetect/protocol"
)

// seekers are hosts that ask peers all over the world, most of which are silent, as bots
// do: each one asks more of them.
func seekers(hosts, peers int) (flows []*pcaptest.Flow) {
	for h := range hosts {
		for p := range peers * (h + 1) {
			f := pcaptest.UDPFlow(fmt.Sprintf("192.168.0.%d:7871", h+2), fmt.Sprintf("%d.%d.3.4:%d", 11+p%200, h, 2000+p*7))
			for i := range 12 {
				f.Send(time.Duration(p)*300*time.Millisecond+time.Duration(i)*20*time.Second, 67)
			}
			if p%5 == 0 {
				f.Reply(time.Duration(p)*300*time.Millisecond+time.Second, 120)
			}
			flows = append(flows, f)
		}
	}
	return flows
}

// judgedHosts returns what predict --hosts says of hosts.
func judgedHosts(t *testing.T, j Judge, frames []capture.Frame) map[packet.Endpoint]State {
	t.Helper()
	v := protocol.NewVocabulary()
	seen := observe.Capture(context.Background(), pcaptest.WriteFile(t, "a.pcap", pcaptest.Pcap(frames...)), observe.Options{Vocabulary: v, Behaviour: true})
	defer seen.Table.Close()
	states := map[detect.Class]State{detect.HostBotnet: Botnet, detect.HostBenign: Benign, detect.TooLittle: Insufficient}
	all := make(map[packet.Endpoint]State)
	err := detect.Detector{Model: j.Model, Vocabulary: v}.JudgeHosts(seen, func(v *detect.HostVerdict) error {
		all[v.Host] = states[v.Class]
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// In mode behaviour, windows that cover a capture say of hosts what predict --hosts says, and
// alerts are about those that it calls Botnet.
func TestHostsAreThoseOfPredict(t *testing.T) {
	frames := pcaptest.Merge(seekers(4, 4)...) // of 4, 8, 12 and 16 peers
	for _, threshold := range []float64{0, 0.2, 1} {
		j := Judge{Model: modelOf(t, feature.Behavioural, threshold)}
		got, _ := replay(t, Config{Window: time.Hour}, j, frames)
		want := judgedHosts(t, j, frames)
		said, alerted := make(map[packet.Endpoint]State), make(map[packet.Endpoint]bool)
		for _, h := range got.slides[len(got.slides)-1].Hosts {
			if _, ok := want[h.Host]; ok {
				said[h.Host] = h.State
			} else if h.State != Insufficient {
				t.Errorf("%v, of which predict says nothing, is %v", h.Host, h.State)
			}
		}
		if !maps.Equal(said, want) {
			t.Errorf("threshold %v: live says %v, predict %v", threshold, said, want)
		}
		for _, a := range got.alerts {
			alerted[a.Host] = true
			if want[a.Host] != Botnet || a.State != Botnet || len(a.Flows) == 0 || len(a.Flows[0].Reasons) == 0 {
				t.Errorf("threshold %v: alert %+v; predict says %v", threshold, a, want[a.Host])
			}
		}
		for host, state := range want {
			if state == Botnet && !alerted[host] {
				t.Errorf("threshold %v: no alert on %v", threshold, host)
			}
		}
	}
}

// A model that wants other features than windows have cannot come while watching goes on.
func TestReloadOfAnotherMode(t *testing.T) {
	e, err := New(Config{Vocabulary: protocol.NewVocabulary()}, botnet(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Reload(Judge{Model: modelOf(t, feature.Behavioural, 0)}); err == nil {
		t.Error("that is no error")
	}
	if err := e.Reload(Judge{Model: modelOf(t, feature.Agnostic, 0)}); err != nil {
		t.Error(err)
	}
}
