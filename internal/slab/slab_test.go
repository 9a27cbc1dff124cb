package slab

import (
	"testing"
	"unsafe"
)

type record [2]uint64

func TestArenaKeepsRecords(t *testing.T) {
	var a Arena[record]
	const n = 400_000 // more than two huge pages, and not a multiple of a chunk
	first, _ := a.Add()
	first[0] = 1
	for i := uint64(2); i <= n; i++ {
		r, number := a.Add()
		if uint64(number) != i || *r != (record{}) {
			t.Fatalf("record %d is number %d and holds %v", i, number, *r)
		}
		r[0] = i
	}
	if a.Len() != n || a.At(1) != first {
		t.Errorf("%d records, the first at %p; want %d at %p", a.Len(), a.At(1), n, first)
	}
	for i := uint64(1); i <= n; i++ {
		if got := a.At(uint32(i))[0]; got != i {
			t.Fatalf("record %d holds %d", i, got)
		}
	}
}

func TestArenaBytes(t *testing.T) {
	var a Arena[record]
	for a.Len() < 1_000_000 {
		before, promised := a.Bytes(), a.Growth(100)
		for range 100 {
			a.Add()
		}
		if grew := a.Bytes() - before; grew > promised {
			t.Fatalf("with %d records it grew by %d bytes; it said %d", a.Len(), grew, promised)
		}
	}
	if least := int64(a.Len()) * int64(unsafe.Sizeof(record{})); a.Bytes() < least || a.Bytes() > least+hugePage {
		t.Errorf("%d bytes for %d of records", a.Bytes(), least)
	}
	full := a.Bytes()
	a.Clear()
	if a.Len() != 0 || a.Bytes() != full || a.Growth(1_000_000) != 0 {
		t.Errorf("cleared, %d records, %d bytes, %d to grow", a.Len(), a.Bytes(), a.Growth(1_000_000))
	}
}

func TestMakeIsZero(t *testing.T) {
	for _, n := range []int{0, 1, hugePage/8 - 1, hugePage / 8, hugePage} {
		s := Make[uint64](n)
		if len(s) != n {
			t.Fatalf("%d records; want %d", len(s), n)
		}
		for i, x := range s {
			if x != 0 {
				t.Fatalf("record %d of %d is %d", i, n, x)
			}
			s[i] = 1
		}
	}
}
