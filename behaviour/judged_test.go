package behaviour

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"botnetdetect/internal/flowtest"
	"botnetdetect/internal/pcaptest"
)

// TestDownloadsCountAlike: flows and their cohorts know the same downloads.
func TestDownloadsCountAlike(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	found := 0
	for range 20_000 {
		v := randomView(r)
		v.b.Segments, v.b.Accepts[1] = uint16(r.IntN(4)), uint8(r.IntN(2))
		v.b.MaxPayload[1] = uint16(900 + r.IntN(200))
		var c Cohort
		c.add(&v)
		p := Place{view: v, host: new(Host), cohort: &c, manner: mannerOf(&v)}
		values := append(p.values(flowFeatures, nil), p.values(hostFeatures, nil)...)
		if got := v.download(); got != Download(values) || got != (c.Downloads == 1) {
			t.Fatalf("%+v: its features say download %v, it itself %v", v.b, !got, got)
		} else if got {
			found++
		}
	}
	if found < 100 {
		t.Errorf("only %d downloads among them", found)
	}
}

// TestFewPeersAreNotJudged: it takes MinPeers, downloads aside.
func TestFewPeersAreNotJudged(t *testing.T) {
	f := func(peers, pages int, want bool) {
		t.Helper()
		s := flowtest.Set(append(flowtest.Chat("10.0.0.1", peers), flowtest.Pages("10.0.0.1", pages)...)...)
		h := hostsOf(t, s)
		for f := range s.P2P() {
			values := h.Features(&f, nil)
			if got := Judged(values); !Download(values) && got != want {
				t.Errorf("of %d peers and %d pages: judged %v", peers, pages, got)
			}
		}
	}
	f(MinPeers-1, 0, false)
	f(MinPeers, 0, true)
	f(MinPeers-1, 1, false)
	f(MinPeers, 5, true)
}

// TestListenersAreNotJudged: whom all others tell something, and who says nothing, is no bot.
func TestListenersAreNotJudged(t *testing.T) {
	for _, answers := range []bool{false, true} {
		var flows []*pcaptest.Flow
		for i := range 2 * MinPeers {
			f := pcaptest.UDPFlow(fmt.Sprintf("10.0.0.%d:137", 1+i), "10.0.0.255:137").SendData(time.Duration(i)*time.Second, make([]byte, 50))
			if answers {
				f.ReplyData(time.Duration(i)*time.Second+time.Millisecond, make([]byte, 50))
			}
			flows = append(flows, f)
		}
		s := flowtest.Set(flows...)
		h := hostsOf(t, s)
		for f := range s.P2P() {
			if values, seat := h.Seated(&f, nil); Judged(values) != answers || seat.Host.String() != "10.0.0.255" {
				t.Errorf("answers %v: judged %v, %+v", answers, Judged(values), seat)
			}
		}
	}
}

// TestDownloads: what a host fetches over a connection that it opened is no sign of a botnet.
func TestDownloads(t *testing.T) {
	f := func(about string, want bool, one *pcaptest.Flow) {
		t.Helper()
		s := flowtest.Set(append(gossip(3), one)...)
		h := hostsOf(t, s)
		for flow := range s.P2P() {
			if values := h.Features(&flow, nil); h.Seat(&flow).Manner == TCP && Download(values) != want {
				t.Errorf("%s: download %v", about, Download(values))
			}
		}
	}
	tcp := func() *pcaptest.Flow { return pcaptest.TCPFlow("10.0.0.1:3", "9.9.9.9:443").Handshake(0) }
	f("a page", true, flowtest.Pages("10.0.0.1", 1)[0])
	f("a short answer", false, tcp().SendData(time.Second, make([]byte, 100)).ReplyData(time.Second, make([]byte, 900)))
	f("as much sent", false, tcp().SendData(time.Second, make([]byte, 1000)).ReplyData(time.Second, make([]byte, 1400)))
	f("a file given", false, tcp().SendData(time.Second, make([]byte, 1400)).ReplyData(time.Second, make([]byte, 100)))
	f("fetched by the peer", false, pcaptest.TCPFlow("9.9.9.9:443", "10.0.0.1:3").Handshake(0).
		SendData(time.Second, make([]byte, 100)).ReplyData(time.Second, make([]byte, 1400)))
}

// TestJudgedWithoutFeatures: a place knows what its features would say, also with few peers, name
// servers, downloads and hosts that are none.
func TestJudgedWithoutFeatures(t *testing.T) {
	lone := pcaptest.UDPFlow("10.0.0.7:1", "99.0.0.9:2").SendData(0, make([]byte, 20))
	judged := 0
	for peers := range 3 * MinPeers {
		flows := append(flowtest.Chat("10.0.0.1", peers), flowtest.Pages("10.0.0.1", peers/2)...)
		for i := range peers % 5 {
			asked := pcaptest.UDPFlow("10.0.0.2:99", fmt.Sprintf("99.0.1.%d:53", i)).SendData(0, make([]byte, 30)).ReplyData(time.Second, make([]byte, 60))
			flows = append(flows, asked)
		}
		s := flowtest.Set(append(append(flows, lone), flowtest.Gossip("10.0.0.2", peers, flowtest.Always)...)...)
		h := hostsOf(t, s)
		for f := range s.P2P() {
			got := h.Place(&f).Judged()
			values, seat := h.Seated(&f, nil)
			if seat.Aside {
				SetAside(values)
			}
			if got != Judged(values) {
				t.Errorf("%d peers, %v to %v: judged %v, its features say %v", peers, f.Src, f.Dst, got, !got)
			}
			if got {
				judged++
			}
		}
	}
	if judged < 100 {
		t.Errorf("only %d were judged", judged)
	}
}

func TestInverse(t *testing.T) {
	for rank := range uint8(58) {
		if got, want := inverse(rank), math.Ldexp(1, -int(rank)); got != want {
			t.Errorf("2 to the power of -%d is %v, want %v", rank, got, want)
		}
	}
}
