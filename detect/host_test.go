package detect

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"botnetdetect/feature"
	"botnetdetect/flow"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/model"
	"botnetdetect/observe"
	"botnetdetect/packet"
	"botnetdetect/protocol"
)

// gossip is a host that asks as many strangers the same few bytes.
func gossip(host string, peers int) (flows []*pcaptest.Flow) {
	for i := range peers {
		f := pcaptest.UDPFlow(host+":4000", fmt.Sprintf("%d.%d.1.1:5000", 20+i%50, i))
		for round := range 3 {
			f.SendData(time.Duration(i+60*round)*time.Second, make([]byte, 20)).ReplyData(time.Duration(i+60*round)*time.Second, make([]byte, 300))
		}
		flows = append(flows, f)
	}
	return flows
}

func watched(behaviour bool, flows ...*pcaptest.Flow) observe.Observation {
	table := flow.NewTableWith(flow.Options{Behaviour: behaviour})
	namer := packet.NewNamer()
	frames := pcaptest.Merge(flows...)
	for i := range frames {
		var p packet.Packet
		packet.Decode(&frames[i], &p)
		namer.Name(&p)
		table.Add(&p)
	}
	return observe.Observation{Path: "a.pcap", Table: flow.SetOf(table)}
}

func behavioural(t *testing.T) Detector {
	t.Helper()
	m, err := model.Default(feature.Behavioural)
	if err != nil {
		t.Fatal(err)
	}
	return Detector{Model: m, Vocabulary: protocol.NewVocabulary()}
}

func TestHosts(t *testing.T) {
	web := pcaptest.TCPFlow("10.0.0.2:1", "99.0.0.1:80").Handshake(0).SendData(time.Second, make([]byte, 300)).ReplyData(time.Second, make([]byte, 1400))
	more := pcaptest.TCPFlow("10.0.0.2:2", "99.0.0.2:80").Handshake(0).SendData(time.Second, make([]byte, 200)).ReplyData(time.Second, make([]byte, 1300))
	seen := watched(true, append(gossip("10.0.0.1", 60), web, more)...)
	got := make(map[string]string)
	err := behavioural(t).JudgeHosts(seen, func(v *HostVerdict) error {
		got[v.Host.String()] = fmt.Sprint(v.Class, " ", v.Peers, " ", v.Manner)
		if v.Class == HostBotnet && (len(v.Reasons) == 0 || len(v.Flows) != maxCarriers || v.Flows[0].Score < v.Flows[9].Score || v.Capture != "a.pcap") {
			t.Errorf("%+v", v)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got["10.0.0.1"] != "Botnet 60 UDP" || got["10.0.0.2"] != "too little evidence 2 TCP" {
		t.Errorf("%v", got)
	}
}

func TestHostsWantTheirModel(t *testing.T) {
	m, err := model.Default(feature.Aware)
	if err != nil {
		t.Fatal(err)
	}
	nothing := func(*HostVerdict) error { return nil }
	err = Detector{Model: m, Vocabulary: protocol.NewVocabulary()}.JudgeHosts(watched(true), nothing)
	if err == nil || !strings.Contains(err.Error(), "--features behaviour") {
		t.Error(err)
	}
	if err := behavioural(t).JudgeHosts(watched(false, gossip("10.0.0.1", 3)...), nothing); err == nil {
		t.Error("flows without behaviour were judged")
	}
}

// TestFlowsWithinTheirHosts: the same exchange counts for what the host does beside it.
func TestFlowsWithinTheirHosts(t *testing.T) {
	score := func(peers int) (s float64) {
		var sum Summary
		err := behavioural(t).Judge(watched(true, gossip("10.0.0.1", peers)...), &sum, func(v *Verdict) error {
			s = max(s, v.Score)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if few, many := score(2), score(100); few >= many {
		t.Errorf("score %v with 2 peers, %v with 100", few, many)
	}
}
