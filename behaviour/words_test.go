package behaviour

import "testing"

// TestWords: values are said in units that people know, not in logarithms.
func TestWords(t *testing.T) {
	f := func(name string, value float64, want string) {
		t.Helper()
		if got := Words(placeOf(name), value); got != want {
			t.Errorf("%s %v: %q, want %q", name, value, got, want)
		}
	}
	f("host.peers", 2.4, "peers of the host that it speaks with in this way: 10")
	f("host.peers", 5, "peers of the host that it speaks with in this way: 64 or more")
	f("host.part", 0.25, "share of the host's peers that are in the cohort: 25 %")
	f("host.part", unknown, "share of the host's peers that are in the cohort: not known")
	f("host.packets_sd", 1, "factor by which packets differ from peer to peer (one standard deviation): 2")
	f("host.bytes_sd", 0, "factor by which payload bytes differ from peer to peer (one standard deviation): 1")
	f("host.bytes_median", 6.5, "median over peers of payload bytes: about 64 bytes")
	f("host.lengths_in", 1.25, "different payload lengths from one peer, mean: 1.25")
}
