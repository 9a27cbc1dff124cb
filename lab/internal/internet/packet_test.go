package internet

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"
)

var (
	inner  = netip.MustParseAddr("192.168.1.23")
	outer  = netip.MustParseAddr("62.4.7.1")
	remote = netip.MustParseAddr("81.2.3.4")
)

// datagram builds a UDP packet with sound checksums.
func datagram(src, dst netip.Addr, from, to uint16, payload string) packet {
	b := make([]byte, 8, 8+len(payload))
	binary.BigEndian.PutUint16(b, from)
	binary.BigEndian.PutUint16(b[2:], to)
	binary.BigEndian.PutUint16(b[4:], uint16(8+len(payload)))
	b = append(b, payload...)
	p := build(protocolUDP, src, dst, b)
	binary.BigEndian.PutUint16(p.body()[6:], transportSum(p))
	return p
}

func transportSum(p packet) uint16 {
	body := p.body()
	return checksum(p[offsetSrc:offsetSrc+8], []byte{0, p.protocol(), byte(len(body) >> 8), byte(len(body))}, body)
}

// sound tells whether every checksum of a packet is right: summed over itself it is 0.
func sound(p packet) bool {
	if checksum(p[:p.header()]) != 0 {
		return false
	}
	if p.protocol() == protocolICMP {
		return checksum(p.body()) == 0
	}
	return transportSum(p) == 0
}

func TestTranslationKeepsChecksums(t *testing.T) {
	n := newNAT(inner, outer, false)
	p := datagram(inner, remote, 5000, 6881, "d1:ad2:id20:")
	n.out(p, time.Now())
	if p.src() != outer || !sound(p) {
		t.Errorf("out: source %s, sound %v", p.src(), sound(p))
	}
	answer := datagram(remote, outer, 6881, 5000, "d1:rd2:id20:")
	if !n.in(answer, time.Now()) || answer.dst() != inner || !sound(answer) {
		t.Errorf("in: destination %s, sound %v", answer.dst(), sound(answer))
	}
}

func TestTranslationLetsOnlyAnswersIn(t *testing.T) {
	n := newNAT(inner, outer, false)
	now := time.Now()
	n.out(datagram(inner, remote, 5000, 6881, "x"), now)
	f := func(from netip.Addr, port uint16, after time.Duration, want bool) {
		t.Helper()
		if got := n.in(datagram(from, outer, 6881, port, "x"), now.Add(after)); got != want {
			t.Errorf("from %s to port %d after %s: let in %v", from, port, after, got)
		}
	}
	f(remote, 5000, 0, true)
	f(remote, 5001, 0, false)
	f(netip.MustParseAddr("81.2.3.5"), 5000, 0, false)
	f(remote, 5000, udpHole+time.Second, false)
	n.forward = true
	f(netip.MustParseAddr("81.2.3.5"), 4000, 0, true)
}

func TestErrorsComeBackThroughTranslation(t *testing.T) {
	n := newNAT(inner, outer, false)
	p := datagram(inner, remote, 5000, 6881, "x")
	n.out(p, time.Now())
	e := unreachable(p, remote, codeHost)
	if !n.in(e, time.Now()) || !sound(e) {
		t.Fatal("the error did not come in sound")
	}
	if q := quotedBy(e); q.src() != inner || checksum(q[:q.header()]) != 0 {
		t.Errorf("the error quotes a packet from %s", q.src())
	}
}

func TestRefusals(t *testing.T) {
	syn := build(protocolTCP, outer, remote, make([]byte, 20))
	binary.BigEndian.PutUint32(syn.body()[4:], 1000)
	syn.body()[12], syn.body()[13] = 5<<4, flagSYN
	r := refuse(syn)
	if r == nil || !sound(r) || r.body()[13] != flagRST|flagACK || binary.BigEndian.Uint32(r.body()[8:]) != 1001 {
		t.Errorf("SYN was answered by % x", r)
	}
	if u := refuse(datagram(outer, remote, 1, 2, "x")); u == nil || !sound(u) || u.body()[1] != codePort {
		t.Errorf("a datagram was answered by % x", u)
	}
	if again := refuse(r); again != nil {
		t.Error("a reset was answered")
	}
}

func TestAgingKeepsTheChecksum(t *testing.T) {
	p := datagram(outer, remote, 1, 2, "x")
	if !p.age(12) || !sound(p) || p.age(200) {
		t.Errorf("time to live %d, sound %v", p[offsetTTL], sound(p))
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(datagram(outer, remote, 1, 2, "x")))
	f.Add([]byte(unreachable(datagram(outer, remote, 1, 2, "x"), remote, codeHost)))
	f.Fuzz(func(_ *testing.T, b []byte) {
		p := parse(b)
		if p == nil {
			return
		}
		refuse(p)
		newNAT(inner, outer, true).in(p, time.Now())
		newNAT(inner, outer, false).out(p, time.Now())
	})
}
