package live

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"botnetdetect/capture"
	"botnetdetect/detect"
	"botnetdetect/feature"
	"botnetdetect/flow"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/observe"
	"botnetdetect/packet"
	"botnetdetect/protocol"

	"pgregory.net/rapid"
)

// traffic draws frames of some hosts over some time, in order, with DNS answers for some of
// them.
func traffic(t *rapid.T, span time.Duration) []capture.Frame {
	var flows []*pcaptest.Flow
	address := func(name string) string {
		return fmt.Sprintf("10.0.%d.%d", rapid.IntRange(0, 1).Draw(t, name), rapid.IntRange(1, 4).Draw(t, name))
	}
	moment := func() time.Duration {
		return time.Duration(rapid.Int64Range(0, int64(span/time.Microsecond)).Draw(t, "at")) * time.Microsecond
	}
	for range rapid.IntRange(1, 12).Draw(t, "flows") {
		f := pcaptest.UDPFlow(address("source")+":5000", address("destination")+":6000")
		for range rapid.IntRange(1, 20).Draw(t, "packets") {
			f.Send(moment(), rapid.IntRange(60, 1400).Draw(t, "length"))
		}
		flows = append(flows, f)
	}
	for range rapid.IntRange(0, 2).Draw(t, "answers") {
		dns := pcaptest.UDPFlow("10.0.0.1:5353", "10.0.9.53:53")
		flows = append(flows, dns.ReplyData(moment(), pcaptest.DNSResponse(1, "a.example.", address("answer"))))
	}
	return pcaptest.Merge(flows...)
}

// Windows that cover a capture give the verdicts that predict gives: the last word on each
// flow is predict's, and no other flow has one.
func TestReplayIsPredict(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		frames := traffic(rt, 3*time.Hour)
		mode := rapid.SampledFrom([]feature.Mode{feature.Aware, feature.Behavioural}).Draw(rt, "mode")
		j := Judge{Model: modelOf(t, mode, rapid.SampledFrom([]float64{0, 0.2, 0.5}).Draw(rt, "threshold"))}
		want, sum := predicted(t, j, frames)
		got, stats := replay(t, Config{Window: 24 * time.Hour, Slide: time.Hour}, j, frames)
		last := make(map[ends]Verdict)
		for _, v := range got.verdicts {
			last[ends{v.Src, v.Dst}] = v
		}
		for key, v := range want {
			if !sameVerdict(last[key].Verdict, v) {
				rt.Errorf("%v: live says %+v, predict %+v", key, last[key].Verdict, v)
			}
		}
		final := got.slides[len(got.slides)-1]
		if final.Flows != sum.Flows || final.P2P != sum.P2P || stats.Packets != sum.Stats.Frames {
			rt.Errorf("%d flows, %d P2P, %d packets; predict %d, %d, %d", final.Flows, final.P2P, stats.Packets, sum.Flows, sum.P2P, sum.Stats.Frames)
		}
		for key, v := range last {
			if _, ok := want[key]; !ok && v.Botnet && v.Change != Withdrawn { // named after it was judged
				rt.Errorf("a verdict on %v: %v", key, v.Change)
			}
		}
	})
}

// When a window slides, it is what detect makes of the packets in it, all taken anew.
func TestWindowsAreRecomputed(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		frames := traffic(rt, 40*time.Second)
		j := Judge{Model: testModel(t, 0.2)}
		c := Config{Window: 10 * time.Second, Slide: 2 * time.Second, Long: 20 * time.Second, Enough: Enough{Packets: 2, Peers: 1}}
		got, _ := replay(t, c, j, frames)
		for i, s := range got.slides {
			until := s.Window.End.UnixNano()
			if i == len(got.slides)-1 {
				until++ // watching ends with the last packet, which counts
			}
			want := scratch(t, j, frames, s.Window.Start.UnixNano(), until)
			if s.Flows != want.Flows || s.P2P != want.P2P {
				rt.Errorf("slide %d, %v to %v: %d flows, %d P2P; from scratch %d, %d", i, s.Window.Start, s.Window.End, s.Flows, s.P2P, want.Flows, want.P2P)
			}
			if length := s.Window.End.Sub(s.Window.Start); i < len(got.slides)-1 && length > c.Window {
				rt.Errorf("slide %d has %v", i, length)
			}
		}
	})
}

// scratch judges the packets of a stretch of time, with all answers that came before its end.
func scratch(t *testing.T, j Judge, frames []capture.Frame, from, until int64) (sum detect.Summary) {
	t.Helper()
	v, table, namer := protocol.NewVocabulary(), flow.NewTable(), packet.NewNamer()
	var p packet.Packet
	for i := range frames {
		if packet.Decode(&frames[i], &p).Usable() {
			answers := namer.Name(&p)
			if p.Time >= from && p.Time < until {
				table.Add(&p)
			}
			for _, e := range answers.Addresses {
				if p.Time < until {
					table.Resolve(e) // answers live for a minute, longer than the traffic lasts
				}
			}
		}
	}
	seen := observe.Observation{Table: flow.SetOf(table)}
	err := detect.Detector{Model: j.Model, Vocabulary: v}.Judge(seen, &sum, func(*detect.Verdict) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func TestReplayReportsDamage(t *testing.T) {
	text := pcaptest.Pcap(pcaptest.Merge(bot("192.168.0.2", 2, 5, 0, time.Second)...)...)
	r, err := capture.NewReader(bytes.NewReader(text[:len(text)-3]))
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(Config{Vocabulary: protocol.NewVocabulary()}, Judge{Model: testModel(t, 0)})
	if err != nil {
		t.Fatal(err)
	}
	h := new(heard)
	e.Subscribe(h.handler())
	if err := e.Run(context.Background(), NewReplay(r, 0)); err == nil || len(h.alerts) == 0 {
		t.Errorf("error %v, %d alerts; what comes before the damage counts", err, len(h.alerts))
	}
}
