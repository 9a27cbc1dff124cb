package serve

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"botnetdetect/history"
)

// rowsOf reads /api/hosts: rows by the names of their fields.
func rowsOf(t testing.TB, s *Server) (rows []map[string]any) {
	t.Helper()
	status, _, body := get(s, "GET", "/api/hosts", "")
	var all struct {
		Fields []string
		Rows   [][]any
	}
	if err := json.Unmarshal([]byte(body), &all); err != nil || status != http.StatusOK {
		t.Fatalf("status %d, %v: %s", status, err, body)
	}
	for _, row := range all.Rows {
		named := make(map[string]any)
		if len(row) != len(all.Fields) {
			t.Fatalf("a row has %d values for %d fields", len(row), len(all.Fields))
		}
		for i, field := range all.Fields {
			named[field] = row[i]
		}
		rows = append(rows, named)
	}
	return rows
}

func TestHosts(t *testing.T) {
	s := newServer(t, nil)
	if rows := rowsOf(t, s); len(rows) != 0 {
		t.Errorf("an empty history has rows %v", rows)
	}
	s.See(sighting("10.0.0.1", 0))
	s.See(sighting("10.0.0.2", 7))
	s.tellNews() // the snapshot is kept until pages are told that it is no longer true
	rows := rowsOf(t, s)
	if len(rows) != 2 || rows[0]["host"] != "10.0.0.2" || rows[0]["botnet"] != 7.0 || rows[0]["last"] != float64(noon.UnixMilli()) {
		t.Errorf("rows are %v", rows)
	}
	s.See(sighting("10.0.0.1", 9))
	s.tellNews()
	if rows = rowsOf(t, s); rows[0]["host"] != "10.0.0.1" {
		t.Errorf("after news the rows are %v", rows)
	}
}

// Hosts that change all the time are made into rows once between two rounds of telling,
// however many ask; what a page is not told, it finds when it asks.
func TestRowsAreMadeOnce(t *testing.T) {
	s := newServer(t, nil)
	s.See(sighting("10.0.0.1", 0))
	first := s.rows()
	s.See(sighting("10.0.0.2", 7))
	if again := s.rows(); &again[0] != &first[0] {
		t.Error("rows are made anew for each who asks")
	}
	s.tellNews()
	if rows := string(s.rows()); !strings.Contains(rows, "10.0.0.2") {
		t.Errorf("pages were told, but the rows are %s", rows)
	}
}

// Whatever a host calls itself is text, and rows are JSON.
func TestHostileRows(t *testing.T) {
	s := newServer(t, nil)
	names := []string{`</script><script>alert(1)</script>`, "\"];\u2028\\", "\xff\xfe", "\u202egnp.exe", strings.Repeat("é", 5000)}
	for i, name := range names {
		seen := sighting(name, 0)
		seen.Evidence = float64(len(names) - i)
		s.See(seen)
	}
	rows := rowsOf(t, s)
	if len(rows) != len(names) || rows[0]["host"] != names[0] {
		t.Errorf("%d rows, the first %v", len(rows), rows[0])
	}
	for _, row := range rows {
		status, _, body := get(s, "GET", "/api/host?"+query("source", "eth0", "host", row["host"].(string)), "")
		if status != http.StatusOK || strings.Contains(body, "<script>") {
			t.Errorf("%q: status %d: %.200s", row["host"], status, body)
		}
	}
}

func TestHost(t *testing.T) {
	s := newServer(t, nil)
	s.See(sighting("10.0.0.2", 7))
	status, _, body := get(s, "GET", "/api/host?source=eth0&host=10.0.0.2", "")
	var all struct {
		Known  history.Host
		Detail history.Detail
	}
	if err := json.Unmarshal([]byte(body), &all); err != nil || status != http.StatusOK {
		t.Fatalf("status %d, %v", status, err)
	}
	if len(all.Detail.Peers) != 9 || !all.Detail.Peers[0].Botnet || len(all.Detail.Reasons) != 3 || len(all.Detail.Moments) != 1 || all.Known.Worst.Botnet != 7 {
		t.Errorf("the host is %+v", all)
	}
	if status, _, _ := get(s, "GET", "/api/host?source=eth1&host=10.0.0.2", ""); status != http.StatusNotFound {
		t.Errorf("the host of another network: status %d", status)
	}
}

func TestTriage(t *testing.T) {
	var allowed []history.Key
	s := newServer(t, func(c *Config) { c.Allowed = func(a Allowed) { keys := a.Hosts; allowed = keys } })
	s.See(sighting("10.0.0.2", 7))
	f := func(body string, want int) {
		t.Helper()
		if got, _, answer := get(s, "POST", "/api/triage", body, "Content-Type", "application/json"); got != want {
			t.Errorf("%.80s: status %d, want %d: %s", body, got, want, answer)
		}
	}
	f(`{"source":"eth0","host":"10.0.0.2","state":"allowed","note":"<b>ours</b>"}`, http.StatusOK)
	if !slices.Equal(allowed, []history.Key{{Source: "eth0", Host: "10.0.0.2"}}) {
		t.Errorf("the allow-list is %v", allowed)
	}
	if row := rowsOf(t, s)[0]; row["state"] != "allowed" || row["noted"] != true {
		t.Errorf("the row is %v", row)
	}
	f(`{"source":"eth0","host":"10.0.0.2","state":"","note":""}`, http.StatusOK)
	if len(allowed) != 0 {
		t.Errorf("the allow-list is still %v", allowed)
	}
	f(`{"source":"eth0","host":"10.0.0.3","state":"","note":""}`, http.StatusNotFound)
	f(`{"source":"eth0","host":"10.0.0.2","state":"odd","note":""}`, http.StatusBadRequest)
	f(`{"source":"eth0","host":"10.0.0.2","extra":1}`, http.StatusBadRequest)
	f(`{"source":"eth0"} {}`, http.StatusBadRequest)
	f(`[[[`, http.StatusBadRequest)
	f(fmt.Sprintf(`{"source":"eth0","host":"10.0.0.2","note":%q}`, strings.Repeat("x", 5000)), http.StatusBadRequest)
	f(fmt.Sprintf(`{"source":"eth0","host":"10.0.0.2","note":%q}`, strings.Repeat("x", maxBody)), http.StatusBadRequest)
}

func TestMetrics(t *testing.T) {
	s := newServer(t, func(c *Config) {
		c.Operations = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("watch_packets_total 5\n")) })
	})
	s.See(sighting("10.0.0.2", 7))
	_, _, body := get(s, "GET", "/metrics", "")
	for _, want := range []string{"\nbotnetdetect_dashboard_hosts 1\n", "\nbotnetdetect_dashboard_messages_dropped_total 0\n", "watch_packets_total 5"} {
		if !strings.Contains(body, want) {
			t.Errorf("metrics lack %q:\n%s", want, body)
		}
	}
}

func TestHealth(t *testing.T) {
	broken, unwell := "", []string(nil)
	s := newServer(t, func(c *Config) { c.Watch = func() Watch { return Watch{Error: broken, Problems: unwell} } })
	if status, _, _ := get(s, "GET", "/healthz", ""); status != http.StatusOK {
		t.Errorf("all is well: status %d", status)
	}
	unwell = []string{"the interface is away"}
	if status, _, body := get(s, "GET", "/healthz", ""); status != http.StatusServiceUnavailable || !strings.Contains(body, unwell[0]) {
		t.Errorf("the interface is away: status %d: %s", status, body)
	}
	broken = "eth0 is gone"
	if status, _, body := get(s, "GET", "/healthz", ""); status != http.StatusServiceUnavailable || !strings.Contains(body, broken) {
		t.Errorf("eth0 is gone: status %d: %s", status, body)
	}
}

// What is already there is not sent again.
func TestAssetsAreKept(t *testing.T) {
	s := newServer(t, nil)
	_, header, script := get(s, "GET", "/app.js", "")
	if status, _, body := get(s, "GET", "/app.js", "", "If-None-Match", header.Get("ETag")); status != http.StatusNotModified || body != "" {
		t.Errorf("the script again: status %d with %d bytes", status, len(body))
	}
	for _, foreign := range []string{"http://", "https://", "innerHTML", "eval("} {
		if strings.Contains(strings.ReplaceAll(script, "http://www.w3.org/2000/svg", ""), foreign) {
			t.Errorf("the script has %s", foreign)
		}
	}
}
