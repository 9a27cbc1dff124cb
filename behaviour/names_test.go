package behaviour

import (
	"testing"
	"time"

	"botnetdetect/internal/flowtest"
	"botnetdetect/internal/pcaptest"
)

// TestNameServers: only a peer that is asked for names, answers, and is spoken with in no other way is one.
func TestNameServers(t *testing.T) {
	f := func(about string, want bool, one *pcaptest.Flow) {
		t.Helper()
		s := flowtest.Set(append(gossip(3), one)...)
		h := hostsOf(t, s)
		for flow := range s.P2P() {
			if seat := h.Seat(&flow); seat.NameServer != (want && (flow.Src.String() == "9.9.9.9" || flow.Dst.String() == "9.9.9.9")) {
				t.Errorf("%s: %v and %v: %+v", about, flow.Src, flow.Dst, seat)
			}
		}
	}
	query, answer := pcaptest.DNSQuery(1, "a.example."), pcaptest.DNSResponse(1, "a.example.", "10.9.9.9")
	ask := func() *pcaptest.Flow { return pcaptest.UDPFlow("10.0.0.1:3", "9.9.9.9:53").SendData(0, query) }
	f("a name server", true, ask().ReplyData(time.Second, answer))
	f("a name server of another port", true, pcaptest.UDPFlow("10.0.0.1:3", "9.9.9.9:5300").SendData(0, query).ReplyData(time.Second, answer))
	f("no answer", false, ask())
	f("asked by the other", false, pcaptest.UDPFlow("9.9.9.9:3", "10.0.0.1:53").SendData(0, query).ReplyData(time.Second, answer))
	f("no DNS", false, pcaptest.UDPFlow("10.0.0.1:3", "9.9.9.9:1111").SendData(0, make([]byte, 30)).ReplyData(time.Second, make([]byte, 30)))
}

// TestSetAsideIsNotJudged: where a verdict is not given, no feature but flow.evidence says so.
func TestSetAsideIsNotJudged(t *testing.T) {
	values := make([]float64, len(All()))
	values[0], values[1] = 1, 1
	if !Judged(values) {
		t.Fatal("not judged before")
	}
	if SetAside(values); Judged(values) || values[1] != 1 {
		t.Error("judged, or changed")
	}
}
