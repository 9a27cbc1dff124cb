package flow

import (
	"fmt"
	"maps"
	"testing"

	"botnetdetect/packet"

	"pgregory.net/rapid"
)

// A search finds what going through all flows finds, each once.
func TestSearchIsTheNaiveOne(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		endpoint := func() packet.Endpoint {
			n := byte(rapid.IntRange(1, 12).Draw(rt, "host"))
			if n > 8 {
				return packet.MakeIPv6([16]byte{0: 0x20, 15: n})
			}
			return packet.MakeIPv4([4]byte{10, 0, 0, n})
		}
		tables := make([]*Table, rapid.IntRange(1, 3).Draw(rt, "tables"))
		for i := range tables {
			tables[i] = NewTable()
			for range rapid.IntRange(0, 40).Draw(rt, "packets") {
				tables[i].Add(&packet.Packet{Src: endpoint(), Dst: endpoint(), Length: 60})
			}
		}
		wanted := []packet.Endpoint{endpoint(), endpoint()}
		got, want := make(map[string]int), make(map[string]int)
		SearchFor(wanted).In(tables, func(e, peer packet.Endpoint) { got[fmt.Sprint(e, peer)]++ })
		for f := range SetOf(tables...).Flows() {
			for _, e := range wanted {
				switch e {
				case f.Src:
					want[fmt.Sprint(e, f.Dst)] = 1
				case f.Dst:
					want[fmt.Sprint(e, f.Src)] = 1
				}
			}
		}
		if !maps.Equal(got, want) {
			rt.Errorf("found %v, naively %v", got, want)
		}
	})
}
