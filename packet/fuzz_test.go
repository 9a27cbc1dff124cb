package packet

import (
	"net/netip"
	"reflect"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"botnetdetect/capture"
	"botnetdetect/internal/pcaptest"
)

// FuzzDecode gives Decode frames of every link type and checks that what it says
// holds, and for Ethernet that it agrees with gopacket.
func FuzzDecode(f *testing.F) {
	for _, frame := range mixture(8) {
		f.Add(uint16(1), uint32(0), frame.Data)
	}
	f.Add(uint16(1), uint32(9), pcaptest.VLAN(0x8100, 5, pcaptest.Ethernet(0x0800, tcp4)))
	f.Add(uint16(1), uint32(0), pcaptest.Ethernet(0xffff, udp4))
	f.Add(uint16(1), uint32(0), pcaptest.Ethernet(0x86dd, udp6))
	f.Add(uint16(101), uint32(0), udp6)
	f.Add(uint16(105), uint32(0), make([]byte, 40))
	f.Add(uint16(113), uint32(0), append(make([]byte, 14), append([]byte{8, 0}, udp4...)...))
	f.Fuzz(func(t *testing.T, link uint16, beyond uint32, data []byte) {
		frame := capture.Frame{Time: 1, Seq: 2, Length: uint32(len(data)) + beyond%65536, Link: capture.LinkType(link), Data: data}
		var p Packet
		o := Decode(&frame, &p)
		if p.Time != 1 || p.Seq != 2 || p.Length != frame.Length {
			t.Errorf("got %v, want the frame's time, place and length", p)
		}
		if both := p.Src.Kind() != None && p.Dst.Kind() != None; both != o.Usable() {
			t.Errorf("%v, but endpoints %q, %q", o, p.Src, p.Dst)
		}
		var q Packet
		if walked := walkHeaders(&frame, &q); walked != o || q.Src != p.Src || q.Dst != p.Dst || !reflect.DeepEqual(q.view, p.view) {
			t.Errorf("the short way gives %v > %v %+v, the long %v > %v %+v", p.Src, p.Dst, p.view, q.Src, q.Dst, q.view)
		}
		if len(p.view.Payload) > len(data) {
			t.Errorf("%d bytes of payload in %d", len(p.view.Payload), len(data))
		}
		NewNamer().Name(&p)
		if link == 1 && beyond%65536 == 0 {
			compareWithGopacket(t, data)
		}
	})
}

// compareWithGopacket checks endpoints, ports and payload of plain packets, those
// that gopacket decodes whole, against gopacket's.
func compareWithGopacket(t *testing.T, data []byte) {
	var (
		eth     layers.Ethernet
		vlan    layers.Dot1Q
		ip4     layers.IPv4
		ip6     layers.IPv6
		tcp     layers.TCP
		udp     layers.UDP
		payload gopacket.Payload
		decoded []gopacket.LayerType
	)
	parser := gopacket.NewDecodingLayerParser(layers.LayerTypeEthernet, &eth, &vlan, &ip4, &ip6, &tcp, &udp, &payload)
	parser.IgnoreUnsupported = true
	if parser.DecodeLayers(data, &decoded) != nil || parser.Truncated {
		return
	}
	frame := pcaptest.FrameOf(1, 0, data)
	var p Packet
	Decode(&frame, &p)
	last := decoded[len(decoded)-1]
	if last == gopacket.LayerTypePayload && len(decoded) > 1 {
		last = decoded[len(decoded)-2]
	}
	var src, dst netip.Addr
	var ports [2]uint16
	var rest []byte
	switch last {
	case layers.LayerTypeTCP:
		ports, rest = [2]uint16{uint16(tcp.SrcPort), uint16(tcp.DstPort)}, tcp.Payload
	case layers.LayerTypeUDP:
		if udp.Length < 8 || tunnels(uint16(udp.SrcPort)) || tunnels(uint16(udp.DstPort)) {
			return
		}
		ports, rest = [2]uint16{uint16(udp.SrcPort), uint16(udp.DstPort)}, udp.Payload
	default:
		return
	}
	if eth.EthernetType == layers.EthernetTypeRaw || vlan.Type == layers.EthernetTypeRaw {
		return // a reserved type, which gopacket has given a meaning of its own
	}
	for _, l := range decoded {
		switch l {
		case layers.LayerTypeIPv4:
			if ip4.Flags&layers.IPv4MoreFragments != 0 || ip4.FragOffset != 0 || ip4.Version != 4 {
				return
			}
			src, _ = netip.AddrFromSlice(ip4.SrcIP)
			dst, _ = netip.AddrFromSlice(ip4.DstIP)
		case layers.LayerTypeIPv6:
			if ip6.Version != 6 {
				return
			}
			src, _ = netip.AddrFromSlice(ip6.SrcIP)
			dst, _ = netip.AddrFromSlice(ip6.DstIP)
		}
	}
	ourSrc, _ := p.Src.IP()
	ourDst, _ := p.Dst.IP()
	if ourSrc != src || ourDst != dst {
		t.Errorf("% x: got %v > %v, gopacket %v > %v", data, ourSrc, ourDst, src, dst)
	}
	if ports != [2]uint16{p.view.SrcPort, p.view.DstPort} || len(rest) != len(p.view.Payload) {
		t.Errorf("% x: got ports %d, %d and %d bytes, gopacket %d and %d bytes", data, p.view.SrcPort, p.view.DstPort, len(p.view.Payload), ports, len(rest))
	}
}

// FuzzName gives a Namer two conversations' worth of segments and datagrams, cut
// from one string of bytes: it must name them all, and keep its promises on memory.
func FuzzName(f *testing.F) {
	f.Add(uint16(80), uint16(7), []byte("GET / HTTP/1.1\r\nHost: a\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"))
	f.Add(uint16(443), uint16(3), append([]byte{22, 3, 1, 0, 40, 2, 0, 0, 36, 3, 3}, make([]byte, 40)...))
	f.Add(uint16(53), uint16(40), pcaptest.OverTCP(pcaptest.DNSResponse(1, "a.example.", "192.0.2.1")))
	f.Add(uint16(25), uint16(5), []byte("EHLO a\r\nDATA\r\n354 go\r\nhello\r\n.\r\n"))
	f.Add(uint16(445), uint16(9), append([]byte{0, 0, 0, 64, 0xfe, 'S', 'M', 'B'}, make([]byte, 90)...))
	f.Fuzz(func(t *testing.T, port, step uint16, data []byte) {
		namer := NewNamer()
		var seq uint32
		for n := 0; len(data) > 0; n++ {
			size := min(int(step)%97+1, len(data))
			piece := data[:size]
			data = data[size:]
			name(t, namer, port, seq, n, piece)
			if piece[0]%16 != 1 { // now and then a segment is lost or sent again
				seq += uint32(size)
			}
		}
	})
}

// name makes a segment and a datagram of piece and names both.
func name(t *testing.T, namer *Namer, port uint16, seq uint32, n int, piece []byte) {
	for _, layer := range []protocolLayer{tcpLayer, udpLayer} {
		p := layer(port, seq, n, piece)
		namer.Name(&p)
		if p.Protocol == 0 {
			t.Errorf("a packet with port %d and %q has no name", port, piece)
		}
	}
}
