package report

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"botnetdetect/flow"
	"botnetdetect/internal/page"
	"botnetdetect/observe"
	"botnetdetect/packet"
)

func html(t *testing.T, facts *Facts) string {
	t.Helper()
	var b bytes.Buffer
	if err := facts.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A page is one file: it refers to nothing else, and its policy names its own script.
func TestPageIsSelfContained(t *testing.T) {
	text := html(t, factsOf(t, "a.pcap", infected(3, 3), DefaultLimits()))
	from, to := strings.Index(text, `<script type="application/json"`), strings.Index(text, "<script>")
	text = text[:from] + text[to:] // without the data, which are text
	if found := regexp.MustCompile(`(?i)<link|<img|<iframe|\bsrc=|\bhref=|@import|url\(|\bfetch\(|XMLHttp|WebSocket|innerHTML|document\.write|\beval\(`).FindString(text); found != "" {
		t.Errorf("the page has %q", found)
	}
	script := regexp.MustCompile(`(?s)<script>(.*)</script>`).FindStringSubmatch(text)
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(text)
	if script == nil || style == nil {
		t.Fatal("the page has no script or no style")
	}
	plain := strings.NewReplacer("&#43;", "+", "&#39;", "'").Replace(text)
	for _, want := range []string{"default-src 'none'", "script-src '" + page.Hash(script[1]) + "'", "style-src '" + page.Hash(style[1]) + "'"} {
		if !strings.Contains(plain, want) {
			t.Errorf("the policy lacks %q", want)
		}
	}
}

// No text can end the element that the data are in.
func TestDataCannotEndTheirElement(t *testing.T) {
	facts := emptyFacts(t, DefaultLimits())
	seen := observe.Observation{Path: hostile, Table: flow.SetOf(infected(2, 2))}
	if err := facts.Add(seen); err != nil {
		t.Fatal(err)
	}
	text := html(t, facts)
	data := regexp.MustCompile(`(?s)<script type="application/json" id="data">(.*?)</script>`).FindStringSubmatch(text)
	if data == nil {
		t.Fatal("the page has no data")
	}
	var shown struct{ Captures []captureJSON }
	if err := json.Unmarshal([]byte(data[1]), &shown); err != nil {
		t.Fatal(err)
	}
	if got := shown.Captures[0].Path; got != hostile {
		t.Errorf("the capture's name is %q in the page, want %q", got, hostile)
	}
}

type reportJSON struct {
	summaryJSON
	Base  float64
	Flows []flowJSON
}

func data(t *testing.T, facts *Facts) (r reportJSON) {
	t.Helper()
	var b bytes.Buffer
	if err := facts.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestDataSaysTheFacts(t *testing.T) {
	table := infected(4, 2)
	table.Resolve(address(512)) // one swarm flow is not judged
	r := data(t, factsOf(t, "a.pcap", table, DefaultLimits()))
	want := totalsJSON{
		Captures: 1, Packets: 12345, Bytes: 6_789_000, Flows: 6, Judged: 5, Botnet: 4, Hosts: 7, Involved: 5,
		times: times{"2023-11-14T22:13:20Z", "2023-11-14T22:13:41Z"},
	}
	if r.Totals != want {
		t.Errorf("totals are %+v, want %+v", r.Totals, want)
	}
	if len(r.Unjudged) != 1 || r.Unjudged[0].Flows != 1 || r.Unjudged[0].Packets != 20 {
		t.Errorf("not judged are %+v, want the flow of the resolved address", r.Unjudged)
	}
	bot := r.Hosts[0]
	if bot.Host != "10.0.0.1" || bot.Botnet != 4 || bot.Peers != 4 || bot.BotnetPeers != 4 || bot.Silent != 4 {
		t.Errorf("the first host is %+v", bot)
	}
	if last := r.Flows[4]; last.Src != "10.0.0.2" || last.PacketsThere != 11 || last.PacketsBack != 10 || last.BytesThere != 13200 {
		t.Errorf("the flow with the lowest score is %+v", last)
	}
	for _, f := range r.Flows {
		sum := r.Base + f.Rest
		for _, reason := range f.Reasons {
			sum += reason.Push
		}
		if score := 1 / (1 + math.Exp(-sum)); math.Abs(score-f.Score) > 1e-5 {
			t.Errorf("%s to %s: reasons add up to a score of %v, not %v", f.Src, f.Dst, score, f.Score)
		}
	}
}

// What a capture holds beside whole, timed packets is counted, in kinds.
func TestDataCountsWhatIsOdd(t *testing.T) {
	facts := emptyFacts(t, DefaultLimits())
	seen := observe.Observation{Path: "odd.pcap", Table: flow.SetOf(infected(1, 1))}
	seen.Stats.Outcomes[packet.UnsupportedLink] = 3
	seen.Stats.Outcomes[packet.NoEndpoints] = 4
	seen.Stats.Outcomes[packet.CutHeader] = 5
	seen.Stats.Outcomes[packet.BadHeader] = 6
	seen.Stats.Capture.Orphans, seen.Stats.Capture.Untimed, seen.Stats.Capture.BadTimes = 7, 8, 9
	seen.Stats.LostAnswers = 10
	if err := facts.Add(seen); err != nil {
		t.Fatal(err)
	}
	r := data(t, facts)
	if want := (cautionJSON{CutHeaders: 5, BadHeaders: 6, BadTimes: 17, LostAnswers: 10}); r.Caution != want {
		t.Errorf("judged with less trust are %+v, want %+v", r.Caution, want)
	}
	counts := make(map[string]uint64)
	for _, u := range r.Unjudged {
		counts[u.Why] = u.Packets
	}
	if counts["unsupported link type"] != 3 || counts["no endpoints"] != 4 || counts["of an interface that the capture never describes"] != 7 || len(counts) != 3 {
		t.Errorf("not judged are %v", counts)
	}
}

// Limits leave out the lowest scores, say how many, and change no total.
func TestLimitsKeepTheHighestScores(t *testing.T) {
	all := data(t, factsOf(t, "a.pcap", infected(40, 60), DefaultLimits()))
	some := data(t, factsOf(t, "a.pcap", infected(40, 60), Limits{Flows: 30, Reasons: 10, Hosts: 5}))
	if some.Totals != all.Totals {
		t.Errorf("limits change totals from %+v to %+v", all.Totals, some.Totals)
	}
	if want := (leftOutJSON{Flows: 70, Hosts: 97, Reasons: 20}); some.LeftOut != want {
		t.Errorf("left out are %+v, want %+v", some.LeftOut, want)
	}
	if len(some.Flows) != 30 || len(some.Hosts) != 5 {
		t.Fatalf("%d flows and %d hosts are listed, want 30 and 5", len(some.Flows), len(some.Hosts))
	}
	for i, f := range some.Flows {
		if f.Src != all.Flows[i].Src || f.Dst != all.Flows[i].Dst {
			t.Errorf("flow %d is %s to %s, with all listed it is %s to %s", i, f.Src, f.Dst, all.Flows[i].Src, all.Flows[i].Dst)
		}
		if explained := len(f.Reasons) > 0; explained != (i < 10) {
			t.Errorf("flow %d has reasons: %v", i, explained)
		}
	}
}

func TestFactsOverCaptures(t *testing.T) {
	facts := emptyFacts(t, DefaultLimits())
	for _, path := range []string{"a.pcap", "b.pcap"} {
		if err := facts.Add(observe.Observation{Path: path, Table: flow.SetOf(infected(3, 3))}); err != nil {
			t.Fatal(err)
		}
	}
	r := data(t, facts)
	if bot := r.Hosts[0]; bot.Flows != 6 || bot.Peers != 3 || bot.BotnetPeers != 3 {
		t.Errorf("a host with the same peers in two captures is %+v, want 6 flows with 3 peers", bot)
	}
	if r.Totals.Captures != 2 || len(r.Captures) != 2 || r.Captures[1].Botnet != 3 {
		t.Errorf("captures are %+v", r.Captures)
	}
}

// naiveTimeline counts, for each bin, the flows that overlap it, one by one.
func naiveTimeline(first, last []int64, start int64, width int64, bins int) []int {
	counts := make([]int, bins)
	for b := range counts {
		from, to := start+int64(b)*width, start+int64(b+1)*width
		for i := range first {
			if first[i] < to && last[i] >= from {
				counts[b]++
			}
		}
	}
	return counts
}

func TestActivityAgainstNaiveTwin(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 0))
	for _, scale := range []int64{1e6, 1e9, 1e12, 1e15} {
		var a activity
		var first, last []int64
		for range 200 {
			from := r.Int64N(1000*scale) - 300*scale
			to := from + r.Int64N(100*scale)
			first, last = append(first, from), append(last, to)
			a.add(from, to, true)
		}
		line := a.timeline()
		start, err := time.Parse(time.RFC3339Nano, line.Start)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(line.Botnet); n > maxBins || n < 2 {
			t.Errorf("scale %d: %d bins", scale, n)
		}
		want := naiveTimeline(first, last, start.UnixNano(), int64(math.Round(line.Width*1e9)), len(line.Botnet))
		for b := range want {
			if line.Botnet[b] != want[b] || line.Benign[b] != 0 {
				t.Fatalf("scale %d, bin %d: %d flows under way, want %d", scale, b, line.Botnet[b], want[b])
			}
		}
	}
}

func TestActivityOfAllTime(t *testing.T) {
	var a activity
	a.add(math.MinInt64, math.MinInt64, false)
	a.add(math.MaxInt64, math.MaxInt64, true)
	if line := a.timeline(); len(line.Botnet) > maxBins || line.Benign[0] != 1 || line.Botnet[len(line.Botnet)-1] != 1 {
		t.Errorf("from the first to the last time there is: %d bins", len(line.Botnet))
	}
}

func TestHostWithItself(t *testing.T) {
	table := flow.NewTable()
	bot(table, address(7), address(7), 0)
	r := data(t, factsOf(t, "a.pcap", table, DefaultLimits()))
	if len(r.Hosts) != 1 || r.Hosts[0].Flows != 1 || r.Hosts[0].Peers != 1 || r.Hosts[0].Silent != 0 {
		t.Errorf("a host that speaks with itself is %+v", r.Hosts)
	}
}

func TestEndpointsAreNumberedInOrder(t *testing.T) {
	facts := factsOf(t, "a.pcap", infected(12, 12), DefaultLimits())
	if err := facts.finish(); err != nil {
		t.Fatal(err)
	}
	c := facts.columns()
	var before packet.Endpoint
	for _, text := range c.Endpoints {
		e, err := packet.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if before.Compare(e) >= 0 {
			t.Errorf("%v is numbered before %v", before, e)
		}
		before = e
	}
}
