package synthetic

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"botnetdetect/capture"
	"botnetdetect/internal/craft"
	"botnetdetect/internal/witness"
)

// whole draws a host whose frames are captured whole, on Ethernet, so that a witness sees all.
func whole(t *testing.T, kind Kind, seed uint64) *Host {
	t.Helper()
	h := made(t, seed, Options{Kind: kind, Frames: 3000})
	h.traits.MidLife, h.traits.Begins = false, 0
	h.wire.snap, h.wire.link = 1<<18, capture.LinkEthernet
	return h
}

func file(t *testing.T, h *Host) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.pcap")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := bufio.NewWriter(f)
	w := craft.NewWriter(b, h.Link(), false)
	if _, err := w.Header(); err != nil {
		t.Fatal(err)
	}
	for frame := range h.Frames() {
		if _, err := w.Frame(&frame); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Flush(); err != nil {
		t.Fatal(err)
	}
	return path
}

// common are the protocols that are written in nearly every set of captures; tshark may take
// noise for others, some of which it calls UDP still.
var common = []string{"TCP", "UDP", "TLSv1.2", "HTTP", "DNS", "BT-DHT", "NTP", "ICMP", "ARP", "NBNS", "MDNS", "SSDP"}

// TestTshark has tshark name the protocols, check every checksum and look for malformed packets.
func TestTshark(t *testing.T) {
	if testing.Short() {
		t.Skip("tshark takes its time")
	}
	tshark := witness.Program(t, "tshark")
	names := map[string]int{}
	written := append([]string{"SSH", "SMTP", "BitTorrent"}, common...)
	for i, kind := range append(Kinds(), Client) {
		out, err := exec.Command(tshark, "-n", "-r", file(t, whole(t, kind, uint64(i))),
			"-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE",
			"-T", "fields", "-E", "separator=/t", "-E", "occurrence=f", "-e", "_ws.col.Protocol", "-e", "_ws.malformed",
			"-e", "ip.checksum.status", "-e", "tcp.checksum.status", "-e", "udp.checksum.status", "-e", "icmp.checksum.status").Output()
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(out)) {
			fields := strings.Split(strings.TrimSpace(line), "\t")
			names[fields[0]]++
			if len(fields) > 1 && fields[1] != "" && fields[0] != "UDP" && slices.Contains(written, fields[0]) {
				t.Errorf("%s: malformed: %q", kind, line)
			}
			if slices.Contains(fields[1:], "0") {
				t.Fatalf("%s: bad checksum: %q", kind, line)
			}
		}
	}
	for _, name := range common {
		if names[name] == 0 {
			t.Errorf("no packet that tshark names %s: %v", name, names)
		}
	}
}

// TestStreams has gopacket follow the connections: what a side sends continues what it has
// sent, and it acknowledges nothing that the other has not sent.
func TestStreams(t *testing.T) {
	for i, kind := range append(Kinds(), Client) {
		ends := map[[2]string]uint32{} // the next sequence number of a direction
		for f := range whole(t, kind, uint64(i)+50).Frames() {
			p := gopacket.NewPacket(f.Data, layers.LayerTypeEthernet, gopacket.DecodeOptions{Lazy: true, NoCopy: true})
			tcp, ok := p.TransportLayer().(*layers.TCP)
			if !ok {
				continue
			}
			src, dst := p.NetworkLayer().NetworkFlow().Endpoints()
			from, to := tcp.TransportFlow().Endpoints()
			own := [2]string{src.String() + ":" + from.String(), dst.String() + ":" + to.String()}
			other := [2]string{own[1], own[0]}
			if tcp.SYN {
				delete(ends, own)
				if !tcp.ACK {
					delete(ends, other)
				}
			}
			if next, known := ends[own]; known && !tcp.RST && int32(tcp.Seq-next) > 0 {
				t.Fatalf("%s: %v: sequence %d, want at most %d", kind, own, tcp.Seq, next)
			}
			if next, known := ends[other]; known && tcp.ACK && !tcp.RST && int32(tcp.Ack-next) > 0 {
				t.Fatalf("%s: %v: acknowledges %d, %d sent", kind, own, tcp.Ack, next)
			}
			next := tcp.Seq + uint32(len(tcp.Payload))
			if tcp.SYN || tcp.FIN {
				next++
			}
			if old, known := ends[own]; !known || int32(next-old) > 0 {
				ends[own] = next
			}
		}
	}
}
