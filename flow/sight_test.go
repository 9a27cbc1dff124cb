package flow

import (
	"testing"
	"unsafe"

	"botnetdetect/packet"

	gocmp "github.com/google/go-cmp/cmp"
)

// placed is a packet of talk at a time, either way between two endpoints.
func placed(p packet.Packet, seq int64, back bool) packet.Packet {
	p.Time, p.Seq, p.Length = seq*7e8-3e9, seq, 100
	p.Src, p.Dst = packet.MakeIPv4([4]byte{10, 0, 0, 1}), packet.MakeIPv4([4]byte{10, 0, 0, 2})
	if back {
		p.Src, p.Dst = p.Dst, p.Src
	}
	return p
}

// observed returns the one flow of a table, which must have had no more than that.
func observed(t *testing.T, table *Table) Behaviour {
	t.Helper()
	for f := range table.Flows() {
		return *f.Behaviour
	}
	t.Fatal("no flow")
	return Behaviour{}
}

// TestOnePacketIsKeptSmall: the behaviour of each packet alone is what adding it makes,
// without a Behaviour being kept; also once it has been merged into another table.
func TestOnePacketIsKeptSmall(t *testing.T) {
	for i := range talk {
		for direction, back := range []bool{false, true} {
			p := placed(talk[i], int64(i), back)
			var want Behaviour
			want.add(sightOf(&p), p.Time, direction)
			table, merged := NewTableWith(Options{Behaviour: true}), NewTableWith(Options{Behaviour: true})
			table.Add(&p)
			merged.Merge(table)
			for name, table := range map[string]*Table{"table": table, "merged": merged} {
				if diff := gocmp.Diff(want, observed(t, table), exactly); diff != "" {
					t.Errorf("packet %d, %s: %s", i, name, diff)
				}
				if n := table.sums.habits.Len(); n != 0 {
					t.Errorf("packet %d, %s: one packet takes %d behaviours", i, name, n)
				}
			}
		}
	}
}

// TestSecondPacketMakesItWhole: two packets are the sum of each alone, whether the second is
// added or merged, and in either order.
func TestSecondPacketMakesItWhole(t *testing.T) {
	for i := range talk {
		first, second := placed(talk[i], 5, i%2 == 0), placed(talk[(i*7+3)%len(talk)], 4, i%3 == 0)
		var want Behaviour
		for _, p := range []*packet.Packet{&first, &second} {
			table := NewTableWith(Options{Behaviour: true})
			table.Add(p)
			alone := observed(t, table)
			want.Merge(&alone)
		}
		added, merged, other := NewTableWith(Options{Behaviour: true}), NewTableWith(Options{Behaviour: true}), NewTableWith(Options{Behaviour: true})
		added.Add(&first)
		added.Add(&second)
		merged.Add(&first)
		other.Add(&second)
		merged.Merge(other)
		for name, table := range map[string]*Table{"added": added, "merged": merged} {
			if diff := gocmp.Diff(want, observed(t, table), exactly); diff != "" {
				t.Errorf("packet %d, %s: %s", i, name, diff)
			}
		}
	}
}

// TestManyMergedAtOnce: what is more than one packet is kept whole, whatever it looks like.
func TestManyMergedAtOnce(t *testing.T) {
	p := placed(talk[3], 1, false)
	from, to := NewTableWith(Options{Behaviour: true}), NewTableWith(Options{Behaviour: true})
	for range 3 {
		from.Add(&p)
	}
	to.Merge(from)
	if diff := gocmp.Diff(observed(t, from), observed(t, to), exactly); diff != "" {
		t.Error(diff)
	}
}

func TestBehaviourTakesLittle(t *testing.T) {
	if n := unsafe.Sizeof(glimpse{}); n != 16 {
		t.Errorf("a glimpse takes %d bytes, want 16", n)
	}
	if n := unsafe.Sizeof(Behaviour{}); n != 96 {
		t.Errorf("a Behaviour takes %d bytes, want 96", n)
	}
}

func sightOf(p *packet.Packet) *sight {
	s := new(sight)
	s.of(p)
	return s
}
