package packet_test

import (
	"testing"

	"botnetdetect/capture"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/packet"
)

func TestTuple(t *testing.T) {
	f := func(what string, frame capture.Frame, want packet.Tuple, wantOK bool) {
		t.Helper()
		var p packet.Packet
		packet.Decode(&frame, &p)
		if got, ok := p.Tuple(); got != want || ok != wantOK {
			t.Errorf("%s: %+v, %v; want %+v, %v", what, got, ok, want, wantOK)
		}
	}
	f("TCP", pcaptest.Frame(0, pcaptest.TCP("10.0.0.1:5000", "10.0.0.2:80", pcaptest.Segment{}, nil)), packet.Tuple{SrcPort: 5000, DstPort: 80, Protocol: 6}, true)
	f("UDP", pcaptest.Frame(0, pcaptest.UDP("[2001:db8::1]:53", "[2001:db8::2]:5353", nil)), packet.Tuple{SrcPort: 53, DstPort: 5353, Protocol: 17}, true)
	f("ping", pcaptest.Frame(0, pcaptest.Echo("10.0.0.1", "10.0.0.2", nil)), packet.Tuple{SrcPort: 8, Protocol: 1}, true)
	f("ESP", pcaptest.Frame(0, pcaptest.IP("10.0.0.1", "10.0.0.2", 50, []byte{1, 2, 3, 4})), packet.Tuple{Protocol: 50}, true)
	f("ARP", pcaptest.FrameOf(capture.LinkEthernet, 0, pcaptest.ARP("10.0.0.1", "10.0.0.2")), packet.Tuple{}, false)
	_, later := pcaptest.Fragments(pcaptest.UDP("10.0.0.1:53", "10.0.0.2:5353", make([]byte, 64)), 32)
	f("a later piece", pcaptest.Frame(0, later), packet.Tuple{Protocol: 17}, true)
}

// The time to live is that of the longest-lived address record of the packet.
func TestTTL(t *testing.T) {
	n := packet.NewNamer()
	f := func(what string, datagram []byte, want uint32) {
		t.Helper()
		var p packet.Packet
		frame := pcaptest.Frame(0, datagram)
		packet.Decode(&frame, &p)
		if got := n.Name(&p).TTL; got != want {
			t.Errorf("%s: %d s, want %d", what, got, want)
		}
	}
	answer := pcaptest.DNSResponse(1, "a.example.", "192.0.2.1", "192.0.2.2")
	longer := append([]byte(nil), answer...)
	longer[len(longer)-7] = 200 // the last byte of the second record's TTL, before a length of two bytes and the address
	f("an answer", pcaptest.UDP("10.0.0.53:53", "10.0.0.1:5000", answer), 60)
	f("a longer-lived record", pcaptest.UDP("10.0.0.53:53", "10.0.0.1:5000", longer), 200)
	f("a question", pcaptest.UDP("10.0.0.1:5000", "10.0.0.53:53", pcaptest.DNSQuery(1, "a.example.")), 0)
}
