package memory

import "testing"

func TestLimit(t *testing.T) {
	f := func(s string, want Limit, wantText string) {
		t.Helper()
		var m Limit
		if err := m.Set(s); err != nil || m != want || m.String() != wantText {
			t.Errorf("%q is %d, %v, written %q; want %d, %q", s, m, err, m, want, wantText)
		}
	}
	f("256MiB", 256<<20, "256MiB")
	f("1.5GiB", 3<<29, "1536MiB")
	f("2GB", 2e9, "1953125KiB")
	f("100 MB", 1e8, "100000000")
	f("1000000000", 1e9, "1000000000")
	for _, s := range []string{"", "MiB", "-1GiB", "1MiB", "nanGiB", "infGiB", "1e30", "1 apple", "2GiBGiB"} {
		if m := new(Limit); m.Set(s) == nil {
			t.Errorf("%q is %d", s, *m)
		}
	}
}
