package protocol

import (
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

func TestLine(t *testing.T) {
	f := func(s string, more bool, n, next int, ok bool) {
		t.Helper()
		if a, b, c := line([]byte(s), 0, more); a != n || b != next || c != ok {
			t.Errorf("%q: got %d, %d, %v, want %d, %d, %v", s, a, b, c, n, next, ok)
		}
	}
	f("ab\r\ncd", true, 2, 4, true)
	f("ab\ncd", true, 2, 3, true)
	f("ab\rcd", true, 2, 3, true)
	f("ab\r", true, 3, 3, false) // its line feed may be on the way
	f("ab\r", false, 2, 3, true)
	f("ab", true, 2, 2, false)
	f("\r\n", true, 0, 2, true)
	f("", true, 0, 0, false)
}

func TestNumbers(t *testing.T) {
	f := func(s string, want int, ok bool) {
		t.Helper()
		if n, k := decimal([]byte(s), 1000); k != ok || k && n != want {
			t.Errorf("%q: got %d, %v, want %d, %v", s, n, k, want, ok)
		}
	}
	f("12", 12, true)
	f("12 apples", 12, true)
	f("1001", 0, false)
	f("99999999999999999999999999", 0, false)
	f("x", 0, false)
	f("", 0, false)
	if n, ok := hexadecimal([]byte("1aF;ext"), 1<<20); !ok || n != 0x1af {
		t.Errorf("got %x, %v", n, ok)
	}
	if n, header, ok := berLength([]byte{0x30, 0x82, 1, 2}); !ok || n != 258 || header != 4 {
		t.Errorf("got %d after %d, %v", n, header, ok)
	}
}

func TestFTPPorts(t *testing.T) {
	f := func(s string, want uint16) {
		t.Helper()
		if got := hostPort([]byte(s)); got != want {
			t.Errorf("%q: got %d, want %d", s, got, want)
		}
	}
	f("Entering Passive Mode (10,0,0,1,4,1)", 1025)
	f("10,0,0,1,4,1", 1025)
	f("10,0,0,1,4", 0)
	f("10,0,0,256,4,1", 0)
	f("", 0)
	if got := extendedPort(afterByte([]byte("229 Extended (|||6446|)"), '('), 3); got != 6446 {
		t.Errorf("got %d, want 6446", got)
	}
}

// FuzzAppendAnswers compares the walk over records with dnsmessage, where that
// reads all records: then both must find the same addresses.
func FuzzAppendAnswers(f *testing.F) {
	name := dnsmessage.MustNewName("a.example.")
	header := dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET}
	message := dnsmessage.Message{
		Header:    dnsmessage.Header{Response: true},
		Questions: []dnsmessage.Question{{Name: name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}},
		Answers: []dnsmessage.Resource{
			{Header: header, Body: &dnsmessage.AResource{A: [4]byte{192, 0, 2, 1}}},
			{Header: header, Body: &dnsmessage.CNAMEResource{CNAME: name}},
			{Header: header, Body: &dnsmessage.AAAAResource{AAAA: [16]byte{0x20, 1, 13: 1}}},
		},
	}
	packed, err := message.Pack()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed)
	f.Add(packed[:len(packed)-3])
	f.Fuzz(func(t *testing.T, msg []byte) {
		got := AppendAnswers(nil, msg)
		want, ok := foreignAnswers(msg)
		if ok && !slices.Equal(got, want) {
			t.Errorf("% x: got %v, dnsmessage %v", msg, got, want)
		}
	})
}

// foreignAnswers returns the addresses that dnsmessage finds, if it finds no fault.
func foreignAnswers(msg []byte) (all []netip.Addr, ok bool) {
	var m dnsmessage.Message
	if m.Unpack(msg) != nil || !m.Response {
		return nil, false
	}
	records := slices.Concat(m.Answers, m.Authorities, m.Additionals)
	if len(records) > maxRecords || len(m.Questions) > maxRecords {
		return nil, false
	}
	for _, r := range records {
		if n := r.Header.Length; r.Header.Type == dnsmessage.TypeA && n != 4 || r.Header.Type == dnsmessage.TypeAAAA && n != 16 {
			return nil, false // dnsmessage does not mind
		}
		switch b := r.Body.(type) {
		case *dnsmessage.AResource:
			all = append(all, netip.AddrFrom4(b.A))
		case *dnsmessage.AAAAResource:
			all = append(all, netip.AddrFrom16(b.AAAA))
		}
	}
	return all, true
}

func TestVocabulary(t *testing.T) {
	v := NewVocabulary()
	if id, err := v.Intern("TCP"); err != nil || id != TCP {
		t.Errorf("TCP: got %d, %v, want %d", id, err, TCP)
	}
	if got := v.Name(inGTP(UDP)); got != "GTP_<UDP>" {
		t.Errorf("got %q", got)
	}
	id, err := v.Intern("New")
	if again, _ := v.Intern("New"); err != nil || id != again || v.Name(id) != "New" || int(id) != v.Len()-1 {
		t.Errorf("New: got %d, then %d, %v", id, again, err)
	}
	for v.Len() < MaxNames {
		if _, err := v.Intern(strings.Repeat("x", v.Len())); err != nil {
			t.Fatal(err)
		}
		if v.Len() > 3000 { // enough: the rest costs memory
			v.names = append(v.names, make([]string, MaxNames-len(v.names))...)
		}
	}
	if _, err := v.Intern("too much"); err == nil {
		t.Error("no error from a full vocabulary")
	}
	if v.Name(MaxNames) != "" {
		t.Error("an ID that was never given has a name")
	}
}

// TestNamesAreUnique guards against one name under two IDs.
func TestNamesAreUnique(t *testing.T) {
	seen := map[string]ID{}
	for id, name := range native {
		if other, ok := seen[name]; ok {
			t.Errorf("%q is both %d and %d", name, other, id)
		}
		if strings.Contains(name, " ") || name == "" && id != 0 {
			t.Errorf("%d: %q is no name", id, name)
		}
		seen[name] = ID(id)
	}
}

// TestNamesAreDocumented guards docs/protocols.md, which states the evidence for each name.
func TestNamesAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../docs/protocols.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range native {
		if !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("docs/protocols.md does not say how %q is recognised", name)
		}
	}
}

// TestTablesAreSorted guards the tables that are searched by halves.
func TestTablesAreSorted(t *testing.T) {
	for _, table := range [][]fixedPort{fixedDatagrams[:], fixedStreams[:]} {
		for i := 1; i < len(table); i++ {
			if table[i-1].port >= table[i].port {
				t.Errorf("port %d after %d", table[i].port, table[i-1].port)
			}
		}
	}
	if len(framings()) > int(numDissectors-byFramed) {
		t.Errorf("%d framings, room for %d", len(framings()), numDissectors-byFramed)
	}
}

func TestServerVersion(t *testing.T) {
	hello := func(version uint16, extensions ...byte) []byte {
		b := []byte{serverHello, 0, 0, 0, byte(version >> 8), byte(version)}
		b = append(b, make([]byte, 32)...)
		b = append(b, 0, 0x13, 1, 0, 0, byte(len(extensions)))
		return append(b, extensions...)
	}
	f := func(b []byte, want uint16) {
		t.Helper()
		if got := serverVersion(b); got != want {
			t.Errorf("% x: got %x, want %x", b, got, want)
		}
	}
	f(hello(tls12), tls12)
	f(hello(tls12, 0, 43, 0, 2, 3, 4), tls13)
	f(hello(tls12, 0, 1, 0, 1, 9, 0, 43, 0, 2, 3, 4), tls13)
	f(hello(tls12, 0, 43, 0, 2, 0x7f, 28), tls13) // a draft
	f(hello(0x7f12)[:20], tls13)
	f(nil, 0)
}
