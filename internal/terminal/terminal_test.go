package terminal

import "testing"

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"a.pcap": "a.pcap", "a\tb ü": "a\tb ü", "\x1b[31mred": "�[31mred", "a\nb": "a�b", "a\u202eb": "a�b",
	} {
		if got := Printable(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
