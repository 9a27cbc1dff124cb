package live

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"botnetdetect/capture"
	"botnetdetect/detect"
	"botnetdetect/feature"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/model"
	"botnetdetect/observe"
	"botnetdetect/protocol"
)

// testModel returns the built-in model, which calls flows Botnet from threshold on.
func testModel(t testing.TB, threshold float64) *model.Model {
	t.Helper()
	return modelOf(t, feature.Aware, threshold)
}

func modelOf(t testing.TB, mode feature.Mode, threshold float64) *model.Model {
	t.Helper()
	m, err := model.Default(mode)
	if err != nil {
		t.Fatal(err)
	}
	m.Threshold = threshold
	return m
}

// heard is all that a handler was told, what is only valid for a while copied.
type heard struct {
	verdicts []Verdict
	alerts   []Alert
	slides   []Slide
}

func (h *heard) handler() Handler {
	return Handler{
		Verdict: func(v *Verdict) { h.verdicts = append(h.verdicts, *v) },
		Alert:   func(a *Alert) { h.alerts = append(h.alerts, *a) },
		Slide:   func(s *Slide) { h.slides = append(h.slides, *s) },
	}
}

// replay plays frames through an engine.
func replay(t testing.TB, c Config, j Judge, frames []capture.Frame) (*heard, Stats) {
	t.Helper()
	r, err := capture.NewReader(bytes.NewReader(pcaptest.Pcap(frames...)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	return play(t, c, j, NewReplay(r, 0))
}

func play(t testing.TB, c Config, j Judge, s Source) (*heard, Stats) {
	t.Helper()
	if c.Vocabulary == nil {
		c.Vocabulary = protocol.NewVocabulary()
	}
	e, err := New(c, j)
	if err != nil {
		t.Fatal(err)
	}
	h := new(heard)
	e.Subscribe(h.handler())
	if err := e.Run(context.Background(), s); err != nil {
		t.Fatal(err)
	}
	return h, e.Stats()
}

// predicted returns the verdicts that predict gives, by flow.
func predicted(t testing.TB, j Judge, frames []capture.Frame) (map[ends]detect.Verdict, detect.Summary) {
	t.Helper()
	v := protocol.NewVocabulary()
	seen := observe.Capture(context.Background(), pcaptest.WriteFile(t, "a.pcap", pcaptest.Pcap(frames...)), observe.Options{Vocabulary: v, Behaviour: j.Model.Mode == feature.Behavioural})
	if seen.Err != nil {
		t.Fatal(seen.Err)
	}
	defer seen.Table.Close()
	all := make(map[ends]detect.Verdict)
	var sum detect.Summary
	err := detect.Detector{Model: j.Model, Vocabulary: v, Allow: j.Allow}.Judge(seen, &sum, func(v *detect.Verdict) error {
		all[ends{v.Src, v.Dst}] = *v
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all, sum
}

// sameVerdict compares all but the capture's name and the sums.
func sameVerdict(x, y detect.Verdict) bool {
	return x.Src == y.Src && x.Dst == y.Dst && x.Botnet == y.Botnet && x.Score == y.Score &&
		x.Packets == y.Packets && x.Bytes == y.Bytes && x.First.Equal(y.First) && x.Last.Equal(y.Last) &&
		x.Duration == y.Duration && slices.Equal(x.Protocols, y.Protocols)
}

// bot is a host at home that exchanges packets with some peers.
func bot(host string, peers, packets int, from, gap time.Duration) (flows []*pcaptest.Flow) {
	for p := range peers {
		f := pcaptest.UDPFlow(host+":7871", fmt.Sprintf("198.51.%d.%d:7871", p/256, p%256))
		for i := range packets {
			f.Send(from+time.Duration(i)*gap+time.Duration(p)*time.Millisecond, 67)
		}
		flows = append(flows, f)
	}
	return flows
}
