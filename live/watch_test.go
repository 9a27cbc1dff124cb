package live

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"botnetdetect/allow"
	"botnetdetect/capture"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/protocol"
)

// fed is a source with the system's clock, whose frames come from a channel.
type fed chan capture.Frame

func (f fed) Lanes() []Lane        { return []Lane{f} }
func (f fed) OwnClock() bool       { return false }
func (f fed) Counts() SourceCounts { return SourceCounts{} }

func (f fed) Next(to *capture.Frame) error {
	select {
	case frame, more := <-f:
		if !more {
			return io.EOF
		}
		*to = frame
		return nil
	case <-time.After(time.Millisecond):
		return capture.ErrIdle
	}
}

// botnet calls every flow Botnet.
func botnet(t testing.TB) Judge { return Judge{Model: testModel(t, 0), Origin: "test"} }

// A host is announced once, then each time its peers have doubled, and when all is over.
func TestAlertsAreNotRepeated(t *testing.T) {
	var flows []*pcaptest.Flow
	for p := range 9 { // one peer more each 20 s, each for a minute
		f := pcaptest.UDPFlow("192.168.0.2:7871", fmt.Sprintf("198.51.100.%d:7871", p))
		for i := range 30 {
			f.Send(time.Duration(p)*20*time.Second+time.Duration(i)*2*time.Second, 67)
		}
		flows = append(flows, f)
	}
	later := pcaptest.UDPFlow("203.0.113.1:1", "203.0.113.2:2") // time goes on
	for range 2 * confirmations {
		later.Send(3*time.Hour, 67)
	}
	flows = append(flows, later)
	got, stats := replay(t, Config{}, botnet(t), pcaptest.Merge(flows...))
	var said []string
	for _, a := range got.alerts {
		if a.Host.String() == "192.168.0.2" {
			said = append(said, fmt.Sprintf("%v %d", a.Change, a.BotnetPeers))
		}
	}
	if want := "[new 2 revised 4 revised 8 expired 0]"; fmt.Sprint(said) != want {
		t.Errorf("said %v, want %s", said, want)
	}
	if stats.Alerts != int64(len(got.alerts)) || got.alerts[0].ID != got.alerts[1].ID {
		t.Errorf("%d alerts counted, %d said; IDs %s, %s", stats.Alerts, len(got.alerts), got.alerts[0].ID, got.alerts[1].ID)
	}
}

func TestAlertsNameTheirEvidence(t *testing.T) {
	got, _ := replay(t, Config{Name: "eth0"}, botnet(t), pcaptest.Merge(bot("192.168.0.2", 20, 12, 0, time.Second)...))
	if len(got.alerts) == 0 {
		t.Fatal("no alert")
	}
	a := got.alerts[len(got.alerts)-1]
	if a.Host.String() != "192.168.0.2" || a.BotnetPeers != 20 || len(a.Flows) != MaxEvidence || a.State != Botnet || a.Model.Origin != "test" || len(a.Model.Digest) != 16 {
		t.Fatalf("%+v", a)
	}
	for _, v := range a.Flows {
		if len(v.Reasons) == 0 || v.Summary == "" || v.Capture != "eth0" || len(v.CommunityIDs) != 1 || v.Tuples[0].SrcPort != 7871 || v.Tuples[0].Protocol != 17 {
			t.Errorf("%+v", v)
		}
	}
}

// What is only sent to a host is no evidence against it, and a host outside is none of ours.
func TestWhoIsMeant(t *testing.T) {
	f := func(what string, want string, flows ...*pcaptest.Flow) {
		t.Helper()
		got, _ := replay(t, Config{Enough: Enough{Peers: 1}}, botnet(t), pcaptest.Merge(flows...))
		hosts := make(map[string]bool)
		for _, a := range got.alerts {
			hosts[a.Host.String()] = true
		}
		if want == "" && len(hosts) > 0 || want != "" && (len(hosts) != 1 || !hosts[want]) {
			t.Errorf("%s: alerts about %v, want %q", what, hosts, want)
		}
	}
	f("a host that is scanned", "", bot("198.51.200.1", 0, 0, 0, 0)...)
	scan := pcaptest.UDPFlow("198.51.200.1:1", "192.168.0.2:2")
	for i := range 12 {
		scan.Send(time.Duration(i)*time.Second, 67)
	}
	f("a host that only receives", "", scan)
	f("a host that answers", "192.168.0.2", scan.Reply(13*time.Second, 67))
	f("a host of many peers among outsiders", "203.0.113.9", bot("203.0.113.9", 5, 12, 0, time.Second)...)
}

// One botnet flow may be the model's mistake; two peers are an alert.
func TestOnePeerIsNotEnough(t *testing.T) {
	for peers := range 3 {
		got, _ := replay(t, Config{}, botnet(t), pcaptest.Merge(bot("192.168.0.2", peers, 12, 0, time.Second)...))
		if alerted := len(got.alerts) > 0; alerted != (peers >= DefaultPeers) {
			t.Errorf("%d peers: %d alerts", peers, len(got.alerts))
		}
	}
}

func TestAllowedFlowsAreLeftAlone(t *testing.T) {
	list, err := allow.Parse([]string{"198.51.0.0/16"})
	if err != nil {
		t.Fatal(err)
	}
	j := botnet(t)
	j.Allow = list
	got, _ := replay(t, Config{}, j, pcaptest.Merge(bot("192.168.0.2", 5, 12, 0, time.Second)...))
	if len(got.alerts)+len(got.verdicts) > 0 || got.slides[len(got.slides)-1].Allowed != 5 {
		t.Errorf("%d alerts, %d verdicts, %d allowed", len(got.alerts), len(got.verdicts), got.slides[len(got.slides)-1].Allowed)
	}
}

// A name lives for its TTL, and at least as long as a window; then its flows are judged.
func TestNamesLive(t *testing.T) {
	c := Config{Window: 10 * time.Second, Slide: time.Second, Long: 20 * time.Second, Enough: Enough{Packets: 2, Peers: 1}}
	f := func(what string, at time.Duration, want bool) {
		t.Helper()
		dns := pcaptest.UDPFlow("192.168.0.2:5000", "10.0.0.53:53").ReplyData(0, pcaptest.DNSResponse(1, "a.example.", "198.51.100.1"))
		late := pcaptest.UDPFlow("192.168.0.2:1", "198.51.100.1:2").Send(at, 67).Send(at+time.Millisecond, 67)
		clock := pcaptest.UDPFlow("203.0.113.1:1", "203.0.113.2:2")
		for s := range 200 {
			clock.Send(time.Duration(s)*time.Second, 67)
		}
		got, _ := replay(t, c, botnet(t), pcaptest.Merge(dns, late, clock))
		judged := false
		for _, v := range got.verdicts {
			judged = judged || v.Dst.String() == "198.51.100.1" || v.Src.String() == "198.51.100.1"
		}
		if judged != want {
			t.Errorf("%s: judged %v, want %v", what, judged, want)
		}
	}
	f("at once", time.Second, false)
	f("within its TTL of 60 s", 55*time.Second, false)
	f("after it", 100*time.Second, true)
}

// One packet from the far future moves no window.
func TestALyingPacketMovesNothing(t *testing.T) {
	flows := bot("192.168.0.2", 3, 12, 0, time.Second)
	frames := pcaptest.Merge(flows...)
	lie := frames[5]
	lie.Time += int64(100 * 24 * time.Hour)
	frames = append(frames[:6:6], append([]capture.Frame{lie}, frames[6:]...)...)
	got, stats := replay(t, Config{}, botnet(t), frames)
	for _, a := range got.alerts {
		if a.Change == Expired {
			t.Errorf("%v has expired", a.Host)
		}
	}
	if stats.Packets != int64(len(frames)) || stats.Jumps != 0 {
		t.Errorf("%d packets of %d, %d jumps", stats.Packets, len(frames), stats.Jumps)
	}
}

// In a flood from random sources memory stays within its ceiling, what says least goes, and
// what stands, stands.
func TestMemoryHasACeiling(t *testing.T) {
	const flood = 120_000
	frames := pcaptest.Merge(bot("192.168.0.2", 5, 12, 0, time.Second)...)
	end := frames[len(frames)-1].Time
	for i := range flood {
		f := pcaptest.Frame(0, pcaptest.UDP(fmt.Sprintf("100.%d.%d.%d:1", 128+i>>16, i>>8&255, i&255), "192.168.0.3:2", nil))
		f.Time = end + int64(i)*1e5
		frames = append(frames, f)
	}
	c := Config{Memory: leastMemory}
	got, stats := replay(t, c, botnet(t), frames)
	if stats.Memory > c.Memory {
		t.Errorf("windows take %d bytes of %d", stats.Memory, c.Memory)
	}
	if stats.Evicted+stats.Shed == 0 || stats.Packets != int64(len(frames)) {
		t.Errorf("%d flows evicted, %d packets shed, of %d", stats.Evicted, stats.Shed, stats.Packets)
	}
	last := got.alerts[len(got.alerts)-1]
	if last.Host.String() != "192.168.0.2" || last.State != Botnet || last.BotnetPeers != 5 {
		t.Errorf("the alert that stood: %+v", last.HostState)
	}
}

// A model that is replaced judges what is in the windows, and no packet is lost.
func TestReload(t *testing.T) {
	j := Judge{Model: testModel(t, 1), Origin: "blind"}
	e, err := New(Config{Vocabulary: protocol.NewVocabulary()}, j)
	if err != nil {
		t.Fatal(err)
	}
	alerts := make(chan Alert, 100)
	e.Subscribe(Handler{Alert: func(a *Alert) { alerts <- *a }})
	source, ended := make(fed), make(chan error)
	go func() { ended <- e.Run(context.Background(), source) }()
	frames := pcaptest.Merge(bot("192.168.0.2", 3, 12, 0, time.Second)...)
	for _, f := range frames {
		source <- f
	}
	for e.Stats().Packets < int64(len(frames)) {
		time.Sleep(time.Millisecond)
	}
	select {
	case a := <-alerts:
		t.Fatalf("an alert before: %+v", a)
	default:
	}
	if err := e.Reload(botnet(t)); err != nil {
		t.Fatal(err)
	}
	if a := <-alerts; a.Host.String() != "192.168.0.2" || a.Model.Origin != "test" {
		t.Errorf("%+v", a)
	}
	source <- frames[0]
	close(source)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if s := e.Stats(); s.Packets != int64(len(frames))+1 || s.Reloads != 1 {
		t.Errorf("%d packets of %d, %d reloads", s.Packets, len(frames)+1, s.Reloads)
	}
	if err := e.Reload(Judge{}); err == nil {
		t.Error("no model is a judge")
	}
}

// What had come when watching is ended is still read; what comes after is not.
func TestStopReadsWhatHadCome(t *testing.T) {
	e, err := New(Config{Vocabulary: protocol.NewVocabulary()}, botnet(t))
	if err != nil {
		t.Fatal(err)
	}
	frames := pcaptest.Merge(bot("192.168.0.2", 3, 100, 0, time.Second)...)
	source := make(fed, len(frames)+2)
	for _, f := range frames {
		source <- f
	}
	later := frames[0]
	later.Time = time.Now().Add(time.Hour).UnixNano()
	source <- later
	source <- later
	w, err := newWatch(e, source)
	if err != nil {
		t.Fatal(err)
	}
	w.watchers[0].left = time.Hour
	w.stop.Store(true)
	w.start()
	n := 0
	for tick := range w.ticks {
		n += int(tick.counts.packets)
	}
	if n != len(frames)+1 { // it is the first later one that says so
		t.Errorf("%d packets; want %d", n, len(frames)+1)
	}
}

// A handler that is slow holds up judging, but not packets.
func TestSlowHandlersLoseNothing(t *testing.T) {
	e, err := New(Config{Vocabulary: protocol.NewVocabulary()}, botnet(t))
	if err != nil {
		t.Fatal(err)
	}
	entered, release := make(chan bool, 1), make(chan bool)
	e.Subscribe(Handler{Alert: func(*Alert) {
		select {
		case entered <- true:
			<-release
		default:
		}
	}})
	source, ended := make(fed), make(chan error)
	go func() { ended <- e.Run(context.Background(), source) }()
	frames := pcaptest.Merge(bot("192.168.0.2", 3, 12, 0, time.Second)...)
	for _, f := range frames {
		source <- f
	}
	<-entered
	for range 100 { // the handler hangs, and packets are taken
		for _, f := range frames {
			source <- f
		}
	}
	close(release)
	close(source)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if got, want := e.Stats().Packets, int64(101*len(frames)); got != want {
		t.Errorf("%d packets of %d", got, want)
	}
}

// When the context is done, the last window is judged.
func TestStopJudgesTheLastWindow(t *testing.T) {
	e, err := New(Config{Vocabulary: protocol.NewVocabulary(), Enough: Enough{Peers: 1}}, botnet(t))
	if err != nil {
		t.Fatal(err)
	}
	h := new(heard)
	e.Subscribe(h.handler())
	ctx, cancel := context.WithCancel(context.Background())
	source, ended := make(fed), make(chan error)
	go func() { ended <- e.Run(ctx, source) }()
	source <- pcaptest.Merge(bot("192.168.0.2", 1, 1, 0, time.Second)...)[0]
	source <- pcaptest.Merge(bot("192.168.0.2", 1, 1, 0, time.Second)...)[0] // taken: so the first was counted
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if len(h.verdicts) != 1 || h.verdicts[0].Change != Last || len(h.alerts) != 1 {
		t.Errorf("%d verdicts, %d alerts: %+v", len(h.verdicts), len(h.alerts), h.verdicts)
	}
}

// pipe is a stream that says nothing more after what it has, and ends when ctx does.
type pipe struct {
	ctx  context.Context
	what *bytes.Reader
}

func (p pipe) Read(b []byte) (int, error) {
	if p.what.Len() > 0 {
		return p.what.Read(b)
	}
	<-p.ctx.Done()
	return 0, p.ctx.Err()
}

// A stream may be left at any time: what it brought is judged, and that it ended is no error.
func TestStopWatchingAStream(t *testing.T) {
	e, err := New(Config{Vocabulary: protocol.NewVocabulary()}, botnet(t))
	if err != nil {
		t.Fatal(err)
	}
	h := new(heard)
	e.Subscribe(h.handler())
	ctx, cancel := context.WithCancel(t.Context())
	r, err := capture.NewReader(pipe{ctx, bytes.NewReader(pcaptest.Pcap(pcaptest.Merge(bot("192.168.0.2", 1, 1, 0, time.Second)...)...))})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- e.Run(ctx, NewStream(r)) }()
	for e.Stats().Packets == 0 && t.Context().Err() == nil {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if len(h.verdicts) != 1 || h.verdicts[0].Change != Last {
		t.Errorf("%+v", h.verdicts)
	}
}

func TestConfig(t *testing.T) {
	f := func(c Config, j Judge) {
		t.Helper()
		if _, err := New(c, j); err == nil {
			t.Errorf("%+v is no error", c)
		}
	}
	v := protocol.NewVocabulary()
	f(Config{}, botnet(t))
	f(Config{Vocabulary: v}, Judge{})
	f(Config{Vocabulary: v, Slide: time.Millisecond}, botnet(t))
	f(Config{Vocabulary: v, Window: time.Minute, Slide: time.Hour}, botnet(t))
	f(Config{Vocabulary: v, Window: time.Hour, Slide: time.Second}, botnet(t))
	f(Config{Vocabulary: v, Window: time.Hour, Long: time.Minute}, botnet(t))
	f(Config{Vocabulary: v, Memory: 1}, botnet(t))
	f(Config{Vocabulary: v, Enough: Enough{Packets: -1}}, botnet(t))
}
