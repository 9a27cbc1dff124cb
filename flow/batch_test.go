package flow

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"botnetdetect/protocol"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// wire returns all batches of a set, one after the other.
func wire(s *Set, v *protocol.Vocabulary) *bytes.Buffer {
	all := new(bytes.Buffer)
	for b := range s.Batches(v) {
		all.Write(b)
	}
	return all
}

// TestBatchesAreTheSet: in whatever order batches come, together they are the set.
func TestBatchesAreTheSet(t *testing.T) {
	v := protocol.NewVocabulary()
	rapid.Check(t, func(t *rapid.T) {
		table := NewTable()
		packets := randomPackets(t)
		table.AddBatch(packets, list(len(packets)))
		for i := range packets {
			table.resolved.add(&packets[i].Dst)
		}
		set := SetOf(table)
		var batches [][]byte
		for b := range set.Batches(v) {
			batches = append(batches, bytes.Clone(b))
		}
		rand.Shuffle(len(batches), func(i, j int) { batches[i], batches[j] = batches[j], batches[i] })
		all := NewCollector(Options{})
		if err := all.DecodeAll(bytes.NewReader(slices.Concat(batches...)), v); err != nil {
			t.Fatal(err)
		}
		got := NewSet(all)
		if diff := gocmp.Diff(collectSet(t, set), collectSet(t, got), exactly); diff != "" {
			t.Errorf("flows differ:\n%s", diff)
		}
		if !slices.Equal(got.resolved.sorted(), set.resolved.sorted()) {
			t.Error("resolved addresses differ")
		}
	})
}

// TestBatchesAreBounded: no batch is larger than a message may be, however many flows and
// addresses there are, and it is not one a flow either.
func TestBatchesAreBounded(t *testing.T) {
	const most = 1 << 20
	v := protocol.NewVocabulary()
	packets := manyFlows(30000)
	table := NewTable()
	table.AddBatch(packets, list(len(packets)))
	for i := range packets {
		table.resolved.add(&packets[i].Src)
	}
	n, bytes := 0, 0
	for b := range SetOf(table).Batches(v) {
		if n, bytes = n+1, bytes+len(b); len(b) > most {
			t.Errorf("a batch of %d bytes", len(b))
		}
	}
	if most := bytes/batchTarget + 2; n < 3 || n > most { // the last addresses and the last flows
		t.Errorf("%d batches of %d bytes, want some, and at most %d", n, bytes, most)
	}
}

// TestBatchesEndEarly: who takes no more is given no more.
func TestBatchesEndEarly(t *testing.T) {
	packets := manyFlows(30000)
	table := NewTable()
	table.AddBatch(packets, list(len(packets)))
	n := 0
	for range SetOf(table).Batches(protocol.NewVocabulary()) {
		n++
		break
	}
	if n != 1 {
		t.Errorf("%d batches after the first", n-1)
	}
}
