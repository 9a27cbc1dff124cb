package packet

import (
	"encoding/hex"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"botnetdetect/capture"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/protocol"
)

// unhex reads bytes written in hex with spaces between the fields of a header.
func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// seenAs describes what Decode made of a frame.
func seenAs(f *capture.Frame) string {
	var p Packet
	o := Decode(f, &p)
	s := fmt.Sprintf("%v > %v", p.Src, p.Dst)
	if v := p.view; v.Layer == protocol.LayerTCP || v.Layer == protocol.LayerUDP {
		s += fmt.Sprintf(" %d>%d +%d", v.SrcPort, v.DstPort, len(v.Payload))
		if v.Missing > 0 {
			s += fmt.Sprintf(" -%d", v.Missing)
		}
	}
	if o != OK {
		s += ": " + o.String()
	}
	return s
}

var (
	udp4 = pcaptest.UDP("10.0.0.1:1000", "10.0.0.2:2000", []byte("abc"))
	udp6 = pcaptest.UDP("[2001:db8::1]:1000", "[2001:db8::2]:2000", []byte("abc"))
	tcp4 = pcaptest.TCP("10.0.0.1:1000", "10.0.0.2:2000", pcaptest.Segment{}, []byte("abcd"))
)

func TestLinkLayers(t *testing.T) {
	const between4 = "10.0.0.1 > 10.0.0.2 1000>2000 +3"
	const between6 = "2001:db8::1 > 2001:db8::2 1000>2000 +3"
	f := func(link capture.LinkType, data []byte, want string) {
		t.Helper()
		frame := pcaptest.FrameOf(link, 0, data)
		if got := seenAs(&frame); got != want {
			t.Errorf("link type %d, % x: got %s, want %s", link, data, got, want)
		}
	}
	join := func(header string, packet []byte) []byte { return append(unhex(header), packet...) }
	ethernet := pcaptest.Ethernet(0x0800, udp4)
	f(1, ethernet, between4)
	f(1, append(ethernet, make([]byte, 18)...), between4) // a trailer is no payload
	f(1, pcaptest.Ethernet(0x86dd, udp6), between6)
	f(1, pcaptest.VLAN(0x8100, 5, ethernet), between4)
	f(1, pcaptest.VLAN(0x88a8, 6, pcaptest.VLAN(0x8100, 5, ethernet)), between4)
	f(1, pcaptest.Ethernet(0x8847, pcaptest.MPLS(17, udp4)), between4)
	f(1, pcaptest.Ethernet(0x8864, pcaptest.PPPoE(udp4)), between4)
	f(1, pcaptest.Ethernet(uint16(8+len(udp4)), join("aaaa03 000000 0800", udp4)), between4)
	f(1, pcaptest.Ethernet(0x0806, pcaptest.ARP("10.0.0.1", "10.0.0.2")), pcaptest.MACA+" > "+pcaptest.MACB)
	f(1, ethernet[:10], " > : cut link header")
	f(101, udp4, between4)
	f(12, udp6, between6)
	f(228, udp4, between4)
	f(229, udp6, between6)
	f(0, join("02000000", udp4), between4)
	f(0, join("00000002", udp4), between4)
	f(0, join("1e000000", udp6), between6)
	f(108, join("00000002", udp4), between4)
	f(9, join("ff03 0021", udp4), between4)
	f(9, join("21", udp4), between4)
	f(9, join("ff03 0057", udp6), between6)
	f(104, join("0f00 0800", udp4), between4)
	f(113, join("0000 0001 0006 0102030405060000 0800", udp4), between4)
	f(276, join("0800 0000 00000001 0001 00 06 0102030405060000", udp4), between4)
	f(239, join("0200 0028 0800 0100 00000316 0500 0a00 00000000 2300 0900", udp4), between4)
	f(239, join("0a00 0028 3700 0980", udp6), between6)
	f(239, unhex("0200 0028 0300 0100 00000000"), " > : no endpoints")
	f(239, unhex("0200 0028 0800 0100"), " > : cut link header")
	f(105, join("0802 0000 020000000001 020000000002 020000000003 0000 aaaa03 000000 0800", udp4), between4)
	f(127, join("0000 0800 00000000 0801 0000 020000000001 020000000002 020000000003 0000 aaaa03 000000 86dd", udp6), between6)
	f(105, unhex("8000 0000 ffffffffffff 020000000002 020000000003 0000"), "02:00:00:00:00:02 > ff:ff:ff:ff:ff:ff")
	f(105, join("0841 0000 020000000001 020000000002 020000000003 0000", udp4), "02:00:00:00:00:02 > 02:00:00:00:00:03")
	f(147, udp4, " > : unsupported link type")
}

func TestTunnels(t *testing.T) {
	const inner = "10.0.0.1 > 10.0.0.2 1000>2000 +3"
	f := func(packet []byte, want string) {
		t.Helper()
		frame := pcaptest.Frame(0, packet)
		if got := seenAs(&frame); got != want {
			t.Errorf("% x: got %s, want %s", packet, got, want)
		}
	}
	outer := func(protocol byte, payload []byte) []byte {
		return pcaptest.IP("192.0.2.1", "192.0.2.2", protocol, payload)
	}
	port := func(p int, payload []byte) []byte {
		return pcaptest.UDP("192.0.2.1:40000", fmt.Sprintf("192.0.2.2:%d", p), payload)
	}
	join := func(header string, packet []byte) []byte { return append(unhex(header), packet...) }
	ethernet := pcaptest.Ethernet(0x0800, udp4)
	f(outer(4, udp4), inner)
	f(outer(41, udp6), "2001:db8::1 > 2001:db8::2 1000>2000 +3")
	f(outer(47, join("0000 0800", udp4)), inner)
	f(outer(47, join("3000 0800 00000001 00000002", udp4)), inner)
	f(outer(47, join("0000 6558", ethernet)), inner)
	f(outer(47, join("1000 88be 00000001 0000000000000000", ethernet)), inner)
	f(outer(47, join("3081 880b 00100000 00000001 00000002 21", udp4)), inner)
	f(outer(47, unhex("0000 1234 00")), "192.0.2.1 > 192.0.2.2")
	f(outer(51, join("11 04 0000 00000001 00000002 000000000000000000000000", udp4[20:])), "192.0.2.1 > 192.0.2.2 1000>2000 +3")
	f(outer(97, join("3000", ethernet)), inner)
	f(port(4789, join("0800000000000100", ethernet)), inner)
	f(port(6081, join("0000 6558 00000100", ethernet)), inner)
	f(port(2152, join("30ff 0000 00000001", udp4)), inner)
	f(port(3544, udp6), "2001:db8::1 > 2001:db8::2 1000>2000 +3")
	f(port(3544, join("0000 0000 00000000", udp6)), "2001:db8::1 > 2001:db8::2 1000>2000 +3")
	f(port(1701, join("0002 0001 0002 ff03 0021", udp4)), inner)
	f(port(4789, unhex("0800")), "192.0.2.1 > 192.0.2.2 40000>4789 +2")
	// what an ICMP error quotes does not count
	f(outer(1, join("0301 0000 00000000", udp4)), "192.0.2.1 > 192.0.2.2")
	nested := udp4
	for range 2 * maxHeaders {
		nested = pcaptest.IP("192.0.2.1", "192.0.2.2", 4, nested)
	}
	f(nested, "192.0.2.1 > 192.0.2.2: malformed header")
}

func TestLengths(t *testing.T) {
	f := func(packet []byte, captured int, want string) {
		t.Helper()
		frame := pcaptest.FrameOf(101, 0, packet)
		if captured > 0 {
			frame = pcaptest.Cut(frame, captured)
		}
		if got := seenAs(&frame); got != want {
			t.Errorf("% x: got %s, want %s", packet, got, want)
		}
	}
	patch := func(packet []byte, at int, bytes string) []byte {
		packet = append([]byte(nil), packet...)
		copy(packet[at:], unhex(bytes))
		return packet
	}
	const ends = "10.0.0.1 > 10.0.0.2"
	f(tcp4, 0, ends+" 1000>2000 +4")
	f(tcp4, 42, ends+" 1000>2000 +2 -2")
	f(tcp4, 40, ends+" 1000>2000 +0 -4")
	f(tcp4, 30, ends+" 0>0 +10 -14: cut header")
	f(tcp4, 22, ends+" 0>0 +2 -22: cut header")
	f(tcp4, 19, " > : no endpoints")
	f(udp4, 29, ends+" 1000>2000 +1 -2")
	f(patch(tcp4, 2, "0000"), 0, ends+" 1000>2000 +4") // not yet split by the network card
	f(patch(tcp4, 2, "0010"), 0, " > : no endpoints")  // shorter than its header
	f(patch(tcp4, 0, "44"), 0, " > : no endpoints")
	f(patch(tcp4, 32, "10"), 0, ends+" 1000>2000 +24: malformed header")
	f(patch(udp4, 24, "0004"), 0, ends+" 1000>2000 +11: malformed header")
	f(patch(udp4, 24, "0009"), 0, ends+" 1000>2000 +1")
	f(patch(udp4, 24, "0100"), 0, ends+" 1000>2000 +3")
}

func TestExtensionHeaders(t *testing.T) {
	const ends = "2001:db8::1 > 2001:db8::2"
	f := func(first byte, headers string, payload []byte, want string) {
		t.Helper()
		packet := pcaptest.IP("2001:db8::1", "2001:db8::2", first, append(unhex(headers), payload...))
		frame := pcaptest.Frame(0, packet)
		if got := seenAs(&frame); got != want {
			t.Errorf("%s: got %s, want %s", headers, got, want)
		}
	}
	datagram := udp6[40:]
	f(0, "1100 0000 00000000", datagram, ends+" 1000>2000 +3")
	f(0, "3c00 0000 00000000 1100 0000 00000000", datagram, ends+" 1000>2000 +3")
	f(43, "1102 0001 00000000 20010db8000000000000000000000009", datagram, "2001:db8::1 > 2001:db8::9 1000>2000 +3")
	f(44, "1100 0000 00000001", datagram, ends+" 1000>2000 +3") // a datagram that is one fragment
	f(44, "1100 0001 00000001", datagram, ends)
	f(0, "11ff 0000 00000000", datagram, ends+": malformed header")
	f(59, "", nil, ends)
}

func TestFragmentsHaveNoPorts(t *testing.T) {
	first, second := pcaptest.Fragments(pcaptest.UDP("10.0.0.1:53", "10.0.0.2:53", make([]byte, 64)), 16)
	for _, packet := range [][]byte{first, second} {
		frame := pcaptest.Frame(0, packet)
		var p Packet
		if o := Decode(&frame, &p); o != OK || !p.view.Fragment || p.view.SrcPort != 0 {
			t.Errorf("got %v, %+v, want a fragment without ports", o, p.view)
		}
	}
}

func TestOutcomes(t *testing.T) {
	names := map[string]bool{}
	for o := Outcome(0); int(o) < NumOutcomes; o++ {
		names[o.String()] = true
	}
	if len(names) != NumOutcomes || names[Outcome(NumOutcomes).String()] {
		t.Errorf("got names %v, want %d different ones", names, NumOutcomes)
	}
	if !OK.Usable() || !BadHeader.Usable() || NoEndpoints.Usable() || UnsupportedLink.Usable() {
		t.Error("a packet is usable if and only if it has both endpoints")
	}
}

func TestNoAllocations(t *testing.T) {
	frames := mixture(40)
	packets := make([]Packet, len(frames))
	namer := NewNamer()
	once := func() {
		for i := range frames {
			Decode(&frames[i], &packets[i])
			namer.Name(&packets[i])
		}
	}
	once() // the tables grow to their size
	if n := testing.AllocsPerRun(10, once); n != 0 {
		t.Errorf("got %v allocations in %d packets, want none", n, len(frames))
	}
}

// TestPlainIsTheWayOfMost: what most captures consist of is decoded in one go. That it comes to the same
// is for FuzzDecode to say.
func TestPlainIsTheWayOfMost(t *testing.T) {
	for name, ends := range map[string][2]string{"IPv4": {"10.0.0.1:40000", "192.0.2.1:443"}, "IPv6": {"[2001:db8::1]:40000", "[2001:db8::2]:443"}} {
		tcp := pcaptest.TCPFlow(ends[0], ends[1]).Handshake(0).SendData(0, make([]byte, 300))
		udp := pcaptest.UDPFlow(ends[0], ends[1]).SendData(0, make([]byte, 300))
		for i, f := range pcaptest.Merge(tcp, udp) {
			var p, q Packet
			if !plain(&f, &p) {
				t.Errorf("frame %d over %s is not plain", i, name)
			}
			walkHeaders(&f, &q)
			if p.Src != q.Src || p.Dst != q.Dst || !reflect.DeepEqual(p.view, q.view) {
				t.Errorf("frame %d over %s: the short way gives %+v, the long %+v", i, name, p, q)
			}
		}
	}
}
