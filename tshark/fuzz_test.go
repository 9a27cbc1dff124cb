package tshark

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"botnetdetect/packet"
	"botnetdetect/protocol"
)

// FuzzScan reads what tshark might print, or something that stands in its place. Each line
// is a packet or counted as odd, and a packet, printed as tshark does, is read as itself.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		"1700000000.123456789\t342\t10.0.0.53\tfe80::1\tDNS\t1.2.3.4,5.6.7.8\t2001:db8::1\n",
		"1.0\t60\t1.1.1.1\t2.2.2.2\tBT-DHT\t\t\n1.0\t60\thost\t00:11:22:33:44:55\tUSB\t\t\nodd line\n",
		"-1.5\t4294967295\t\t\tDTLS 1.0 (OpenSSL pre 0.9.8f)\t1.2.3.4,,x\t::ffff:1.2.3.4",
		"0.\t0\t::\t0.0.0.0\t\t\t\n\n\r\n", "9223372035.999999999\t1\tfe80::1%eth0\t1.1.1.1\tDNS\t1.1.1.1\t\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, out []byte) {
		r := Reader{Vocabulary: protocol.NewVocabulary()}
		packets := int64(0)
		err := r.scan(bytes.NewReader(out), func(p *packet.Packet, answers []packet.Endpoint) {
			packets++
			sameAgain(t, &r, p, answers)
		})
		if lines := int64(len(slices.Collect(bytes.Lines(out)))); err == nil && packets+r.OddLines != lines {
			t.Errorf("%d packets and %d odd lines of %d", packets, r.OddLines, lines)
		}
	})
}

// sameAgain checks that p, printed, is read as itself by a reader with r's vocabulary.
func sameAgain(t *testing.T, r *Reader, p *packet.Packet, answers []packet.Endpoint) {
	line := printed(p, r.Vocabulary.Name(p.Protocol), answers)
	again := Reader{Vocabulary: r.Vocabulary}
	q := packet.Packet{Seq: p.Seq}
	named, err := again.parse(line, &q)
	if err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	if q.Time != p.Time || q.Length != p.Length || q.Src != p.Src || q.Dst != p.Dst || q.Protocol != p.Protocol {
		t.Errorf("%q is read as %+v; want %+v", line, q, *p)
	}
	if !slices.Equal(named, answers) {
		t.Errorf("%q names %v; want %v", line, named, answers)
	}
}

// printed returns the line that tshark prints of a packet. Answers of both versions stand in
// one column, so that they keep their order.
func printed(p *packet.Packet, name string, answers []packet.Endpoint) string {
	sign, ns := "", p.Time
	if ns < 0 {
		sign, ns = "-", -ns
	}
	var list []string
	for _, a := range answers {
		list = append(list, a.String())
	}
	return fmt.Sprintf("%s%d.%09d\t%d\t%s\t%s\t%s\t%s\t", sign, ns/1e9, ns%1e9, p.Length, p.Src, p.Dst, name, strings.Join(list, ","))
}
