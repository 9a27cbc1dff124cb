package behaviour

import (
	"encoding/binary"
	"maps"
	"slices"
	"testing"

	"botnetdetect/packet"

	"pgregory.net/rapid"
)

// The strongest are those that come first when all are sorted.
func TestStrongestComeFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		numbers := rapid.SliceOfN(rapid.Uint32Range(0, 9), 0, 300).Draw(t, "numbers")
		n := rapid.IntRange(0, 310).Draw(t, "n")
		all := make([]ranked, len(numbers))
		for i, at := range rapid.Permutation(indexes(len(numbers))).Draw(t, "order") {
			all[i] = ranked{packet.MakeIPv4([4]byte(binary.BigEndian.AppendUint32(nil, uint32(at)))), numbers[at]}
		}
		sorted := slices.SortedFunc(slices.Values(all), func(x, y ranked) int { return x.compare(&y) })
		want := setOf(sorted[:min(n, len(sorted))])
		if got := strongest(all, n); !maps.Equal(setOf(got), want) || len(got) != len(want) {
			t.Errorf("%d of %d: %v; want %v", n, len(all), got, want)
		}
	})
}

func indexes(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func setOf(all []ranked) map[ranked]bool {
	set := make(map[ranked]bool)
	for _, r := range all {
		set[r] = true
	}
	return set
}
