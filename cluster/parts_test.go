package cluster

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"
)

// embedded returns a worker of a fleet within the process.
func embedded(t *testing.T) *worker {
	t.Helper()
	server, err := Embed(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	conn, err := server.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	f, err := Setup(context.Background(), conn, DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	return newWorker(f, Worker{})
}

// TestLastPartIsKnown: of those that complete parts of a capture at the same time, exactly
// one is told that it was the last, and so is whoever does his work again.
func TestLastPartIsKnown(t *testing.T) {
	w := embedded(t)
	const n = 16
	var last atomic.Int64
	var all sync.WaitGroup
	for part := range n {
		all.Go(func() {
			b := &Batch{Job: "job", Part: part, Parts: n}
			whole, err := w.complete(t.Context(), b)
			if err != nil {
				t.Error(err)
			}
			if again, err := w.complete(t.Context(), b); err != nil || whole && !again {
				t.Errorf("part %d was the last, and then not; %v", part, err)
			}
			if whole {
				last.Add(1)
			}
		})
	}
	all.Wait()
	if last.Load() != 1 {
		t.Errorf("%d parts were the last", last.Load())
	}
	if _, err := w.complete(t.Context(), &Batch{Job: "job", Part: 1, Parts: n + 1}); err == nil {
		t.Error("a batch of another number of parts was accepted")
	}
}

// TestLeaderAnswers: what is kept is read from the server that leads, which does not lag behind.
func TestLeaderAnswers(t *testing.T) {
	w := embedded(t)
	for _, name := range []string{"KV_" + stateBucket, "OBJ_" + blobsBucket} {
		s, err := w.js.Stream(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if s.CachedInfo().Config.AllowDirect {
			t.Errorf("any server answers for %s", name)
		}
	}
}

// TestParts: in whatever order parts are complete, and however often.
func TestParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Parts{Of: rapid.IntRange(1, maxParts).Draw(t, "of")}
		parts := rapid.SliceOf(rapid.IntRange(0, p.Of-1)).Draw(t, "parts")
		for i, part := range parts {
			if news := p.add(part); news == slices.Contains(parts[:i], part) {
				t.Fatalf("%v: part %d was news: %v", parts, i, news)
			}
		}
		data, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := readParts(data); err != nil || len(got.Done) != len(p.Done) {
			t.Fatalf("%s reads as %v, %v", data, got, err)
		}
	})
}

// TestInHand: a task is begun once, and again when it is no more in hand.
func TestInHand(t *testing.T) {
	var h inHand
	if !h.add("a") || h.add("a") || !h.add("b") {
		t.Error("a task in hand was begun again, or another was not")
	}
	if h.remove("a"); !h.add("a") {
		t.Error("a task that is done with cannot be begun again")
	}
}
