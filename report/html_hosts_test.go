package report

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"botnetdetect/detect"
	"botnetdetect/feature"
	"botnetdetect/internal/flowtest"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/model"
	"botnetdetect/observe"
	"botnetdetect/packet"
	"botnetdetect/protocol"
)

// infectedHost are facts of mode behaviour: a bot that is browsed from, a host that only
// browses, and the bot again in a capture that is too short for a verdict.
func infectedHost(t testing.TB) *Facts {
	t.Helper()
	m, err := model.Default(feature.Behavioural)
	if err != nil {
		t.Fatal(err)
	}
	about := About{Tool: "botnetdetect test", Time: time.Unix(1_700_000_000, 0).UTC(), Origin: hostile}
	facts := NewFacts(about, detect.Detector{Model: m, Vocabulary: protocol.NewVocabulary()}, DefaultLimits())
	day := append(flowtest.Gossip("10.0.0.1", 60, flowtest.Always), flowtest.Pages("10.0.0.1", 20)...)
	day = append(day, flowtest.Pages("10.0.0.2", 20)...)
	for i, flows := range [][]*pcaptest.Flow{flowtest.Gossip("10.0.0.1", 3, flowtest.Always), day} {
		seen := observe.Observation{Path: []string{"minute.pcap", "day.pcap"}[i], Table: flowtest.Set(flows...)}
		if err := facts.Add(seen); err != nil {
			t.Fatal(err)
		}
	}
	return facts
}

// TestReportJudgesHostsAsPredictDoes: the gravest verdict of all captures comes first, as
// predict --hosts writes it; pages that the bot's host fetches are no botnet traffic.
func TestReportJudgesHostsAsPredictDoes(t *testing.T) {
	facts := infectedHost(t)
	r := data(t, facts)
	bot, other := r.Hosts[0], r.Hosts[1]
	if bot.Host != "10.0.0.1" || bot.Verdict == nil || bot.Verdict.Verdict != detect.HostBotnet || bot.Verdict.Capture != "day.pcap" {
		t.Fatalf("the first host is %+v", bot)
	}
	if bot.Verdicts[detect.HostBotnet] != 1 || bot.Verdicts[detect.TooLittle] != 1 {
		t.Errorf("verdicts in captures: %v", bot.Verdicts)
	}
	if other.Host != "10.0.0.2" || other.Verdict == nil || other.Verdict.Verdict != detect.TooLittle || r.Hosts[2].Verdict != nil {
		t.Errorf("after it come %+v and %+v", other, r.Hosts[2])
	}
	if r.Totals.BotnetHosts != 1 || r.Totals.BenignHosts != 0 || r.Totals.TooLittleHosts != 1 || facts.HostVerdicts()[detect.HostBotnet] != 1 {
		t.Errorf("totals are %+v", r.Totals)
	}
	for _, f := range r.Flows {
		if page := f.Protocols[0] == "TCP" || strings.HasPrefix(f.Protocols[0], "TLS"); page && f.Verdict != "Benign" || f.Host == "" {
			t.Errorf("%s to %s, host %q: %s %v", f.Src, f.Dst, f.Host, f.Verdict, f.Protocols)
		}
	}
	var line strings.Builder
	if err := WriteHost(&line, facts.hosts.ranked(1)[0].gravest); err != nil {
		t.Fatal(err)
	}
	if inReport, err := json.Marshal(bot.Verdict); err != nil || string(inReport)+"\n" != line.String() {
		t.Errorf("the report says %s, predict %s (%v)", inReport, line.String(), err)
	}
}

// TestReportWithoutHosts: models of pairs say nothing of hosts.
func TestReportWithoutHosts(t *testing.T) {
	facts := factsOf(t, "a.pcap", infected(3, 3), DefaultLimits())
	r := data(t, facts)
	if r.Hosts[0].Verdict != nil || r.Totals.BotnetHosts != 0 || r.Flows[0].Host != "" || len(facts.HostVerdicts()) != 0 {
		t.Errorf("%+v", r.Hosts[0])
	}
}

// TestPairsAreBounded: beyond the bound, a pair's endpoints count as peers in each capture anew.
func TestPairsAreBounded(t *testing.T) {
	h := newHosts()
	for i := range maxPairs {
		h.pairs[[2]packet.Endpoint{address(i), address(i)}] = false
	}
	for range 2 {
		h.add(&judged{Verdict: detect.Verdict{Src: address(1), Dst: address(1 << 22), Botnet: true}})
		h.add(&judged{Verdict: detect.Verdict{Src: address(7), Dst: address(7), Botnet: true}})
	}
	if x := h.all[address(1)]; x.peers != 2 || x.botnetPeers != 2 || h.beyond != 2 || len(h.pairs) != maxPairs {
		t.Errorf("%+v, %d pairs, %d beyond", x, len(h.pairs), h.beyond)
	}
	if x := h.all[address(7)]; x.peers != 0 || x.botnetPeers != 1 {
		t.Errorf("a pair that is noted: %+v", x)
	}
}
