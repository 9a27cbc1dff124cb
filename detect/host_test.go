package detect

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"botnetdetect/feature"
	"botnetdetect/flow"
	"botnetdetect/internal/flowtest"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/model"
	"botnetdetect/observe"
	"botnetdetect/packet"
	"botnetdetect/protocol"
	"botnetdetect/reason"

	gocmp "github.com/google/go-cmp/cmp"
)

// gossip is a host that asks as many strangers the same few bytes.
func gossip(host string, peers int) []*pcaptest.Flow {
	return flowtest.Gossip(host, peers, flowtest.Always)
}

func watched(flows ...*pcaptest.Flow) observe.Observation {
	return observe.Observation{Path: "a.pcap", Table: flowtest.Set(flows...)}
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
	seen := watched(append(gossip("10.0.0.1", 60), web, more)...)
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
	if got["10.0.0.1"] != "Botnet 60 UDP" || got["10.0.0.2"] != "too little evidence 0 TCP" {
		t.Errorf("%v", got)
	}
}

func TestHostsWantTheirModel(t *testing.T) {
	m, err := model.Default(feature.Aware)
	if err != nil {
		t.Fatal(err)
	}
	nothing := func(*HostVerdict) error { return nil }
	err = Detector{Model: m, Vocabulary: protocol.NewVocabulary()}.JudgeHosts(watched(), nothing)
	if err == nil || !strings.Contains(err.Error(), "--features behaviour") {
		t.Error(err)
	}
	unobserved := flowtest.Observe(flow.Options{}, slices.Values(pcaptest.Merge(gossip("10.0.0.1", 3)...)))
	if err := behavioural(t).JudgeHosts(observe.Observation{Table: unobserved}, nothing); err == nil {
		t.Error("flows without behaviour were judged")
	}
}

// TestFlowsWithinTheirHosts: the same exchange counts for what the host does beside it.
func TestFlowsWithinTheirHosts(t *testing.T) {
	score := func(peers int) (s float64) {
		var sum Summary
		err := behavioural(t).Judge(watched(gossip("10.0.0.1", peers)...), &sum, func(v *Verdict) error {
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

// TestBrowsingStaysBenign: a bot that speaks TCP with its peers makes no bot of what its host browses, though
// no DNS answer names the servers.
func TestBrowsingStaysBenign(t *testing.T) {
	seen := watched(append(flowtest.Chat("10.0.0.1", 60), flowtest.Pages("10.0.0.1", 40)...)...)
	called := make(map[bool]int) // Botnet, by whether it was a page
	err := behavioural(t).JudgeAll(seen, new(Summary), Yield{
		Flow: func(v *Verdict) error {
			if v.Host.String() != "10.0.0.1" {
				t.Errorf("the host of %v and %v is %v", v.Src, v.Dst, v.Host)
			}
			if v.Botnet {
				called[v.Protocols[0] == "TLS" || v.Bytes > 5000]++
			}
			return nil
		},
		Host: func(v *HostVerdict) error {
			if v.Class != HostBotnet || v.Peers != 60 {
				t.Errorf("%+v", v)
			}
			return nil
		},
	})
	if err != nil || called[true] != 0 || called[false] < 55 {
		t.Errorf("%d of 60 chats and %d of 40 pages are called botnet traffic (%v)", called[false], called[true], err)
	}
}

// TestPriorsChangeScoresOnly: at another prior, scores and their reasons differ, verdicts do not.
func TestPriorsChangeScoresOnly(t *testing.T) {
	d := behavioural(t)
	at, err := d.Model.AtPrior(0.001)
	if err != nil {
		t.Fatal(err)
	}
	seen := watched(append(gossip("10.0.0.1", 60), flowtest.Chat("10.0.0.2", 12)...)...)
	judge := func(d Detector) (flows []Verdict, hosts []HostVerdict) {
		err := d.JudgeAll(seen, new(Summary), Yield{
			Flow: func(v *Verdict) error {
				flows = append(flows, *v)
				flows[len(flows)-1].Behaviour = slices.Clone(v.Behaviour)
				return nil
			},
			Host: func(v *HostVerdict) error { hosts = append(hosts, *v); return nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		return flows, hosts
	}
	flows, hosts := judge(d)
	otherFlows, otherHosts := judge(Detector{Model: at, Vocabulary: d.Vocabulary})
	for i, v := range flows {
		o := otherFlows[i]
		why, err := reason.Of(at, v.Flow, d.Vocabulary, v.Behaviour)
		if err != nil || o.Botnet != v.Botnet || o.Score != at.Express(v.Score) || math.Abs(1/(1+math.Exp(-why.LogOdds()))-o.Score) > 1e-5 {
			t.Errorf("%v before, %v at another prior, for which the reasons give %v (%v)", v.Score, o.Score, why.LogOdds(), err)
		}
	}
	for i, v := range hosts {
		if o := otherHosts[i]; o.Class != v.Class || o.Score >= v.Score || o.Flows[0].Score != at.Express(v.Flows[0].Score) {
			t.Errorf("%+v before, %+v at another prior", v, o)
		}
	}
}

// TestScoresOfCohorts: judged in a row, where a cohort is scored once, each flow has the score that
// its own features have.
func TestScoresOfCohorts(t *testing.T) {
	d := behavioural(t)
	seen := watched(append(gossip("10.0.0.1", 60), flowtest.Chat("10.0.0.2", 12)...)...)
	scored := 0
	err := d.Judge(seen, new(Summary), func(v *Verdict) error {
		score, err := d.Model.ScoreBehaviour(v.Behaviour)
		if err != nil || v.Score != d.Model.Express(score) {
			t.Errorf("flow %v to %v: %v, alone %v (%v)", v.Src, v.Dst, v.Score, d.Model.Express(score), err)
		}
		if score > 0 {
			scored++
		}
		return nil
	})
	if err != nil || scored < 60 {
		t.Errorf("%d flows were scored (%v)", scored, err)
	}
}

// TestPlainVerdicts: without features the verdicts are the same.
func TestPlainVerdicts(t *testing.T) {
	lone := pcaptest.UDPFlow("10.0.0.7:1", "99.0.0.9:2").SendData(0, make([]byte, 20))
	seen := watched(append(append(gossip("10.0.0.1", 60), lone), append(flowtest.Chat("10.0.0.2", 12), flowtest.Pages("10.0.0.1", 9)...)...)...)
	verdicts := func(plain bool) (all []Verdict) {
		var sum Summary
		err := behavioural(t).JudgeAll(seen, &sum, Yield{Plain: plain, Flow: func(v *Verdict) error {
			if v.Score == 0 && plain != (v.Behaviour == nil) {
				t.Errorf("flow %v to %v, plain %v: features %v", v.Src, v.Dst, plain, v.Behaviour)
			}
			w := *v
			w.Behaviour, w.Flow = nil, flow.Flow{}
			all = append(all, w)
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if diff := gocmp.Diff(verdicts(false), verdicts(true), gocmp.Comparer(func(x, y packet.Endpoint) bool { return x == y })); diff != "" {
		t.Error(diff)
	}
}

// TestStrangersTakeNothing: of flows between endpoints that are no hosts nothing is kept.
func TestStrangersTakeNothing(t *testing.T) {
	flows := gossip("10.0.0.1", 20)
	for i := range 50 {
		flows = append(flows, pcaptest.UDPFlow(fmt.Sprintf("11.0.0.%d:1", i), fmt.Sprintf("12.0.0.%d:1", i)).Send(0, 100))
	}
	seen := watched(flows...)
	c, err := behavioural(t).court(seen, Yield{Host: func(*HostVerdict) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	for f := range seen.Table.P2P() {
		if _, err := c.flow(f); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.tallies) != 1 {
		t.Errorf("%d cohorts are kept, of one host", len(c.tallies))
	}
}
