package behaviour

import (
	"testing"
	"time"

	"botnetdetect/internal/flowtest"
	"botnetdetect/internal/pcaptest"
)

// TestDownloads: what a host fetches over a connection that it opened is no sign of a botnet.
func TestDownloads(t *testing.T) {
	f := func(about string, want bool, one *pcaptest.Flow) {
		t.Helper()
		s := flowtest.Set(append(gossip(3), one)...)
		h := hostsOf(t, s)
		for flow := range s.P2P() {
			if values := h.Features(&flow, nil); h.Seat(&flow).Manner == TCP && (Download(values) != want || Judged(values) == want) {
				t.Errorf("%s: download %v, judged %v", about, Download(values), Judged(values))
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
