package serve

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"botnetdetect/history"
)

// Whatever somebody sends, it is answered with JSON or one of our pages, and hosts stay rows.
func FuzzRequest(f *testing.F) {
	for _, seed := range [][4]string{
		{"POST", "/api/triage", "application/json", `{"source":"eth0","host":"10.0.0.1","state":"allowed","note":"x"}`},
		{"POST", "/api/triage", "application/json", `{"source":"eth0","host":"10.0.0.1","state":"odd","note":"` + strings.Repeat("x", 5000) + `"}`},
		{"POST", "/api/allow", "application/json", `{"entry":"10.0.0.0/8"}`},
		{"POST", "/api/uploads?name=..%2f", "application/octet-stream", "\xd4\xc3\xb2\xa1"},
		{"POST", "/login", "application/x-www-form-urlencoded", "token=x"},
		{"GET", "/api/host?source=eth0&host=10.0.0.1", "", ""}, {"DELETE", "/api/uploads/../x", "", ""}, {"GET", "/reports/%2e%2e", "", ""},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	s := newServer(f, judging(func(context.Context, Job, func(int64)) (Outcome, error) { return Outcome{}, nil }))
	s.See(sighting("10.0.0.1", 3))
	f.Fuzz(func(t *testing.T, method, path, kind, body string) {
		if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "/api/events") {
			t.Skip()
		}
		r, err := http.NewRequest(method, "http://localhost"+path, strings.NewReader(body))
		if err != nil {
			t.Skip()
		}
		r.RequestURI, r.RemoteAddr = path, "127.0.0.1:9"
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		if w.Code == http.StatusInternalServerError {
			t.Errorf("%s %q: %s", method, path, w.Body)
		}
		if strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") && method != http.MethodHead && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s %q: no JSON: %q", method, path, w.Body)
		}
		if rows := s.rows(); !json.Valid(rows) || !utf8.Valid(rows) {
			t.Errorf("rows are %q", rows)
		}
	})
}

// Whatever the process says that judges a capture, it is an outcome or an error, and bounded.
func FuzzListen(f *testing.F) {
	f.Add(`{"read":5}` + "\n" + `{"host":{"Host":"10.0.0.1"}}` + "\n" + `{"outcome":{"packets":3}}`)
	f.Add(`{"error":"no"}`)
	f.Add(strings.Repeat(`{"host":{}}`+"\n", 3*maxListed))
	f.Fuzz(func(t *testing.T, said string) {
		o, err := listen(strings.NewReader(said), func(int64) {})
		if len(o.Sightings) > maxListed || err != nil && len(o.Sightings) > 0 {
			t.Errorf("%d sightings, %v", len(o.Sightings), err)
		}
		for i := range o.Sightings {
			s := rowOf(&o.Sightings[i])
			if !json.Valid(s) {
				t.Errorf("a row of %q", s)
			}
		}
	})
}

// rowOf is the row of a host that was seen once.
func rowOf(seen *history.Sighting) []byte {
	return appendRow(nil, &history.Host{Key: seen.Key, First: seen.First, Last: seen.Last, Seen: 1, Latest: seen.Judgement, Worst: seen.Judgement})
}
