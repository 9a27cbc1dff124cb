package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"botnetdetect/detect"
	"botnetdetect/feature"
	"botnetdetect/history"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/model"
	"botnetdetect/observe"
	"botnetdetect/packet"
	"botnetdetect/protocol"
	"botnetdetect/report"
)

// TestMain is the process that judges captures, when a test starts it as that.
func TestMain(m *testing.M) {
	switch os.Getenv("SERVE_TEST_ROLE") {
	case "judge":
		if err := testWorker(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	case "crash":
		panic("out of luck\nand more")
	case "hang":
		time.Sleep(time.Hour)
	case "babble":
		for {
			fmt.Println(strings.Repeat("x", maxLine))
		}
	}
	os.Exit(m.Run())
}

func testWorker() error {
	mdl, origin, err := model.Load("/nonexistent", feature.Aware)
	if err != nil {
		return err
	}
	worker := Worker{
		Detector: detect.Detector{Model: mdl, Vocabulary: protocol.NewVocabulary()},
		About:    report.About{Tool: "test", Time: noon, Origin: origin}, Limits: report.DefaultLimits(), Memory: 256 << 20,
	}
	return worker.Work(context.Background(), os.Stdin, os.Stdout)
}

// program is a judge that is this test binary in some role.
func program(t testing.TB, role string) Judge {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Program{Path: self, Env: append(os.Environ(), "SERVE_TEST_ROLE="+role)}.Judge
}

func judging(judge Judge) func(*Config) { return func(c *Config) { c.Judge = judge } }

// What is only sent to a host is no evidence against it, nor is one botnet flow.
func TestTallyCountsWhatAHostSays(t *testing.T) {
	scan := pcaptest.UDPFlow("10.0.0.2:1", "10.0.0.3:2").Send(0, 60)
	answered := pcaptest.UDPFlow("10.0.0.2:1", "10.0.0.4:2").Send(0, 60).Reply(time.Second, 60)
	v := protocol.NewVocabulary()
	seen := observe.Capture(t.Context(), pcaptest.WriteFile(t, "a.pcap", pcaptest.Pcap(pcaptest.Merge(scan, answered)...)), observe.Options{Vocabulary: v})
	defer seen.Table.Close()
	m, err := model.Default(feature.Aware)
	if err != nil {
		t.Fatal(err)
	}
	m.Threshold = 0 // every flow is botnet traffic
	d, tally := detect.Detector{Model: m, Vocabulary: v}, newTally(2)
	if err := tally.judge(d, seen); err != nil {
		t.Fatal(err)
	}
	all, err := tally.sightings(d, seen.Table)
	if err != nil {
		t.Fatal(err)
	}
	said := make(map[string]history.Verdict)
	for i := range all {
		said[all[i].Host] = all[i].Verdict
	}
	want := map[string]history.Verdict{"10.0.0.2": history.Botnet, "10.0.0.3": history.Unsure, "10.0.0.4": history.Unsure}
	if !maps.Equal(said, want) {
		t.Errorf("said %v, want %v", said, want)
	}
}

// Who sends byte by byte gets no more time for a piece than who sends it at once.
func TestPatience(t *testing.T) {
	f := func(r io.Reader, end time.Duration, want int) {
		t.Helper()
		begun, granted := time.Now(), 0
		p := &patient{from: r, end: begun.Add(end), until: func(due time.Time) error {
			if granted++; due.Sub(begun) > min(end, uploadPatience+time.Minute) {
				t.Errorf("%v are granted", due.Sub(begun))
			}
			return nil
		}}
		if n, err := io.Copy(io.Discard, p); n != 3*leastPiece || err != nil || granted != want {
			t.Errorf("%d bytes, %v, time was granted %d times, want %d", n, err, granted, want)
		}
	}
	body := func() io.Reader { return bytes.NewReader(make([]byte, 3*leastPiece)) }
	f(iotest.OneByteReader(body()), time.Hour, 4)
	f(body(), time.Hour, 4)
	f(body(), time.Second, 4)
}

// What is said of a host fits a line, whatever protocols a capture has names for.
func TestHostOfAllProtocols(t *testing.T) {
	v := detect.Verdict{Score: 0.9}
	for i := range 500 {
		v.Protocols = append(v.Protocols, fmt.Sprintf("A_PROTOCOL_OF_LONG_NAME_%03d", i))
	}
	x := new(tallied)
	for i := range 2*history.MaxPeers - 1 {
		peer, err := packet.Parse(fmt.Sprintf("2001:db8:1111:2222:3333:4444:5555:%x", 0x6000+i))
		if err != nil {
			t.Fatal(err)
		}
		x.add(&v, peer, 0)
	}
	text, err := json.Marshal(message{Host: &x.Sighting})
	if err != nil || len(text) >= maxLine {
		t.Errorf("%d bytes of at most %d: %v", len(text), maxLine, err)
	}
}

// swarm is a capture of a host that asks n peers, of which none answers, and of hostile
// names nothing: captures have none.
func swarm(n int) []byte {
	var flows []*pcaptest.Flow
	for i := range n {
		f := pcaptest.UDPFlow("10.0.0.1:4000", fmt.Sprintf("198.51.%d.%d:4000", i/250, i%250+1))
		for j := range 3 {
			f.Send(time.Duration(i)*100*time.Millisecond+time.Duration(j)*time.Second, 60)
		}
		flows = append(flows, f)
	}
	return pcaptest.Pcap(pcaptest.Merge(flows...)...)
}

// upload sends a capture and returns its ID.
func upload(t *testing.T, s *Server, name string, data []byte) string {
	t.Helper()
	status, _, body := send1(s, name, bytes.NewReader(data))
	var u uploadJSON
	if err := json.Unmarshal([]byte(body), &u); err != nil || status != http.StatusCreated {
		t.Fatalf("status %d: %s", status, body)
	}
	return u.ID
}

func send1(s *Server, name string, body io.Reader) (int, http.Header, string) {
	text, _ := io.ReadAll(body)
	return get(s, "POST", "/api/uploads?"+query("name", name), string(text), "Content-Type", "application/octet-stream")
}

// settled waits until an upload is judged, one way or the other.
func settled(t *testing.T, s *Server, id string) history.Upload {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if u, ok := s.config.Store.Upload(id); ok && (u.State == history.Done || u.State == history.Failed) {
			return u
		}
	}
	t.Fatal("the capture is not judged")
	return history.Upload{}
}

func TestUpload(t *testing.T) {
	s := newServer(t, judging(program(t, "judge")))
	start(t, s)
	id := upload(t, s, `..\..\evil/<img src=x onerror=alert(1)>.pcap`, pcaptest.Gzip(swarm(30)))
	u := settled(t, s, id)
	if u.State != history.Done || u.Packets != 90 || u.Judged != 30 || u.Hosts != 31 || u.Name != "<img src=x onerror=alert(1)>.pcap" {
		t.Fatalf("the upload is %+v", u)
	}
	status, header, body := get(s, "GET", "/reports/"+id, "")
	policy := header.Get("Content-Security-Policy")
	if status != http.StatusOK || !strings.Contains(body, "10.0.0.1") || strings.Contains(body, "<img") {
		t.Errorf("the report: status %d, %d bytes", status, len(body))
	}
	if !strings.Contains(policy, "sandbox allow-scripts") || strings.Contains(policy, "allow-same-origin") || !strings.Contains(policy, "script-src 'sha256-") {
		t.Errorf("the report's policy is %s", policy)
	}
	rows := rowsOf(t, s)
	if len(rows) != 1 || rows[0]["host"] != "10.0.0.1" || rows[0]["flows"] != 30.0 || rows[0]["silent"] != 30.0 {
		t.Errorf("rows are %v", rows)
	}
	d, err := s.config.Store.Detail(s.config.Store.Hosts()[0].Key)
	if err != nil || len(d.Peers) != 30 || len(d.Reasons) == 0 || d.Summary == "" {
		t.Errorf("the host has %d peers and %d reasons, %v", len(d.Peers), len(d.Reasons), err)
	}
	if left := filesOf(t, s); !slices.Equal(left, []string{id + ".html"}) {
		t.Errorf("files are left: %v", left)
	}
	if status, _, _ := get(s, "DELETE", "/api/uploads/"+id, ""); status != http.StatusOK || len(filesOf(t, s)) != 0 {
		t.Errorf("deleting: status %d, left %v", status, filesOf(t, s))
	}
	if status, _, _ := get(s, "GET", "/reports/"+id, ""); status != http.StatusNotFound {
		t.Errorf("a report that is deleted: status %d", status)
	}
}

func filesOf(t *testing.T, s *Server) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(s.uploads.folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// Whatever a capture does to the process that judges it, the server says so and goes on.
func TestJudgeThatFails(t *testing.T) {
	f := func(role, want string, data []byte) {
		t.Helper()
		s := newServer(t, judging(program(t, role)))
		if role == "hang" {
			s.limits.Judging = time.Second
		}
		start(t, s)
		u := settled(t, s, upload(t, s, "a.pcap", data))
		if u.State != history.Failed || !strings.Contains(u.Error, want) {
			t.Errorf("%s: %s, %q, want %q", role, u.State, u.Error, want)
		}
		if left := filesOf(t, s); len(left) != 0 {
			t.Errorf("%s: files are left: %v", role, left)
		}
	}
	f("crash", "panic: out of luck", swarm(1))
	f("hang", "more than 1s", swarm(1))
	f("babble", "too long", swarm(1))
	f("judge", "", []byte("this is no capture"))
	f("judge", "no packets", pcaptest.Pcap())
}

func TestCutCapture(t *testing.T) {
	s := newServer(t, judging(program(t, "judge")))
	start(t, s)
	data := swarm(10)
	u := settled(t, s, upload(t, s, "cut.pcap", data[:len(data)-10]))
	if u.State != history.Done || u.Error == "" || u.Packets != 29 {
		t.Errorf("a capture that is cut short: %+v", u)
	}
}

func TestUploadLimits(t *testing.T) {
	idle := func(ctx context.Context, _ Job, _ func(int64)) (Outcome, error) {
		<-ctx.Done()
		return Outcome{}, ctx.Err()
	}
	s := newServer(t, func(c *Config) { c.Judge, c.Limits = idle, Limits{Upload: 1000, Waiting: 3} })
	f := func(what string, want int, size int) {
		t.Helper()
		status, _, body := send1(s, "a.pcap", bytes.NewReader(make([]byte, size)))
		if status != want {
			t.Errorf("%s: status %d, want %d: %s", what, status, want, body)
		}
	}
	f("too large", http.StatusRequestEntityTooLarge, 1001)
	f("empty", http.StatusBadRequest, 0)
	for range 3 {
		f("one that waits", http.StatusCreated, 1000)
	}
	f("too many wait", http.StatusTooManyRequests, 10)
	if status, _, _ := get(s, "POST", "/api/uploads?name=x", "data", "Content-Type", "text/plain"); status != http.StatusUnsupportedMediaType {
		t.Errorf("another type: status %d", status)
	}
	if n := len(filesOf(t, s)); n != 3 {
		t.Errorf("%d files, want the 3 that wait", n)
	}
	none := newServer(t, nil)
	if status, _, _ := send1(none, "x", strings.NewReader("data")); status != http.StatusNotFound {
		t.Errorf("without a judge: status %d", status)
	}
}

// A body that grows beyond the limit though it never said how long it is.
func TestUploadOfUnknownLength(t *testing.T) {
	s := newServer(t, func(c *Config) {
		c.Judge, c.Limits.Upload = program(t, "judge"), 1000
	})
	address := start(t, s)
	answer, err := http.Post(address+"/api/uploads?name=a", "application/octet-stream", io.MultiReader(bytes.NewReader(make([]byte, 5000)), strings.NewReader("")))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusRequestEntityTooLarge || len(filesOf(t, s)) != 0 {
		t.Errorf("status %d, files %v", answer.StatusCode, filesOf(t, s))
	}
}

// After a crash, captures that came whole are judged, but none for ever.
func TestRecover(t *testing.T) {
	var tried atomic.Int64
	judge := func(context.Context, Job, func(int64)) (Outcome, error) {
		tried.Add(1)
		return Outcome{}, errors.New("tried")
	}
	folder := t.TempDir()
	store, err := history.OpenStore(filepath.Join(folder, "history.db"), history.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	uploads := filepath.Join(folder, "uploads")
	put := func(id string, state history.Stage, tries int, files ...string) {
		t.Helper()
		if err := store.PutUpload(history.Upload{ID: id, Name: id, State: state, Tries: tries, Time: noon}); err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if err := errors.Join(os.MkdirAll(uploads, 0o700), os.WriteFile(filepath.Join(uploads, name), []byte("x"), 0o600)); err != nil {
				t.Fatal(err)
			}
		}
	}
	put("waiting", history.Waiting, 0, "waiting.capture", "stray.capture", "half.capture.part", "done.html")
	put("judging", history.Judging, 1, "judging.capture", "judging.html")
	put("twice", history.Judging, 2, "twice.capture")
	put("lost", history.Waiting, 0)
	put("done", history.Done, 1)
	s, err := New(Config{Store: store, Folder: folder, Judge: judge})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := filesOf(t, s), []string{"done.html", "judging.capture", "waiting.capture"}; !slices.Equal(got, want) {
		t.Errorf("files are %v, want %v", got, want)
	}
	start(t, s)
	for id, want := range map[string]string{"waiting": "tried", "judging": "tried", "twice": "more than once", "lost": "gone"} {
		if u := settled(t, s, id); !strings.Contains(u.Error, want) {
			t.Errorf("%s: %q, want %q", id, u.Error, want)
		}
	}
	if tried.Load() != 2 {
		t.Errorf("%d captures were judged, want 2", tried.Load())
	}
}

// Only so many reports are kept: the oldest go.
func TestPrune(t *testing.T) {
	s := newServer(t, func(c *Config) {
		c.Limits.Reports = 2
		c.Judge = func(_ context.Context, job Job, progress func(int64)) (Outcome, error) {
			progress(1)
			return Outcome{}, os.WriteFile(job.Page, []byte("<p>"), 0o600)
		}
	})
	start(t, s)
	var ids []string
	for i := range 4 {
		ids = append(ids, upload(t, s, fmt.Sprint(i), []byte("x")))
		settled(t, s, ids[i])
	}
	var left []string
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if left = filesOf(t, s); len(left) == 2 {
			break
		}
	}
	if want := []string{ids[2] + ".html", ids[3] + ".html"}; len(left) != 2 || !slices.Contains(left, want[0]) || !slices.Contains(left, want[1]) {
		t.Errorf("reports are %v, want %v", left, want)
	}
}

func TestLabel(t *testing.T) {
	f := func(name, want string) {
		t.Helper()
		if got := label(name); got != want {
			t.Errorf("label(%q) = %q, want %q", name, got, want)
		}
	}
	f("a.pcap", "a.pcap")
	f("../../etc/passwd", "passwd")
	f(`C:\x\b.pcap`, "b.pcap")
	f("a\x00\x1b[31m\u202eb", "a��[31m�b")
	f("\xff", "�")
	f("   ", "capture")
	f("", "capture")
	f(strings.Repeat("é", 300), strings.Repeat("é", 60)+"…"+strings.Repeat("é", 39))
}
