package flow

import (
	"testing"

	"botnetdetect/packet"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// observing returns a table that keeps all that there is.
func observing() *Table { return NewTableWith(Options{Behaviour: true}) }

// spread counts each packet in one of three tables.
func spread(t *rapid.T, packets []packet.Packet) []*Table {
	tables := []*Table{observing(), observing(), observing()}
	for i := range packets {
		tables[rapid.IntRange(0, 2).Draw(t, "table")].Add(&packets[i])
	}
	return tables
}

func TestGatherIsTheFlowOfTheSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		packets := randomPackets(t)
		tables := spread(t, packets)
		for want := range SetOf(tables...).Flows() {
			for _, ends := range [][2]packet.Endpoint{{want.Src, want.Dst}, {want.Dst, want.Src}} {
				got, ok := Gather(tables, ends[0], ends[1], nil)
				if diff := gocmp.Diff(want, got, exactly); !ok || diff != "" {
					t.Fatalf("gathered: %v\n%s", ok, diff)
				}
			}
		}
		if _, ok := Gather(tables, endpoint(250), endpoint(251), nil); ok {
			t.Error("a flow that is not there")
		}
	})
}

func TestAddKnownCountsOldFlowsOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		packets := randomPackets(t)
		table, known := observing(), make(map[pair]bool)
		var counted []packet.Packet
		for i := range packets {
			p := &packets[i]
			key, _ := pairOf(p)
			if rapid.Bool().Draw(t, "new flows are let in") {
				table.Add(p)
				counted = append(counted, *p)
				known[key] = p.Src.Kind() != packet.None && p.Dst.Kind() != packet.None
			} else if got := table.AddKnown(p); got != known[key] {
				t.Fatalf("counted: %v, known: %v", got, known[key])
			} else if got {
				counted = append(counted, *p)
			}
		}
		if diff := gocmp.Diff(naiveFlows(counted), collect(table), exactly); diff != "" {
			t.Error(diff)
		}
	})
}

func TestKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		packets := randomPackets(t)
		table := observing()
		for i := range packets {
			table.Add(&packets[i])
		}
		table.Resolve(endpoint(1))
		least := rapid.Uint64Range(0, 5).Draw(t, "least")
		wanted := func(f Flow) bool { total := f.Total(); return total.N() >= least }
		var want []Flow
		for _, f := range naiveFlows(packets) {
			if wanted(f) {
				want = append(want, f)
			}
		}
		rest := table.Kept(wanted)
		if diff := gocmp.Diff(want, collect(rest), exactly); diff != "" || !rest.Resolved(endpoint(1)) {
			t.Errorf("the resolved address is kept: %v\n%s", rest.Resolved(endpoint(1)), diff)
		}
		if table.Reset(); table.Len() != 0 || table.ResolvedLen() != 0 {
			t.Error("something is left after Reset")
		}
	})
}
