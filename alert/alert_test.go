package alert

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"botnetdetect/detect"
	"botnetdetect/live"
	"botnetdetect/packet"
	"botnetdetect/reason"
)

// example is an alert with a flow whose text needs care in every format.
func example(t testing.TB) *live.Alert {
	t.Helper()
	host, peer := endpoint(t, "192.168.0.2"), endpoint(t, "198.51.100.7")
	at := time.Date(2026, 11, 26, 12, 0, 0, 123456789, time.UTC)
	v := detect.Verdict{
		Src: host, Dst: peer, Botnet: true, Score: 0.9, Packets: 12, Bytes: 800, First: at.Add(-time.Minute), Last: at,
		Duration: time.Minute, Protocols: []string{"UDP"},
	}
	return &live.Alert{
		ID: "0123456789abcdef", Time: at, Change: live.Fresh,
		HostState: live.HostState{Host: host, State: live.Botnet, Score: 0.9, Evidence: 0.9, Flows: 3, BotnetFlows: 1, Peers: 3, BotnetPeers: 1, First: v.First, Last: v.Last},
		Window:    live.Window{Start: at.Add(-10 * time.Minute), End: at, Span: 10 * time.Minute},
		Model:     live.ModelID{Origin: "a\tmodel, \\ \"mine\"\n", Digest: "00", Mode: "aware", Threshold: 0.5},
		Flows: []live.Evidence{{
			Verdict: v, Peer: peer, Summary: "12 packets", Reasons: []reason.Reason{{Text: "UDP: no reply, at all", Push: 1.5}},
			CommunityIDs: []string{"1:abc="}, Tuples: []live.Tuple{{SrcPort: 4000, DstPort: 53, Protocol: 17, CommunityID: "1:abc="}},
		}},
	}
}

func endpoint(t testing.TB, text string) packet.Endpoint {
	t.Helper()
	e, err := packet.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// records returns an alert's records, each checked to be one line.
func records(t *testing.T, f Format, a *live.Alert) (lines []string) {
	t.Helper()
	all, err := f.Records(a)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		line, ok := strings.CutSuffix(string(r), "\n")
		if !ok || strings.Contains(line, "\n") {
			t.Fatalf("%s: not one line: %q", f, r)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestJSONLines(t *testing.T) {
	var got map[string]any
	if err := json.Unmarshal([]byte(records(t, JSONLines, example(t))[0]), &got); err != nil {
		t.Fatal(err)
	}
	because := got["because"].([]any)[0].(map[string]any)
	if got["host"] != "192.168.0.2" || got["change"] != "new" || got["verdict"] != "Botnet" || because["dst"] != "198.51.100.7" ||
		because["reasons"].([]any)[0].(map[string]any)["odds"] != "× 4.5" || because["community_ids"].([]any)[0] != "1:abc=" {
		t.Errorf("%v", got)
	}
}

// Zeek's log has as many fields as columns, whatever stands in them.
func TestZeek(t *testing.T) {
	a := example(t)
	fields := strings.Split(records(t, Zeek, a)[0], "\t")
	checkZeek(t, fields)
	f := func(name, want string) {
		t.Helper()
		for i, column := range zeekFields {
			if column[0] == name && fields[i] != want {
				t.Errorf("%s: %q, want %q", name, fields[i], want)
			}
		}
	}
	f("ts", "1795694400.123456")
	f("host", "192.168.0.2")
	f("model", `a\x09model, \x5c "mine"\x0a`)
	f("peers", "198.51.100.7")
	f("reasons", `198.51.100.7: × 4.5 UDP: no reply\x2c at all`)
	a.Flows = nil
	if fields = strings.Split(records(t, Zeek, a)[0], "\t"); fields[13] != "(empty)" {
		t.Errorf("no peers: %q", fields[13])
	}
}

func TestECS(t *testing.T) {
	var got map[string]any
	if err := json.Unmarshal([]byte(records(t, ECS, example(t))[0]), &got); err != nil {
		t.Fatal(err)
	}
	event := got["event"].(map[string]any)
	if got["@timestamp"] != "2026-11-26T12:00:00.123456789Z" || event["kind"] != "alert" || event["risk_score"] != 90.0 ||
		got["source"].(map[string]any)["ip"] != "192.168.0.2" || len(got["related"].(map[string]any)["ip"].([]any)) != 2 {
		t.Errorf("%v", got)
	}
}

func TestOpenRefuses(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if _, err := Open(text, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
	f("eve", "want FORMAT:PLACE")
	f("xml:a", "no alert format is called")
	f("zeek:https://example.org", "a log is a file")
	f("jsonl:syslog://", "want syslog:")
	f("jsonl:"+filepath.Join(t.TempDir(), "no", "such"), "cannot append")
}

// A record after one that was cut short, by a crash or a full disk, begins on a line of its
// own; what was whole stays.
func TestFileMendsTornLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "alerts.jsonl")
	if err := os.WriteFile(path, []byte("{\"a\":1}\n{\"a\":"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for range 2 {
		if err := f.Send([]byte("{\"a\":3}\n")); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if want := "{\"a\":1}\n{\"a\":\n{\"a\":3}\n{\"a\":3}\n"; err != nil || string(got) != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// After a file has been moved away, Reopen makes a new one, with its header.
func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "botnet.log")
	s, err := Open("zeek:"+path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(context.Background())
	if err := errors.Join(s.Send(example(t)), os.Rename(path, path+".1"), s.Reopen(), s.Send(example(t))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + ".1"} {
		text, err := os.ReadFile(name)
		if err != nil || !bytes.HasPrefix(text, []byte("#separator")) || bytes.Count(text, []byte("\n")) != 8 {
			t.Errorf("%s: %v, %q", name, err, text)
		}
	}
}

func TestFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	s, err := Open("jsonl:/dev/full", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(context.Background())
	if err := s.Send(example(t)); err == nil || !strings.Contains(err.Error(), "/dev/full: no space left") {
		t.Errorf("error %v", err)
	}
	if c := s.Counts(); c.Lost != 1 || c.Sent != 0 {
		t.Errorf("%+v", c)
	}
}

// What a full disk does not take waits until there is room, in order.
func TestAlertsWaitForRoom(t *testing.T) {
	path := filepath.Join(t.TempDir(), "alerts.jsonl")
	s, err := Open("jsonl:"+path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var full atomic.Bool
	s.queue.close(context.Background())
	s.queue = newQueue(func(_ context.Context, record []byte) error {
		if full.Load() {
			return errors.New("no space left on device")
		}
		return s.file.Send(record)
	}, time.Millisecond, func(error) {})
	want := ""
	for i := range 20 {
		full.Store(5 <= i && i < 15)
		a := example(t)
		a.ID = fmt.Sprint(i)
		want += a.ID + " "
		if err := s.Send(a); err != nil {
			t.Fatal(err)
		}
		if c := s.Counts(); i == 14 && (c.Waiting != 10 || c.Sent != 5 || c.Lost != 0) {
			t.Errorf("with a full disk, %+v", c)
		}
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for line := range strings.Lines(string(text)) {
		var a struct{ ID string }
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatal(err)
		}
		got += a.ID + " "
	}
	if c := s.Counts(); got != want || c.Sent != 20 || c.Lost != 0 {
		t.Errorf("%q written, want %q; %+v", got, want, c)
	}
}

// While a peer is down nothing is lost, and order is kept.
func TestWebhookIsTriedAgain(t *testing.T) {
	var asked atomic.Int32
	got := make(chan string, 10)
	peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) <= 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		var body bytes.Buffer
		_, _ = body.ReadFrom(r.Body)
		got <- body.String()
	}))
	defer peer.Close()
	q := newQueue(webhook(peer.URL), time.Millisecond, func(error) {})
	q.add([]byte("1"))
	q.add([]byte("2"))
	if first, second := <-got, <-got; first != "1" || second != "2" {
		t.Errorf("got %q, %q", first, second)
	}
	q.close(context.Background())
	if c := q.count(); c != (Counts{Sent: 2, Failed: 3}) {
		t.Errorf("%+v", c)
	}
}

// A peer that refuses a record does not hold up the next.
func TestWebhookRefuses(t *testing.T) {
	peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body bytes.Buffer
		if _, _ = body.ReadFrom(r.Body); body.String() == "bad" {
			w.WriteHeader(http.StatusBadRequest)
		}
	}))
	defer peer.Close()
	q := newQueue(webhook(peer.URL), time.Millisecond, func(error) {})
	q.add([]byte("bad"))
	q.add([]byte("good"))
	q.close(context.Background())
	if c := q.count(); c != (Counts{Sent: 1, Lost: 1}) {
		t.Errorf("%+v", c)
	}
}

// A peer that hangs blocks neither who alerts nor, for long, the end; what has no room, or is
// left, is counted.
func TestHangingPeer(t *testing.T) {
	hang := func(ctx context.Context, _ []byte) error { <-ctx.Done(); return ctx.Err() }
	q := newQueue(hang, time.Hour, func(error) {})
	for range mostQueued + 7 {
		q.add([]byte("x"))
	}
	if c := q.count(); c.Lost != 7 || c.Waiting != mostQueued {
		t.Errorf("%+v", c)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	q.close(ctx)
	if c := q.count(); c.Lost != mostQueued+7 || c.Waiting != 0 {
		t.Errorf("after the end: %+v", c)
	}
}
