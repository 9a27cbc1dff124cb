package packet

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"botnetdetect/capture"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/protocol"
)

// protocolLayer makes the nth packet of a conversation with a server's port.
type protocolLayer func(port uint16, seq uint32, n int, payload []byte) Packet

func tcpLayer(port uint16, seq uint32, n int, payload []byte) Packet {
	src, dst := "10.0.0.1:50000", fmt.Sprintf("10.0.0.2:%d", port)
	if n%2 == 1 {
		src, dst = dst, src
	}
	flags := byte(pcaptest.ACK)
	if n%7 == 6 {
		flags |= pcaptest.FIN
	}
	return decoded(pcaptest.Frame(0, pcaptest.TCP(src, dst, pcaptest.Segment{Seq: seq, Flags: flags}, payload)))
}

func udpLayer(port uint16, _ uint32, n int, payload []byte) Packet {
	src, dst := "10.0.0.1:50000", fmt.Sprintf("10.0.0.2:%d", port)
	if n%2 == 1 {
		src, dst = dst, src
	}
	return decoded(pcaptest.Frame(0, pcaptest.UDP(src, dst, payload)))
}

func decoded(f capture.Frame) (p Packet) {
	Decode(&f, &p)
	return p
}

// namesOf returns the names of frames, in order.
func namesOf(frames []capture.Frame) string {
	namer, voc := NewNamer(), protocol.NewVocabulary()
	var all []string
	for i := range frames {
		p := decoded(frames[i])
		namer.Name(&p)
		all = append(all, voc.Name(p.Protocol))
	}
	return strings.Join(all, " ")
}

func TestNamesOfConversations(t *testing.T) {
	f := func(flow *pcaptest.Flow, want string) {
		t.Helper()
		if got := namesOf(flow.Frames); got != want {
			t.Errorf("%s to %s: got %s, want %s", flow.A, flow.B, got, want)
		}
	}
	tcp := func(port int, pieces ...string) *pcaptest.Flow { // a piece from the server begins with <
		flow := pcaptest.TCPFlow("10.0.0.1:50000", fmt.Sprintf("10.0.0.2:%d", port)).Handshake(0)
		for i, s := range pieces {
			at := time.Duration(i+1) * time.Second
			if rest, ok := strings.CutPrefix(s, "<"); ok {
				flow.ReplyData(at, []byte(rest))
			} else {
				flow.SendData(at, []byte(s))
			}
		}
		return flow
	}
	udp := func(port int, pieces ...string) *pcaptest.Flow {
		flow := pcaptest.UDPFlow("10.0.0.1:50000", fmt.Sprintf("10.0.0.2:%d", port))
		for i, s := range pieces {
			if rest, ok := strings.CutPrefix(s, "<"); ok {
				flow.ReplyData(time.Duration(i)*time.Second, []byte(rest))
			} else {
				flow.SendData(time.Duration(i)*time.Second, []byte(s))
			}
		}
		return flow
	}
	const handshake = "TCP TCP TCP "
	const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
	f(tcp(80, get, "<HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc", "<def"), handshake+"HTTP TCP HTTP")
	f(tcp(8123, get), handshake+"HTTP") // any port
	f(tcp(80, get, "<HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "<3\r\nab", "<c\r\n0\r", "<\n\r\n"), handshake+"HTTP TCP TCP TCP HTTP")
	f(tcp(80, get, "<HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"), handshake+"HTTP HTTP/JSON")
	f(tcp(80, "GET / HT", "TP/1.1\r\n", "\r\n"), handshake+"TCP TCP HTTP")
	f(tcp(80, "\x00\x01\x02\x03"), handshake+"TCP")
	f(tcp(443, "\x16\x03\x01\x00\x04\x01\x00", "\x00\x00"), handshake+"TCP TLSv1")
	f(tcp(6969, "\x13BitTorrent protocol"+strings.Repeat("x", 48), "\x00\x00\x00\x01\x02", "\x00\x00\x40\x09\x07aaaa"), handshake+"BitTorrent BitTorrent TCP")
	f(tcp(25, "<220 hello\r\n", "EHLO a\r\n", "DATA\r\n", "<354 go\r\n", "abc", "def\r\n.\r\n"), handshake+"SMTP SMTP SMTP SMTP TCP SMTP/IMF")
	f(tcp(25, "STARTTLS\r\n", "<220 go\r\n", "\x16\x03\x01\x00\x01\x01"), handshake+"SMTP SMTP TLSv1")
	f(tcp(21, "USER a\r\n", "<331 b\r\n"), handshake+"FTP FTP")
	f(tcp(22, "SSH-2.0-a\r\n", "\x00\x00\x00\x06\x01\x14", "abcd"), handshake+"SSH TCP SSHv2")
	f(tcp(3306, "<\x05\x00\x00\x00ab", "<cde"), handshake+"TCP MySQL")
	f(tcp(6633, "<\x04\x00\x00\x08aaaa", "\x04\x00\x00\x08aaaa", "<\x04\x03\x00\x08bbbb"), handshake+"TCP OpenFlow OpenFlow") // the switch begins it
	f(tcp(7777, "hello"), handshake+"TCP")
	f(udp(53, string(pcaptest.DNSQuery(1, "a.example."))), "DNS")
	f(udp(5300, string(pcaptest.DNSQuery(1, "a.example."))), "DNS")
	f(udp(6881, "d1:ad2:id20:aaaaaaaaaaaaaaaaaaaae1:q4:ping1:t2:aa1:y1:qe", "\x41\x00ab"), "BT-DHT UDP")
	f(udp(7777, "\x00\x01\x00\x00\x21\x12\xa4\x42aaaabbbbcccc"), "STUN")
	f(udp(7777, "\x80\xc8\x00\x01aaaa"), "RTCP")
	f(udp(3357, "anything"), "AX4000") // a port is its own evidence
	f(udp(3357, "d1:ad2:id20:aaaaaaaaaaaaaaaaaaaae1:q4:ping1:t2:aa1:y1:qe"), "BT-DHT")
	f(udp(69, "\x00\x01a\x00octet\x00"), "TFTP")
	f(udp(7777, "\x00"), "UDP")
}

// TestNameBatch checks that naming many at once gives the names that one after another has.
func TestNameBatch(t *testing.T) {
	frames := mixture(200)
	first, second := pcaptest.Fragments(pcaptest.UDP("10.0.0.1:50000", "10.0.0.2:53", pcaptest.DNSResponse(1, "a.example.", "192.0.2.9")), 16)
	frames = slices.Insert(frames, 100, pcaptest.Frame(0, first), pcaptest.Frame(0, second))
	one, batch := NewNamer(), NewNamer()
	var want []protocol.ID
	var answers []Endpoint
	for i := range frames {
		p := decoded(frames[i])
		answers = append(answers, one.Name(&p).Addresses...)
		want = append(want, p.Protocol)
	}
	var packets []Packet
	var which []uint32
	for i := range frames {
		packets, which = append(packets, decoded(frames[i])), append(which, uint32(i))
	}
	if got := batch.NameBatch(packets, which); !slices.Equal(got, answers) || len(got) == 0 {
		t.Errorf("answers %v, want %v", got, answers)
	}
	for i := range packets {
		if packets[i].Protocol != want[i] {
			t.Fatalf("packet %d: name %d, want %d", i, packets[i].Protocol, want[i])
		}
	}
}

func TestSegmentsOutOfOrder(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n"
	segment := func(seq uint32, data string) capture.Frame {
		return pcaptest.Frame(0, pcaptest.TCP("10.0.0.2:80", "10.0.0.1:50000", pcaptest.Segment{Seq: 1000 + seq, Ack: 1, Flags: pcaptest.ACK}, []byte(data)))
	}
	n := uint32(len(head))
	f := func(want string, frames ...capture.Frame) {
		t.Helper()
		if got := namesOf(frames); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	f("TCP TCP TCP HTTP", segment(0, head), segment(n, "aaaa"), segment(n+4, "bbbb"), segment(n+8, "cccc"))
	// what fills a hole is not looked into, but counts
	f("TCP TCP TCP HTTP", segment(0, head), segment(n+4, "bbbb"), segment(n, "aaaa"), segment(n+8, "cccc"))
	// without it the message is never whole
	f("TCP TCP TCP", segment(0, head), segment(n+4, "bbbb"), segment(n+8, "cccc"))
	// sent again: nothing new
	f("TCP TCP TCP TCP HTTP", segment(0, head), segment(n, "aaaa"), segment(n, "aaaa"), segment(n+4, "bbbb"), segment(n+8, "cccc"))
}

func TestStreamsThatEnd(t *testing.T) {
	client := func(flags byte, seq uint32, data string) capture.Frame {
		return pcaptest.Frame(0, pcaptest.TCP("10.0.0.2:80", "10.0.0.1:50000", pcaptest.Segment{Seq: seq, Ack: 1, Flags: flags}, []byte(data)))
	}
	const head = "HTTP/1.0 200 OK\r\n\r\nabc" // no length: the body ends with the stream
	frames := []capture.Frame{
		client(pcaptest.ACK, 1, head),
		client(pcaptest.ACK, 1+uint32(len(head)), "def"),
		client(pcaptest.ACK|pcaptest.FIN, 4+uint32(len(head)), ""),
	}
	if got, want := namesOf(frames), "TCP TCP HTTP"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFragmentsGetTheNameAtTheEnd(t *testing.T) {
	query := pcaptest.UDP("10.0.0.1:50000", "10.0.0.2:53", pcaptest.DNSQuery(1, "a-long-name.example."))
	first, second := pcaptest.Fragments(query, 16)
	f := func(want string, packets ...[]byte) {
		t.Helper()
		if got := namesOf(inEthernet(packets...)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	f("IPv4 DNS", first, second)
	f("IPv4 DNS", second, first)
	f("IPv4 IPv4", second, second)
}

// inEthernet returns a frame for each IP packet.
func inEthernet(packets ...[]byte) (frames []capture.Frame) {
	for _, p := range packets {
		frames = append(frames, pcaptest.Frame(0, p))
	}
	return frames
}

// TestTunnelInFragments: the direction in a stream is that of the inner addresses, whatever the order of the outer ones.
// What comes in fragments is a stream of its own.
func TestTunnelInFragments(t *testing.T) {
	const head, rest = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf", "and what is missing."
	segment := func(seq int, data string) []byte {
		return pcaptest.TCP("11.0.0.1:80", "10.0.0.1:50000", pcaptest.Segment{Seq: uint32(seq), Ack: 1, Flags: pcaptest.ACK}, []byte(data))
	}
	for _, outer := range [][2]string{{"192.0.2.1", "192.0.2.2"}, {"192.0.2.2", "192.0.2.1"}} {
		f := func(want string, packets ...[]byte) {
			t.Helper()
			if got := namesOf(inEthernet(packets...)); got != want {
				t.Errorf("from %s to %s: got %s, want %s", outer[0], outer[1], got, want)
			}
		}
		one, two := pcaptest.IP(outer[0], outer[1], 4, segment(1, head)), pcaptest.IP(outer[0], outer[1], 4, segment(1+len(head), rest[:16]))
		two[5] = 2 // another datagram's number
		first, second := pcaptest.Fragments(one, 48)
		third, fourth := pcaptest.Fragments(two, 48)
		f("TCP HTTP", one, two)
		f("IPv4 TCP IPv4 HTTP", first, second, third, fourth)
		f("TCP IPv4 TCP", one, third, fourth)
	}
}

func TestAnswers(t *testing.T) {
	response := pcaptest.DNSResponse(1, "a.example.", "192.0.2.1", "2001:db8::1")
	f := func(frames []capture.Frame, want string) {
		t.Helper()
		namer := NewNamer()
		var got []string
		for i := range frames {
			p := decoded(frames[i])
			for _, a := range namer.Name(&p).Addresses {
				got = append(got, a.String())
			}
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("got %q, want %q", s, want)
		}
	}
	both := "192.0.2.1 2001:db8::1"
	f(pcaptest.UDPFlow("10.0.0.1:50000", "10.0.0.2:53").ReplyData(0, response).Frames, both)
	f(pcaptest.UDPFlow("10.0.0.1:5353", "224.0.0.251:5353").ReplyData(0, response).Frames, "") // hosts announce themselves
	over := pcaptest.OverTCP(response)
	f(pcaptest.TCPFlow("10.0.0.1:50000", "10.0.0.2:53").ReplyData(0, over).Frames, both)
	f(pcaptest.TCPFlow("10.0.0.1:50000", "10.0.0.2:53").ReplyData(0, over[:20]).ReplyData(1, over[20:]).Frames, both)
	f(pcaptest.UDPFlow("10.0.0.1:50000", "10.0.0.2:53").SendData(0, pcaptest.DNSQuery(1, "a.example.")).Frames, "")
}

// TestFloodIsBounded sends a SYN of each of a million conversations, and messages
// that never end: memory stays within the limits, and established conversations
// are still known.
func TestFloodIsBounded(t *testing.T) {
	namer := NewNamer()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	frame := pcaptest.Frame(0, pcaptest.TCP("10.0.0.1:1", "10.0.0.2:80", pcaptest.Segment{Seq: 1, Flags: pcaptest.ACK}, []byte("GET / HTTP/1.1\r\n")))
	for i := range 1_000_000 {
		frame.Data[26], frame.Data[27], frame.Data[28] = byte(i>>16), byte(i>>8), byte(i)
		p := decoded(frame)
		namer.Name(&p)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 128<<20 {
		t.Errorf("a flood took %d MB, want at most 128", grown>>20)
	}
	if s := namer.Stats(); s.Forgotten == 0 {
		t.Error("no conversation was forgotten in a flood")
	}
	runtime.KeepAlive(namer)
}

func TestShard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p, q Packet
		a := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "a")
		b := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "b")
		p.Src, p.Dst = MakeIPv6([16]byte(a)), MakeIPv4([4]byte(b))
		q.Src, q.Dst = p.Dst, p.Src
		if p.Shard() != q.Shard() {
			t.Errorf("%v and %v: %x one way, %x the other", p.Src, p.Dst, p.Shard(), q.Shard())
		}
	})
}

// TestShardsSpread checks that pairs of one network spread evenly.
func TestShardsSpread(t *testing.T) {
	var count [16]int
	for i := range 1 << 12 {
		p := Packet{Src: MakeIPv4([4]byte{10, 0, byte(i >> 8), byte(i)}), Dst: MakeIPv4([4]byte{10, 1, 0, 1})}
		count[p.Shard()%16]++
	}
	for i, n := range count {
		if n < 192 || n > 320 {
			t.Errorf("shard %d of 16 has %d of 4096 pairs, want about 256", i, n)
		}
	}
}

func TestEndpointText(t *testing.T) {
	for _, s := range []string{"10.0.0.1", "2001:db8::1", "::ffff:1.2.3.4", "::", "02:00:00:00:00:0a"} {
		e, err := Parse(s)
		if err != nil || e.String() != s {
			t.Errorf("%s: got %v, %v", s, e, err)
		}
		if ip, ok := e.IP(); ok && ip.String() != s {
			t.Errorf("%s: got address %v", s, ip)
		}
	}
	for _, s := range []string{"", "10.0.0", "fe80::1%eth0", "02:00:00:00:00", "02:00:00:00:00:0g", "02-00-00-00-00-0a"} {
		if e, err := Parse(s); err == nil {
			t.Errorf("%q: got %v, want an error", s, e)
		}
	}
}

func TestEndpointOrder(t *testing.T) {
	sorted := []string{"10.0.0.1", "10.0.0.2", "192.168.0.1", "::1", "2001:db8::1", "02:00:00:00:00:0a"}
	for i, a := range sorted {
		for j, b := range sorted {
			x, _ := Parse(a)
			y, _ := Parse(b)
			if got := x.Compare(y); got < 0 != (i < j) || got == 0 != (i == j) {
				t.Errorf("%s and %s: got %d", a, b, got)
			}
		}
	}
}
