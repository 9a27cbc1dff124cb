package live

import (
	"math/rand/v2"
	"slices"
	"testing"

	"botnetdetect/packet"
)

// The flows of a suspect come and go in any order, as from a set, and what they took is given back.
func TestSuspectIsASet(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	host, x, want := packet.MakeIPv4([4]byte{10, 0, 0, 1}), new(suspect), make(map[*standing]bool)
	all := make([]*standing, 500)
	for i := range all {
		key := ends{host, packet.MakeIPv4([4]byte{198, 51, byte(i >> 8), byte(i)})}
		all[i] = &standing{}
		all[i].verdict.Src, all[i].verdict.Dst = key[i%2], key[1-i%2]
	}
	for i := range 20_000 {
		s := all[random.IntN(len(all))]
		if random.IntN(20_000) > i { // many come at first, then many go
			x.add(s, s.end(host))
			want[s] = true
		} else if want[s] {
			x.remove(s, s.end(host), host)
			delete(want, s)
		}
		if len(x.flows) != len(want) || slices.ContainsFunc(x.flows, func(s *standing) bool { return !want[s] }) {
			t.Fatalf("after %d changes there are %d flows; want %d", i, len(x.flows), len(want))
		}
	}
	for s := range want {
		x.remove(s, s.end(host), host)
		if n := len(x.flows); cap(x.flows) > 8*n+8 {
			t.Fatalf("%d flows take room for %d", n, cap(x.flows))
		}
	}
}
