package packet

import (
	"bytes"
	"slices"
	"testing"

	"botnetdetect/capture"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/protocol"
)

// zeros returns n bytes with some of them set: each pair is a place and what stands there.
func zeros(n int, set ...int) []byte {
	b := make([]byte, n)
	for i := 0; i < len(set); i += 2 {
		b[set[i]] = byte(set[i+1])
	}
	return b
}

// TestRareLinks: an IP packet behind each header is found, and none that is cut short is.
func TestRareLinks(t *testing.T) {
	ip := pcaptest.UDP("10.0.0.1:4000", "10.0.0.2:9999", []byte("hello"))
	f := func(name string, link capture.LinkType, header []byte) {
		t.Helper()
		data := append(slices.Clone(header), ip...)
		p := Packet{}
		outcome := Decode(&capture.Frame{Link: link, Length: uint32(len(data)), Data: data}, &p)
		NewNamer().Name(&p)
		if outcome != OK || p.Src.String() != "10.0.0.1" || p.Dst.String() != "10.0.0.2" || protocol.NewVocabulary().Name(p.Protocol) != "UDP" {
			t.Errorf("%s: %v, %v to %v, %s", name, outcome, p.Src, p.Dst, protocol.NewVocabulary().Name(p.Protocol))
		}
		for n := range len(header) {
			if outcome := Decode(&capture.Frame{Link: link, Length: uint32(len(data)), Data: data[:n]}, &p); outcome == OK || p.Src.Kind() == IPv4 {
				t.Errorf("%s, cut to %d bytes: %v, from %v", name, n, outcome, p.Src)
			}
		}
	}
	snap := []byte{0xaa, 0xaa, 3, 0, 0, 0, 8, 0}
	f("SLIP", 8, zeros(16))
	f("enc", 109, zeros(12, 0, 2))
	f("ATM", 100, snap)
	f("Fibre Channel", 122, append(zeros(16), snap...))
	f("FDDI", 10, append(zeros(13, 0, 0x57), snap...))
	f("token ring", 6, append(zeros(14, 1, 0x40), snap...))
	f("token ring with a route", 6, append(append(zeros(14, 1, 0x40, 8, 0x80), zeros(6, 0, 0xc6)...), snap...))
	f("PPP with direction", 204, []byte{1, 0xff, 3, 0, 0x21})
	f("MPLS", 219, []byte{0, 0, 0x11, 0x40})
	f("netANALYZER", 240, append(zeros(4), pcaptest.Ethernet(0x800, nil)[:14]...))
	f("netANALYZER, transparent", 241, append(zeros(12), pcaptest.Ethernet(0x800, nil)[:14]...))
	f("FireWire", 138, zeros(18, 16, 8))
	f("InfiniBand", 242, zeros(44, 40, 8))
	f("frame relay", 107, []byte{0x18, 0x41, 3, 0xcc})
	f("frame relay, padded", 107, []byte{0x18, 0x41, 3, 0, 0xcc})
	f("frame relay, SNAP", 107, []byte{0x18, 0x41, 3, 0, 0x80, 0, 0, 0, 8, 0})
	f("frame relay, Cisco", 107, []byte{0x18, 0x41, 8, 0})
	f("frame relay, four bytes of address", 107, []byte{0x18, 0x40, 0x40, 0x41, 3, 0xcc})
	f("pflog", 117, zeros(64, 0, 61, 1, 2))
	f("IPNET", 226, zeros(24, 0, 1, 1, 2))
	f("PKTAP", 258, append(zeros(108, 0, 108, 4, 1, 8, 1), pcaptest.Ethernet(0x800, nil)[:14]...))
	f("PKTAP, raw", 258, zeros(108, 0, 108, 4, 1, 8, 12))
}

// TestPPPInGRE: PPTP's ends agree whether PPP's address and control are sent, and whether its
// protocol is one byte or two.
func TestPPPInGRE(t *testing.T) {
	inner := pcaptest.UDP("10.0.0.1:4000", "10.0.0.2:9999", []byte("hello"))
	for _, head := range [][]byte{{0, 0x21}, {0x21}, {0xff, 3, 0, 0x21}, {0xff, 3, 0x21}} {
		data := slices.Concat([]byte{0x30, 0x01, 0x88, 0x0b, 0, 41, 0, 1, 0, 0, 0, 7}, head, inner)
		frame := pcaptest.Frame(0, pcaptest.IP("1.1.1.1", "2.2.2.2", 47, data))
		var p Packet
		if o := Decode(&frame, &p); o != OK || p.Src.String() != "10.0.0.1" || p.Dst.String() != "10.0.0.2" {
			t.Errorf("after % x: %v, %v to %v", head, o, p.Src, p.Dst)
		}
	}
}

// TestRareLinksElse: what does not lead to IP is counted, and no packet of anybody.
func TestRareLinksElse(t *testing.T) {
	f := func(name string, link capture.LinkType, data []byte, want Outcome) {
		t.Helper()
		var p Packet
		if got := Decode(&capture.Frame{Link: link, Length: uint32(len(data)), Data: data}, &p); got != want || p.Src.Kind() == IPv4 {
			t.Errorf("%s: %v, from %v, want %v", name, got, p.Src, want)
		}
	}
	f("PKTAP in itself", 258, bytes.Repeat(zeros(108, 0, 108, 4, 1, 8, 2, 9, 1), 50), NoEndpoints)
	f("PKTAP that says 4 GB", 258, append([]byte{0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 1}, zeros(200)...), NoEndpoints)
	f("station management", 10, zeros(60, 0, 0x41), UnsupportedLink)
	f("CAN, cut", 227, zeros(7), CutLink)
	f("pflog shorter than any", 117, zeros(64, 0, 4), CutLink)
	f("a link type of nobody", 9999, zeros(60), UnsupportedLink)
}

// TestCAN: frames on a bus are named as tshark names them, and belong to nobody.
func TestCAN(t *testing.T) {
	f := func(want string, frame ...byte) {
		t.Helper()
		var p Packet
		outcome := Decode(&capture.Frame{Link: 227, Length: uint32(len(frame)), Data: frame}, &p)
		NewNamer().Name(&p)
		if got := protocol.NewVocabulary().Name(p.Protocol); outcome != NoEndpoints || got != want {
			t.Errorf("% x: %v, %s, want %s", frame, outcome, got, want)
		}
	}
	f("CAN", 0, 0, 7, 0xff, 2, 0, 0, 0, 1, 2)
	f("CAN", 0x80, 0, 0, 0, 0, 0, 0, 0) // a long identifier
	f("CAN", 0x40, 0, 0, 0, 0, 0, 0, 0) // a remote request
	f("AUTOSAR_NM", 0x0a, 0, 0, 0, 0, 0, 0, 0)
	f("CANFD", 0, 0, 0, 1, 12, 4, 0, 0)
}
