package detect

import (
	"context"
	"errors"
	"testing"
	"time"

	"botnetdetect/feature"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/model"
	"botnetdetect/observe"
	"botnetdetect/protocol"
)

// observed is a capture with a DNS answer, the flow to the address that it names, and a
// flow between strangers: 100 bytes there, 60 back a second later.
func observed(t *testing.T, v *protocol.Vocabulary) observe.Observation {
	t.Helper()
	dns := pcaptest.UDPFlow("10.0.0.1:5000", "10.0.0.53:53")
	dns.ReplyData(0, pcaptest.DNSResponse(1, "a.example.", "10.9.9.9"))
	named := pcaptest.UDPFlow("10.0.0.1:1", "10.9.9.9:2").Send(0, 100)
	stranger := pcaptest.UDPFlow("10.0.0.1:1", "10.8.8.8:2").Send(0, 100).Reply(time.Second, 60)
	path := pcaptest.WriteFile(t, "a.pcap", pcaptest.Pcap(pcaptest.Merge(dns, named, stranger)...))
	seen := observe.Capture(context.Background(), path, observe.Options{Vocabulary: v})
	if seen.Err != nil {
		t.Fatal(seen.Err)
	}
	t.Cleanup(func() { seen.Table.Close() })
	return seen
}

func TestJudge(t *testing.T) {
	v := protocol.NewVocabulary()
	m, err := model.Default(feature.Aware)
	if err != nil {
		t.Fatal(err)
	}
	m.Threshold = 0 // every flow is botnet traffic
	var sum Summary
	var got []Verdict
	err = Detector{Model: m, Vocabulary: v}.Judge(observed(t, v), &sum, func(v *Verdict) error {
		got = append(got, *v)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || sum.Flows != 3 || sum.P2P != 2 || sum.Botnet != 2 || sum.Captures != 1 || sum.Failed != 0 {
		t.Fatalf("%d verdicts, summary %+v", len(got), sum)
	}
	f := got[1] // addresses in order: 10.0.0.53, 10.8.8.8
	if f.Dst.String() != "10.8.8.8" && f.Src.String() != "10.8.8.8" {
		f = got[0]
	}
	if f.Packets != 2 || f.Bytes != 160 || f.Duration != time.Second || f.Text() != "Botnet" || len(f.Protocols) != 1 || f.Protocols[0] != "UDP" {
		t.Errorf("verdict %+v", f)
	}
	if !f.First.Equal(pcaptest.Epoch) || !f.Last.Equal(pcaptest.Epoch.Add(time.Second)) {
		t.Errorf("from %v to %v", f.First, f.Last)
	}
}

func TestJudgeStopsAtTheFirstError(t *testing.T) {
	v := protocol.NewVocabulary()
	m, err := model.Default(feature.Agnostic)
	if err != nil {
		t.Fatal(err)
	}
	full, calls := errors.New("disk full"), 0
	err = Detector{Model: m, Vocabulary: v}.Judge(observed(t, v), new(Summary), func(*Verdict) error { calls++; return full })
	if !errors.Is(err, full) || calls != 1 {
		t.Errorf("%d calls, error %v", calls, err)
	}
}
