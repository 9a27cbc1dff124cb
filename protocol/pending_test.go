package protocol

import (
	"bytes"
	"testing"
	"unsafe"

	"pgregory.net/rapid"
)

// naive is a slow twin of pending: a map from offset to byte.
type naive map[uint32]byte

func (n naive) put(off uint32, b []byte) {
	for i, c := range b {
		n[off+uint32(i)] = c
	}
}

// size returns how many bytes have arrived without a hole.
func (n naive) size() (size uint32) {
	for {
		if _, ok := n[size]; !ok {
			return size
		}
		size++
	}
}

// TestPendingLikeNaive gives both the pieces of a stream in any order, some twice.
func TestPendingLikeNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stream := rapid.SliceOfN(rapid.Byte(), 1, 200).Draw(t, "stream")
		p, twin := &pending{room: maxKept, end: uint32(len(stream))}, naive{}
		for range rapid.IntRange(1, maxAhead+1).Draw(t, "pieces") {
			from := rapid.IntRange(0, len(stream)-1).Draw(t, "from")
			to := rapid.IntRange(from+1, len(stream)).Draw(t, "to")
			p.put(uint32(from), stream[from:to], uint32(to-from))
			twin.put(uint32(from), stream[from:to])
			if p.size != twin.size() {
				t.Fatalf("after bytes %d to %d: %d without a hole, want %d", from, to, p.size, twin.size())
			}
			if !bytes.Equal(p.data[:p.size], stream[:p.size]) {
				t.Fatalf("got % x, want % x", p.data[:p.size], stream[:p.size])
			}
		}
		if p.whole() != (int(p.size) == len(stream)) {
			t.Errorf("whole: %v at %d of %d bytes", p.whole(), p.size, len(stream))
		}
	})
}

// TestForget checks that the bytes before keep and after skipTo survive what lies
// between being forgotten, whenever that happens.
func TestForget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stream := rapid.SliceOfN(rapid.Byte(), 2, 200).Draw(t, "stream")
		keep := rapid.IntRange(0, len(stream)-1).Draw(t, "keep")
		skipTo := rapid.IntRange(keep, len(stream)).Draw(t, "skipTo")
		at := rapid.IntRange(0, len(stream)).Draw(t, "at")
		p := &pending{room: maxKept, end: uint32(len(stream))}
		p.put(0, stream[:at], uint32(at))
		p.forget(uint32(keep), uint32(skipTo))
		for next := at; next < len(stream); { // the rest, piece by piece
			n := rapid.IntRange(1, len(stream)-next).Draw(t, "n")
			p.put(uint32(next), stream[next:next+n], uint32(n))
			next += n
		}
		want := append(append([]byte(nil), stream[:keep]...), stream[skipTo:]...)
		if !bytes.Equal(p.data, want) || int(p.size) != len(stream) {
			t.Errorf("got %d bytes % x, want %d bytes % x", p.size, p.data, len(stream), want)
		}
	})
}

func TestRoomIsBounded(t *testing.T) {
	l := pool{limit: 1 << 16}
	var ids []pendingID
	for range 64 {
		id, p := l.get()
		for off := uint32(0); off < 4*maxKept; off += 1000 {
			p.put(off, make([]byte, 1000), 1000)
			l.charge(p)
		}
		ids = append(ids, id)
	}
	if l.bytes > 1<<16+2*maxKept+64*1024 {
		t.Errorf("%d bytes kept of a limit of %d", l.bytes, l.limit)
	}
	if l.starved == 0 {
		t.Error("no message got little room")
	}
	for _, id := range ids {
		l.put(id)
	}
	if l.bytes > 1<<16+maxKept {
		t.Errorf("%d bytes kept when nothing is pending", l.bytes)
	}
}

func TestTableLikeMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, twin := newTable(1<<12, func(*stream) {}), map[uint64]uint16{}
		for range rapid.IntRange(1, 300).Draw(t, "n") {
			key := mix(rapid.Uint64Range(0, 200).Draw(t, "key"), 1)
			c := table.open(key)
			if c.server != twin[key] {
				t.Fatalf("%x: got %d, want %d", key, c.server, twin[key])
			}
			c.server++
			twin[key]++
		}
		if table.forgotten != 0 {
			t.Errorf("%d conversations forgotten in a table with room", table.forgotten)
		}
	})
}

// TestTableForgetsTheIdle checks that a conversation in use outlives a flood.
func TestTableForgetsTheIdle(t *testing.T) {
	dropped := 0
	table := newTable(1<<10, func(*stream) { dropped++ })
	busy := mix(1, 2)
	table.open(busy).server = 80
	for i := range uint64(20_000) {
		table.open(mix(i, 3))
		if c := table.find(busy); c == nil || c.server != 80 {
			t.Fatalf("forgotten after %d others", i)
		}
	}
	if table.used > 1<<10 || table.forgotten != int64(20_001-table.used) {
		t.Errorf("%d conversations, %d forgotten", table.used, table.forgotten)
	}
	if places := max(table.streams.Len(), table.briefs.Len()); places > 1<<10 || dropped == 0 || dropped >= int(table.forgotten) {
		t.Errorf("%d places of a kind, %d streams dropped", places, dropped)
	}
}

// TestTableOfChosenKeys checks that keys which all belong in one row, as somebody might
// choose them, make neither the index grow nor the others be forgotten.
func TestTableOfChosenKeys(t *testing.T) {
	table := newTable(1<<12, func(*stream) {})
	other := mix(1, 2) | 1
	table.open(other).server = 80
	for i := range uint64(1000) {
		table.open(i << 32)
	}
	if len(table.rows) > 2*minRows || table.used > 100 {
		t.Errorf("%d rows for %d conversations", len(table.rows), table.used)
	}
	if c := table.find(other); c == nil || c.server != 80 {
		t.Error("one of another row was forgotten")
	}
}

// TestSizes checks what the comments promise of what there are many of.
func TestSizes(t *testing.T) {
	if n := unsafe.Sizeof(stream{}); n != 64 {
		t.Errorf("a stream takes %d bytes, want a cache line of 64", n)
	}
	if n := unsafe.Sizeof(conversation{}); n != 24 {
		t.Errorf("a conversation without a stream takes %d bytes, want 24", n)
	}
	if n := unsafe.Sizeof([ways]entry{}); n != 64 {
		t.Errorf("a row takes %d bytes, want a cache line of 64", n)
	}
	if n := unsafe.Sizeof(result{}); n > 32 {
		t.Errorf("a result takes %d bytes, more than registers hold", n)
	}
}

func TestLedgerForgetsTheOldest(t *testing.T) {
	var l ledger
	for i := range uint64(ledgerSize + 10) {
		l.set(i, i)
	}
	if _, ok := l.get(9); ok || len(l.by) != ledgerSize {
		t.Errorf("%d facts, the oldest still there: %v", len(l.by), ok)
	}
	if v, ok := l.get(ledgerSize + 9); !ok || v != ledgerSize+9 {
		t.Errorf("the newest: got %d, %v", v, ok)
	}
}
