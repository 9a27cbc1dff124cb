package allow

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"botnetdetect/packet"

	"pgregory.net/rapid"
)

func endpoint(t testing.TB, text string) packet.Endpoint {
	t.Helper()
	e, err := packet.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestHas(t *testing.T) {
	list, err := Parse([]string{"192.0.2.7", "10.20.1.1/16", "2001:db8::/32", "02:00:00:00:00:01", "::ffff:198.51.100.0/120"})
	if err != nil {
		t.Fatal(err)
	}
	f := func(text string, want bool) {
		t.Helper()
		if got := list.Has(endpoint(t, text)); got != want {
			t.Errorf("%s on the list: %v", text, got)
		}
	}
	f("192.0.2.7", true)
	f("192.0.2.8", false)
	f("10.20.255.255", true)
	f("10.21.0.0", false)
	f("2001:db8:1::1", true)
	f("2001:db9::", false)
	f("02:00:00:00:00:01", true)
	f("02:00:00:00:00:02", false)
	f("198.51.100.9", true)
	f("::ffff:192.0.2.7", true)
	if list.Has(packet.Endpoint{}) {
		t.Error("no endpoint is on the list")
	}
	if !list.Either(endpoint(t, "1.1.1.1"), endpoint(t, "192.0.2.7")) {
		t.Error("neither of two, but the second is")
	}
}

func TestNilIsEmpty(t *testing.T) {
	var list *List
	if list.Len() != 0 || list.Has(endpoint(t, "192.0.2.7")) {
		t.Error("a nil list is not empty")
	}
}

func TestFiles(t *testing.T) {
	f := func(text, wantErr string, wantLen int) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "allowed.txt")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		list, err := Parse([]string{"@" + path})
		switch {
		case wantErr == "" && (err != nil || list.Len() != wantLen):
			t.Errorf("%q: %d entries, error %v; want %d", text, list.Len(), err, wantLen)
		case wantErr != "" && (err == nil || !strings.Contains(err.Error(), wantErr)):
			t.Errorf("%q: error %v; want %q", text, err, wantErr)
		}
	}
	f("# ours\n192.0.2.7\t# mail\r\n\n10.0.0.0/8\n10.0.0.0/8\n", "", 2)
	f("192.0.2.7\nexample.org\n", `line 2: "example.org" is neither`, 0)
	f("192.0.2.7\n"+strings.Repeat("1", 2*maxLine), "line 2: longer than", 0)
	if _, err := Parse([]string{"@/nonexistent"}); err == nil {
		t.Error("a file that is not there")
	}
}

// A list has an address exactly if one of its networks contains it.
func TestHasIsAnyNetwork(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		octets := rapid.SliceOfN(rapid.ByteRange(0, 3), 4, 4)
		address := func(name string) netip.Addr { return netip.AddrFrom4([4]byte(octets.Draw(t, name))) }
		var entries []string
		var networks []netip.Prefix
		for range rapid.IntRange(0, 8).Draw(t, "networks") {
			p := netip.PrefixFrom(address("network"), rapid.IntRange(0, 32).Draw(t, "bits"))
			networks, entries = append(networks, p), append(entries, p.String())
		}
		list, err := Parse(entries)
		if err != nil {
			t.Fatal(err)
		}
		a, want := address("address"), false
		for _, p := range networks {
			want = want || p.Contains(a)
		}
		if got := list.Has(packet.MakeIPv4(a.As4())); got != want {
			t.Fatalf("%v in %v: %v", a, entries, got)
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add("192.0.2.7 # mail\n10.0.0.0/8\n2001:db8::/32\n02:00:00:00:00:01\n")
	f.Fuzz(func(_ *testing.T, text string) {
		l := &List{networks: make(map[netip.Prefix]bool), stations: make(map[packet.Endpoint]bool)}
		if l.read(strings.NewReader(text)) == nil {
			l.Has(packet.MakeIPv4([4]byte{10, 1, 2, 3}))
		}
	})
}

// With leaves the list as it was, and takes both lists in.
func TestWith(t *testing.T) {
	base, err := Parse([]string{"10.0.0.0/8", "02:00:00:00:00:01"})
	if err != nil {
		t.Fatal(err)
	}
	both, err := base.With([]string{"192.0.2.7", "10.0.0.0/8"})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"10.1.2.3", "02:00:00:00:00:01", "192.0.2.7"} {
		if e := endpoint(t, text); !both.Has(e) || base.Has(e) != (text != "192.0.2.7") {
			t.Errorf("%s: %v with, %v without", text, both.Has(e), base.Has(e))
		}
	}
	if both.Len() != 3 || base.Len() != 2 {
		t.Errorf("%d and %d entries", both.Len(), base.Len())
	}
	if all, err := (*List)(nil).With([]string{"192.0.2.7"}); err != nil || all.Len() != 1 {
		t.Errorf("nothing with one: %v, %v", all, err)
	}
	if _, err := base.With([]string{"nobody"}); err == nil {
		t.Error("nobody was taken for an address")
	}
}
