package monitor

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"botnetdetect/alert"
	"botnetdetect/live"
	"botnetdetect/packet"
)

// full is counts that are all different, of a watch that is well.
func full() live.Stats {
	s := live.Stats{
		Started: time.Now().Add(-time.Hour), Clock: time.Now(), Allowed: 3, Reloads: 4,
		Model:   live.ModelID{Origin: `C:\models\"odd"` + "\nname", Digest: "0123456789abcdef", Mode: "aware", Threshold: 0.25},
		Packets: 101, Bytes: 102, Answers: 103, Jumps: 104, Flows: 105, Memory: 106, Resolved: 107, Evicted: 108, Shed: 109, Lost: 110,
		Slides: 111, LateSlide: 112, Judged: 113, Benign: 114, Botnet: 115, Changed: 116, Alerts: 117, Active: 118,
		Sliding: 1500 * time.Millisecond,
		Source:  live.SourceCounts{Received: 119, Dropped: 120, Outages: 121},
	}
	for o := range s.Outcomes {
		s.Outcomes[o] = int64(200 + o)
	}
	s.Latency.Observe(50 * time.Millisecond)
	s.Latency.Observe(400 * time.Millisecond)
	s.Latency.Observe(time.Minute)
	return s
}

func ask(t *testing.T, m Monitor, path string) (status int, body string) {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

// exposition is what one page of metrics holds, by the name of the sample with its labels.
type exposition struct {
	kinds   map[string]string // families
	samples map[string]float64
}

var (
	helpLine   = regexp.MustCompile(`^# HELP ([a-z_]+) \S.*\.$`)
	typeLine   = regexp.MustCompile(`^# TYPE ([a-z_]+) (counter|gauge|histogram)$`)
	sampleLine = regexp.MustCompile(`^([a-z_]+)(\{[a-z]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z]+="(?:[^"\\\n]|\\["\\n])*")*\})? (\S+)$`)
)

// parse reads the text format of Prometheus: each family has its help, its kind, and then all
// of its samples; no sample comes twice; counters end in _total.
func parse(t *testing.T, text string) exposition {
	t.Helper()
	e := exposition{make(map[string]string), make(map[string]float64)}
	family, helped := "", ""
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		line := lines.Text()
		if m := helpLine.FindStringSubmatch(line); m != nil {
			helped = m[1]
		} else if m := typeLine.FindStringSubmatch(line); m != nil {
			family = m[1]
			if _, twice := e.kinds[family]; twice || helped != family {
				t.Errorf("%q: stated before, or without help", line)
			}
			e.kinds[family] = m[2]
			if strings.HasSuffix(family, "_total") != (m[2] == "counter") {
				t.Errorf("%q: only counters end in _total", line)
			}
		} else {
			e.take(t, family, line)
		}
	}
	return e
}

func (e *exposition) take(t *testing.T, family, line string) {
	t.Helper()
	m := sampleLine.FindStringSubmatch(line)
	if m == nil {
		t.Errorf("%q is no line of the format", line)
		return
	}
	name := m[1]
	if e.kinds[family] == "histogram" {
		name = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_sum"), "_count")
	}
	x, err := strconv.ParseFloat(m[3], 64)
	if _, twice := e.samples[m[1]+m[2]]; twice || name != family || err != nil {
		t.Errorf("%q: twice, outside of its family, or no number", line)
	}
	e.samples[m[1]+m[2]] = x
}

func TestMetrics(t *testing.T) {
	status, text := ask(t, Monitor{Stats: full, Version: "1.2.3"}, "/metrics")
	if status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	e := parse(t, text)
	f := func(sample string, want float64) {
		t.Helper()
		if got, ok := e.samples["botnetdetect_"+sample]; !ok || got != want {
			t.Errorf("%s is %v, %v; want %v", sample, got, ok, want)
		}
	}
	f("packets_total", 101)
	f("bytes_total", 102)
	f("kernel_packets_total", 119)
	f("kernel_drops_total", 120)
	f("interface_outages_total", 121)
	f("interface_up", 1)
	f("dns_answers_total", 103)
	f("dns_answers_lost_total", 110)
	f("clock_jumps_total", 104)
	f("flows", 105)
	f("window_bytes", 106)
	f("resolved_addresses", 107)
	f("flows_evicted_total", 108)
	f("packets_shed_total", 109)
	f("slides_total", 111)
	f("slides_late_total", 112)
	f("slide_seconds", 1.5)
	f("judgements_total", 113)
	f(`verdicts_total{verdict="Benign"}`, 114)
	f(`verdicts_total{verdict="Botnet"}`, 115)
	f("verdicts_changed_total", 116)
	f("alerts_total", 117)
	f("alerts_active", 118)
	f("reloads_total", 4)
	f("allowed_entries", 3)
	f("model_threshold", 0.25)
	f(`model_info{origin="C:\\models\\\"odd\"\nname",digest="0123456789abcdef",mode="aware"}`, 1)
	for o := range packet.Outcome(packet.NumOutcomes) {
		if o != packet.OK {
			f(`decode_errors_total{kind="`+o.String()+`"}`, float64(200+int(o)))
		}
	}
}

// Buckets count all that is at most their bound, and the last one everything.
func TestLatencyIsAHistogram(t *testing.T) {
	_, text := ask(t, Monitor{Stats: full}, "/metrics")
	e := parse(t, text)
	before := 0.0
	for _, bound := range live.LatencyBounds {
		n, ok := e.samples[`botnetdetect_verdict_latency_seconds_bucket{le="`+strconv.FormatFloat(bound.Seconds(), 'g', -1, 64)+`"}`]
		if want := map[bool]float64{true: 1, false: 2}[bound < 400*time.Millisecond]; !ok || n != want || n < before {
			t.Errorf("up to %v: %v, want %v", bound, n, want)
		}
		before = n
	}
	const name = "botnetdetect_verdict_latency_seconds"
	if e.samples[name+`_bucket{le="+Inf"}`] != 3 || e.samples[name+"_count"] != 3 || e.samples[name+"_sum"] != 60.45 {
		t.Errorf("of three: %v", e.samples)
	}
}

// What became of alerts is counted by place, whose secrets are not shown.
func TestSinks(t *testing.T) {
	file, err := alert.Open("jsonl:"+filepath.Join(t.TempDir(), "a.jsonl"), alert.Options{})
	if err != nil {
		t.Fatal(err)
	}
	hook, err := alert.Open("jsonl:https://user:secret@127.0.0.1:1/hook?key=secret", alert.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	defer func() { _ = file.Close(ctx) }()
	a := &live.Alert{ID: "0123456789abcdef", Time: time.Now(), HostState: live.HostState{Host: host(t), State: live.Botnet}}
	if err := file.Send(a); err != nil {
		t.Fatal(err)
	}
	_, text := ask(t, Monitor{Stats: full, Sinks: []*alert.Sink{file, hook, hook}}, "/metrics")
	e := parse(t, text)
	if n := e.samples[`botnetdetect_alert_records_sent_total{sink="1",place="`+file.Place()+`"}`]; n != 1 {
		t.Errorf("%v records sent to the file, want 1", n)
	}
	for _, sink := range []string{"2", "3"} { // parse refuses two samples of one name
		if _, ok := e.samples[`botnetdetect_alert_records_lost_total{sink="`+sink+`",place="https://127.0.0.1:1"}`]; !ok || strings.Contains(text, "secret") {
			t.Errorf("of the hook it says:\n%s", text)
		}
	}
}

func host(t *testing.T) packet.Endpoint {
	t.Helper()
	e, err := packet.Parse("10.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestHealth(t *testing.T) {
	f := func(name string, change func(*live.Stats), replay bool, want string) {
		t.Helper()
		s := full()
		change(&s)
		status, body := ask(t, Monitor{Stats: func() live.Stats { return s }, Replay: replay}, "/healthz")
		var said struct {
			Status   string
			Packets  int64
			Problems []string
		}
		if err := json.Unmarshal([]byte(body), &said); err != nil {
			t.Fatal(err)
		}
		well := want == ""
		if (status == http.StatusOK) != well || (said.Status == "ok") != well || said.Packets != 101 || !strings.Contains(strings.Join(said.Problems, "; "), want) {
			t.Errorf("%s: status %d, %s", name, status, body)
		}
	}
	stands := func(s *live.Stats) { s.Clock = time.Now().Add(-time.Minute) }
	f("well", func(*live.Stats) {}, false, "")
	f("judging stands still", stands, false, "judging has stood still for 1m0s")
	f("a replay of long ago", stands, true, "")
	f("just started", func(s *live.Stats) { s.Started, s.Clock = time.Now(), time.Time{} }, false, "")
	f("not started", func(s *live.Stats) { s.Started, s.Clock = time.Time{}, time.Time{} }, false, "")
	f("interface away", func(s *live.Stats) { s.Source.Down = true }, false, "the interface is away")
}

// Nothing but the two pages is served, and only to whoever asks.
func TestNothingElse(t *testing.T) {
	m := Monitor{Stats: full}
	f := func(method, path string, want int) {
		t.Helper()
		w := httptest.NewRecorder()
		m.Handler().ServeHTTP(w, httptest.NewRequest(method, path, bytes.NewReader(nil)))
		if w.Code != want {
			t.Errorf("%s %s: status %d, want %d", method, path, w.Code, want)
		}
	}
	f("GET", "/", http.StatusNotFound)
	f("GET", "/debug/pprof/", http.StatusNotFound)
	f("POST", "/metrics", http.StatusMethodNotAllowed)
	f("DELETE", "/healthz", http.StatusMethodNotAllowed)
}

// However many connect and say nothing, few are taken at a time, and who asks is answered once
// they have been let go.
func TestManySilentClients(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	counted := &countingListener{Listener: l}
	server := Monitor{Stats: full}.Server()
	server.ReadTimeout = 200 * time.Millisecond // not five seconds
	go func() { _ = server.Serve(Limited(counted)) }()
	defer server.Close()
	for range 4 * maxConnections {
		silent, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer silent.Close()
	}
	client := http.Client{Timeout: 30 * time.Second}
	answer, err := client.Get("http://" + l.Addr().String() + "/healthz")
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", answer, err)
	}
	answer.Body.Close()
	if n := counted.most.Load(); n > maxConnections {
		t.Fatalf("%d connections at a time", n)
	}
}

// countingListener counts the connections that are open at a time, each until it is closed: what
// the server says of its states comes later.
type countingListener struct {
	net.Listener
	now, most atomic.Int64
}

func (l *countingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.most.Store(max(l.most.Load(), l.now.Add(1))) // by the one goroutine that accepts
	return &countedConn{Conn: c, now: &l.now}, nil
}

type countedConn struct {
	net.Conn
	once sync.Once
	now  *atomic.Int64
}

func (c *countedConn) Close() error {
	c.once.Do(func() { c.now.Add(-1) })
	return c.Conn.Close()
}

// A client that says half a request is let go; others are answered meanwhile.
func TestSilentClient(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := Monitor{Stats: full}.Server()
	server.ReadTimeout = 100 * time.Millisecond // not five seconds
	go func() { _ = server.Serve(l) }()
	defer server.Close()
	silent, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	if _, err := io.WriteString(silent, "GET /metrics HTTP/1.1\r\nHost: a\r\n"); err != nil {
		t.Fatal(err)
	}
	answer, err := http.Get("http://" + l.Addr().String() + "/healthz")
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", answer, err)
	}
	answer.Body.Close()
	_ = silent.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.Copy(io.Discard, silent); err != nil {
		t.Errorf("the silent client was kept: %v", err)
	}
}
