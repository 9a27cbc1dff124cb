package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"botnetdetect/detect"
	"botnetdetect/flow"
	"botnetdetect/packet"
	"botnetdetect/protocol"

	"pgregory.net/rapid"
)

// goodBatch is a batch with a flow in it.
func goodBatch(t testing.TB) Batch {
	t.Helper()
	v := protocol.NewVocabulary()
	flows := flow.NewCollector(flow.Options{})
	p := packet.Packet{Src: packet.MakeIPv4([4]byte{10, 0, 0, 1}), Dst: packet.MakeIPv4([4]byte{10, 0, 0, 2}), Length: 100}
	if err := flows.Add(&p); err != nil {
		t.Fatal(err)
	}
	b := Batch{Job: "job", Path: "a.pcap", Parts: 1, Attempt: "A1", Last: &Report{Worker: "w", Try: 1}}
	for data := range flow.NewSet(flows).Batches(v) {
		var out bytes.Buffer
		if err := compress(&out, copyOf(data)); err != nil {
			t.Fatal(err)
		}
		b.flows = out.Bytes()
	}
	return b
}

// TestRejects: what others send is checked like a file.
func TestRejects(t *testing.T) {
	f := func(what string, err error, want string) {
		t.Helper()
		if !errors.Is(err, ErrMalformed) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error is %v, want %q", what, err, want)
		}
	}
	task := func(change func(*Task)) error {
		good := Task{Kind: Observe, Job: "job", Path: "a.pcap", Parts: 1}
		change(&good)
		_, err := readTask(good.encode())
		return err
	}
	if err := task(func(*Task) {}); err != nil {
		t.Fatal(err)
	}
	f("kind", task(func(t *Task) { t.Kind = "delete" }), "delete")
	f("job", task(func(t *Task) { t.Job = "a.b" }), "its job")
	f("capture", task(func(t *Task) { t.Capture = -1 }), "capture -1")
	f("parts", task(func(t *Task) { t.Parts = maxParts + 1 }), "of 4097")
	f("part", task(func(t *Task) { t.Part = 1 }), "part 1 of 1")
	f("stdin", task(func(t *Task) { t.Path = "-" }), "path")
	f("NUL", task(func(t *Task) { t.Path = "a\x00" }), "path")
	f("long", task(func(t *Task) { t.Path = strings.Repeat("a", maxTask) }), "bytes")
	batch := func(change func(*Batch)) error {
		good := goodBatch(t)
		change(&good)
		data, err := good.encode()
		if err != nil {
			t.Fatal(err)
		}
		_, err = readBatch(data)
		return err
	}
	if err := batch(func(*Batch) {}); err != nil {
		t.Fatal(err)
	}
	f("attempt", batch(func(b *Batch) { b.Attempt = "a/b" }), "attempt")
	f("number", batch(func(b *Batch) { b.Seq = -1 }), "number -1")
	f("report", batch(func(b *Batch) { b.Last.Try = -1 }), "try -1")
	f("error", batch(func(b *Batch) { b.Last.Err = strings.Repeat("a", maxText+1) }), "report")
	_, err := readBatch(make([]byte, maxHead+1))
	f("no line", err, "line of JSON")
	job := Job{Name: "job", Captures: 1, Engine: "native", Format: "jsonl", Tries: 1}
	if err := job.check(); err != nil {
		t.Fatal(err)
	}
	job.Captures = maxCaptures + 1
	f("captures", job.check(), "captures")
	job.Captures, job.Model = 1, Blob{Object: "elsewhere/a", Size: 1}
	f("blob", job.check(), "elsewhere")
	windows := func(change func(*Windows)) error {
		w := Windows{Sites: []string{"a", "b"}, Length: 600, Grace: 60}
		change(&w)
		return w.check()
	}
	f("site twice", windows(func(w *Windows) { w.Sites[1] = "a" }), "site \"a\"")
	f("site's name", windows(func(w *Windows) { w.Sites[0] = "a.b" }), "site \"a.b\"")
	f("sites", windows(func(w *Windows) { w.Sites = make([]string, maxParts+1) }), "4097 sites")
	f("length", windows(func(w *Windows) { w.Length = 1 }), "windows of 1 s")
	f("grace", windows(func(w *Windows) { w.Grace = -1 }), "-1 s grace")
	w := Windows{Sites: []string{"a", "b"}, Length: 600}
	f("window", w.fits(&Batch{Capture: 1, Path: w.path(2), Parts: 2}), "no window of its job")
	f("window's parts", w.fits(&Batch{Capture: 1, Path: w.path(1), Parts: 3}), "in 3 parts")
	a := Attempt{Name: "a", Spans: []Span{{2, 3}, {1, 2}}}
	f("spans", a.check(), "batches")
}

// TestBombs: little that unpacks to much is not unpacked.
func TestBombs(t *testing.T) {
	b := goodBatch(t)
	var bomb bytes.Buffer
	if err := compress(&bomb, copyOf(make([]byte, 64<<20))); err != nil {
		t.Fatal(err)
	}
	b.flows = bomb.Bytes()
	if err := b.decodeInto(flow.NewCollector(flow.Options{}), protocol.NewVocabulary()); !errors.Is(err, flow.ErrFormat) {
		t.Errorf("error is %v", err)
	}
}

// TestTableBomb: a table cannot hold more than the batches that it is made of.
func TestTableBomb(t *testing.T) {
	good := goodBatch(t)
	z, err := decompressor(bytes.NewReader(good.flows))
	if err != nil {
		t.Fatal(err)
	}
	stream, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	table := func(n int) Attempt {
		var out bytes.Buffer
		if err := compress(&out, copyOf(bytes.Repeat(stream, n))); err != nil {
			t.Fatal(err)
		}
		return Attempt{Total: 1, Spans: []Span{{0, 1}}, Tables: []Blob{{Inline: out.Bytes(), Size: int64(out.Len())}}}
	}
	w := newWorker(new(Fleet), Worker{})
	f := func(bytes int, ok bool) {
		t.Helper()
		ledgers := []Ledger{{Attempts: []Attempt{table(bytes / len(stream))}}}
		if _, err := w.decodeTables(context.Background(), tablesOf(ledgers), flow.Options{}); errors.Is(err, ErrMalformed) == ok || (err == nil) != ok {
			t.Errorf("%d bytes: %v", bytes, err)
		}
	}
	f(len(stream), true)
	f(maxBatchFlows, true)
	f(maxBatchFlows+2*len(stream), false)
}

// TestSpans: in whatever order batches come, what is noted of them is what came.
func TestSpans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seqs := rapid.SliceOf(rapid.IntRange(0, 30)).Draw(t, "seqs")
		a := Attempt{Name: "a"}
		for _, seq := range seqs {
			a.Spans = addSpan(a.Spans, seq)
		}
		if err := a.check(); err != nil {
			t.Fatal(err)
		}
		for seq := range 31 {
			if a.has(seq) != slices.Contains(seqs, seq) {
				t.Fatalf("after %v, spans are %v", seqs, a.Spans)
			}
		}
	})
}

// TestLedgerCountsOnce: batches of two attempts, in any order and any number of times,
// come to one whole attempt, which has each of its batches once.
func TestLedgerCountsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := map[string]int{"a": rapid.IntRange(1, 5).Draw(t, "a"), "b": rapid.IntRange(1, 5).Draw(t, "b")}
		var all []Batch
		for name, n := range sizes {
			for seq := range n {
				b := Batch{Parts: 1, Path: "x", Attempt: name, Seq: seq}
				if seq == n-1 {
					b.Last = &Report{}
				}
				for range rapid.IntRange(1, 3).Draw(t, "times") {
					all = append(all, b)
				}
			}
		}
		rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		l := Ledger{Path: "x", Parts: 1}
		for _, b := range all {
			if l.wants(&b) {
				l.add([]Batch{b}, Blob{Inline: []byte{1}, Size: 1})
			}
		}
		w := l.winner()
		if w == nil || len(w.Tables) != sizes[w.Name] {
			t.Fatalf("the winner is %+v of %v", w, sizes)
		}
		if err := l.check(); err != nil {
			t.Fatal(err)
		}
	})
}

// fuzz checks that a reader of messages returns, and that what it accepts it accepts again.
func fuzz[T any](f *testing.F, seed []byte, read func([]byte) (T, error), encode func(T) ([]byte, error)) {
	f.Add(seed)
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := read(data)
		if err != nil {
			return
		}
		again, err := encode(m)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := read(again); err != nil && len(again) <= len(data) {
			t.Errorf("%q was accepted, %q is not: %v", data, again, err)
		}
	})
}

func toJSON[T any](m T) ([]byte, error) { return json.Marshal(m) }

func FuzzTask(f *testing.F) {
	t := Task{Kind: Judge, Job: "job", Path: "a.pcap", Parts: 2, Part: 1, Bytes: -1}
	fuzz(f, t.encode(), readTask, toJSON)
}

func FuzzBatch(f *testing.F) {
	b := goodBatch(f)
	seed, err := b.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("{}\n"))
	v := protocol.NewVocabulary()
	fuzz(f, seed, func(data []byte) (Batch, error) {
		b, err := readBatch(data)
		if err == nil {
			flows := flow.NewCollector(flow.Options{})
			err = b.decodeInto(flows, v)
		}
		return b, err
	}, func(b Batch) ([]byte, error) { return b.encode() })
}

func FuzzJob(f *testing.F) {
	seed, _ := json.Marshal(Job{
		Name: "job", Captures: 1, Engine: "native", Format: "jsonl", Tries: 1, Windows: Windows{Sites: []string{"a"}, Length: 600},
	})
	fuzz(f, seed, readJob, toJSON)
}

func FuzzLedger(f *testing.F) {
	seed, _ := json.Marshal(Ledger{Path: "a", Parts: 1, Attempts: []Attempt{{Name: "a", Spans: []Span{{0, 1}}, Total: 1, Last: &Report{}}}})
	fuzz(f, seed, readLedger, toJSON)
}

func FuzzParts(f *testing.F) {
	seed, _ := json.Marshal(Parts{Of: 3, Done: []int{0, 2}})
	fuzz(f, seed, readParts, toJSON)
}

func FuzzOutcome(f *testing.F) {
	seed, _ := json.Marshal(Outcome{Path: "a", Err: "cut short"})
	fuzz(f, seed, readOutcome, toJSON)
}

func FuzzVerdicts(f *testing.F) {
	seed, _ := json.Marshal(Verdicts{Text: Blob{Inline: []byte("x"), Size: 1}})
	fuzz(f, seed, readVerdicts, toJSON)
}

func FuzzBeat(f *testing.F) {
	seed, _ := json.Marshal(Beat{Worker: "w", Tasks: []Current{{Path: "a", Parts: 1}}})
	fuzz(f, seed, readBeat, toJSON)
}

func FuzzList(f *testing.F) {
	seed, _ := listOf([]Capture{{Path: "a", Parts: 1, Bytes: -1}})
	fuzz(f, seed, func(data []byte) ([]Capture, error) { return readList(bytes.NewReader(data), 1) }, listOf)
}

func FuzzSummary(f *testing.F) {
	seed, _ := json.Marshal(summary{Summary: detect.Summary{Captures: 1, Botnet: 2}, Involved: map[string]int{"10.0.0.1": 1}})
	fuzz(f, seed, func(data []byte) (s summary, err error) {
		if err := decode("summary", data, maxSummary, &s); err != nil {
			return s, err
		}
		return s, s.addTo(new(detect.Summary))
	}, toJSON)
}
