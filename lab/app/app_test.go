package app

import (
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

func TestApplicationsAreDescribed(t *testing.T) {
	seen := make(map[string]bool)
	for _, a := range All() {
		if a.Name == "" || seen[a.Name] || a.What == "" || a.Scene == nil {
			t.Errorf("application %+v lacks something, or comes twice", a)
		}
		seen[a.Name] = true
	}
	if _, err := Choose([]string{"no such"}); err == nil {
		t.Error("an unknown application was chosen")
	}
}

func TestRolesCheckTheirParameters(t *testing.T) {
	if err := Role(t.Context(), "no such", nil); err == nil {
		t.Error("an unknown role ran")
	}
	if err := Role(t.Context(), "sweep", []byte("{")); err == nil {
		t.Error("a role ran without parameters")
	}
}

func TestClosestContactsComeFirst(t *testing.T) {
	id := func(first byte) string { return string(append([]byte{first}, make([]byte, 19)...)) }
	n := krpcNode{id: id(0)}
	for _, first := range []byte{0x90, 0x10, 0x81} {
		n.known = append(n.known, krpcContact{id: id(first)})
	}
	n.known[0].addr, n.known[1].addr, n.known[2].addr = addrPort(t, "81.2.3.1:1"), addrPort(t, "81.2.3.2:1"), addrPort(t, "81.2.3.3:1")
	got := n.closest(id(0x80))
	for i, want := range []byte{0x81, 0x90, 0x10} {
		if got[i*26] != want {
			t.Errorf("contact %d begins with %#x, not %#x", i, got[i*26], want)
		}
	}
}

func TestSNMPRequestIsWhatManagersSend(t *testing.T) {
	b := snmpGet()
	if len(b) < 30 || b[0] != 0x30 || string(b[7:13]) != "public" || b[13] != 0xa0 {
		t.Errorf("request % x", b)
	}
}

func FuzzAnswerName(f *testing.F) {
	q := dnsmessage.Message{Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName("a.example."), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}}}
	b, err := q.Pack()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(_ *testing.T, b []byte) { answerName("none", b) })
}
