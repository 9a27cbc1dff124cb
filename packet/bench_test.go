package packet

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"botnetdetect/capture"
	"botnetdetect/internal/pcaptest"
)

var benchCapture = flag.String("capture", "", "benchmark on this capture instead of made-up traffic")

// traffic returns frames to measure on: those of the capture asked for, or a
// mixture of web, DNS, DHT and unknown traffic between a hundred pairs.
func traffic(tb testing.TB) (frames []capture.Frame) {
	if *benchCapture == "" {
		return mixture(100)
	}
	err := eachFrame(*benchCapture, func(f *capture.Frame) {
		g := *f
		g.Data = append([]byte(nil), f.Data...)
		frames = append(frames, g)
	})
	if err != nil {
		tb.Fatal(err)
	}
	return frames
}

func mixture(pairs int) []capture.Frame {
	var flows []*pcaptest.Flow
	for i := range pairs {
		host := fmt.Sprintf("10.0.%d.%d", i/250, i%250+1)
		at := time.Duration(i) * time.Millisecond
		switch i % 4 {
		case 0:
			f := pcaptest.TCPFlow(host+":40000", "192.0.2.1:443").Handshake(at)
			record := append([]byte{0x17, 3, 3, 0x04, 0x00}, make([]byte, 1024)...)
			for n := range 20 {
				f.ReplyData(at+time.Duration(n)*time.Second, record)
			}
			flows = append(flows, f)
		case 1:
			f := pcaptest.UDPFlow(host+":40000", "192.0.2.53:53")
			f.SendData(at, pcaptest.DNSQuery(1, "a.example."))
			f.ReplyData(at+time.Millisecond, pcaptest.DNSResponse(1, "a.example.", "198.51.100.1"))
			flows = append(flows, f)
		case 2:
			f := pcaptest.UDPFlow(host+":51413", "192.0.2.7:51413")
			for n := range 20 {
				f.SendData(at+time.Duration(n)*time.Second, []byte("d1:ad2:id20:aaaaaaaaaaaaaaaaaaaae1:q4:ping1:t2:aa1:y1:qe"))
			}
			flows = append(flows, f)
		case 3:
			f := pcaptest.UDPFlow(host+":51413", "192.0.2.8:16881")
			for n := range 20 {
				f.Send(at+time.Duration(n)*time.Second, 200)
			}
			flows = append(flows, f)
		}
	}
	return pcaptest.Merge(flows...)
}

func BenchmarkDecode(b *testing.B) {
	frames := traffic(b)
	var p Packet
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		Decode(&frames[i%len(frames)], &p)
	}
}

func BenchmarkName(b *testing.B) {
	frames := traffic(b)
	packets := make([]Packet, len(frames))
	for i := range frames {
		Decode(&frames[i], &packets[i])
	}
	n := NewNamer()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		n.Name(&packets[i%len(packets)])
	}
}

// BenchmarkGopacket decodes the same frames with gopacket's fastest decoder, as a measure.
func BenchmarkGopacket(b *testing.B) {
	frames := traffic(b)
	var (
		eth     layers.Ethernet
		ip4     layers.IPv4
		ip6     layers.IPv6
		tcp     layers.TCP
		udp     layers.UDP
		payload gopacket.Payload
		decoded []gopacket.LayerType
	)
	parser := gopacket.NewDecodingLayerParser(layers.LayerTypeEthernet, &eth, &ip4, &ip6, &tcp, &udp, &payload)
	parser.IgnoreUnsupported = true
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		_ = parser.DecodeLayers(frames[i%len(frames)].Data, &decoded)
	}
}
