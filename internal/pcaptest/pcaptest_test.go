package pcaptest_test

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"botnetdetect/capture"
	"botnetdetect/internal/pcaptest"
)

// TestWitness has tshark read what the builders make: every name as meant, every
// checksum good, nothing malformed.
func TestWitness(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed: the built captures are not cross-checked")
	}
	var frames []capture.Frame
	var want []string
	f := func(name string, frame capture.Frame) {
		frame.Time = pcaptest.Epoch.UnixNano() + int64(len(frames))
		frames = append(frames, frame)
		want = append(want, name)
	}
	a, b := "10.0.0.1", "10.0.0.2"
	a6, b6 := "2001:db8::1", "2001:db8::2"
	udp := pcaptest.UDP(a+":4000", b+":4001", []byte("odd"))
	f("UDP 10.0.0.1 10.0.0.2 45", pcaptest.Frame(0, udp))
	f("UDP 2001:db8::1 2001:db8::2 65", pcaptest.Frame(0, pcaptest.UDP("["+a6+"]:4000", "["+b6+"]:4001", []byte("odd"))))
	f("TCP 10.0.0.1 10.0.0.2 54", pcaptest.Frame(0, pcaptest.TCP(a+":4000", b+":4001", pcaptest.Segment{Flags: pcaptest.SYN}, nil)))
	f("ICMP 10.0.0.1 10.0.0.2 46", pcaptest.Frame(0, pcaptest.Echo(a, b, []byte("ping"))))
	f("ICMPv6 2001:db8::1 2001:db8::2 66", pcaptest.Frame(0, pcaptest.Echo(a6, b6, []byte("ping"))))
	f("ARP "+pcaptest.MACA+" "+pcaptest.MACB+" 42", pcaptest.FrameOf(capture.LinkEthernet, 0, pcaptest.Ethernet(pcaptest.TypeARP, pcaptest.ARP(a, b))))
	f("DNS 10.0.0.1 10.0.0.2 66", pcaptest.Frame(0, pcaptest.UDP(a+":4000", b+":53", pcaptest.DNSQuery(7, "a.test."))))
	f("DNS 10.0.0.2 10.0.0.1 110", pcaptest.Frame(0, pcaptest.UDP(b+":53", a+":4000", pcaptest.DNSResponse(7, "a.test.", "192.0.2.1", a6))))
	f("DNS 10.0.0.1 10.0.0.2 80", pcaptest.Frame(0, pcaptest.TCP(a+":4000", b+":53", pcaptest.Segment{}, pcaptest.OverTCP(pcaptest.DNSQuery(7, "a.test.")))))
	tagged := pcaptest.VLAN(pcaptest.TypeQinQ, 7, pcaptest.VLAN(pcaptest.TypeVLAN, 8, pcaptest.Ethernet(pcaptest.TypeIPv4, udp)))
	f("UDP 10.0.0.1 10.0.0.2 53", pcaptest.FrameOf(capture.LinkEthernet, 0, tagged))
	f("UDP 10.0.0.1 10.0.0.2 49", pcaptest.FrameOf(capture.LinkEthernet, 0, pcaptest.Ethernet(pcaptest.TypeMPLS, pcaptest.MPLS(16, udp))))
	f("UDP 10.0.0.1 10.0.0.2 53", pcaptest.FrameOf(capture.LinkEthernet, 0, pcaptest.Ethernet(pcaptest.TypePPP, pcaptest.PPPoE(udp))))
	f("UDP 10.0.0.1 10.0.0.2 31", pcaptest.FrameOf(capture.LinkRaw, 0, udp))
	first, second := pcaptest.Fragments(pcaptest.UDP(a+":4000", b+":4001", make([]byte, 100)), 48)
	f("IPv4 10.0.0.1 10.0.0.2 82", pcaptest.Frame(0, first))
	f("UDP 10.0.0.1 10.0.0.2 94", pcaptest.Frame(0, second))

	out, err := exec.Command(tshark, "-n", "-r", pcaptest.WriteFile(t, "a", pcaptest.Pcapng(frames...)),
		"-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE",
		"-T", "fields", "-E", "separator= ",
		"-e", "_ws.col.Protocol", "-e", "_ws.col.Source", "-e", "_ws.col.Destination", "-e", "frame.len",
		"-e", "_ws.malformed", "-e", "ip.checksum_bad.expert", "-e", "udp.checksum.bad", "-e", "tcp.checksum_bad.expert").Output()
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	for i := range want {
		if i >= len(got) || strings.TrimRight(got[i], " ") != want[i] {
			t.Errorf("frame %d: want %q, got %q", i+1, want[i], got[min(i, len(got)-1)])
		}
	}
}

func TestFlow(t *testing.T) {
	u := pcaptest.UDPFlow("10.0.0.1:6881", "10.0.0.2:6881")
	u.Send(time.Millisecond, 100).Reply(3*time.Millisecond, 1400)
	c := pcaptest.TCPFlow("[2001:db8::1]:4000", "[2001:db8::2]:80").Handshake(0)
	c.Send(3*time.Millisecond, 80).Reply(4*time.Millisecond, 74)
	var lengths []uint32
	last := int64(0)
	for _, f := range pcaptest.Merge(u, c) {
		if f.Time < last {
			t.Errorf("frame of %d bytes is out of order", f.Length)
		}
		last = f.Time
		lengths = append(lengths, f.Length)
	}
	want := []uint32{74, 100, 74, 74, 1400, 80, 74}
	if len(lengths) != len(want) {
		t.Fatalf("want %v, got %v", want, lengths)
	}
	for i := range want {
		if lengths[i] != want[i] {
			t.Fatalf("want %v, got %v", want, lengths)
		}
	}
}
