package serve

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"botnetdetect/history"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// newServer returns a server with a store of its own, both of which end with the test.
func newServer(t testing.TB, change func(*Config)) *Server {
	t.Helper()
	folder := t.TempDir()
	store, err := history.OpenStore(filepath.Join(folder, "history.db"), history.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	c := Config{Store: store, Folder: folder, Tool: "botnetdetect test"}
	if change != nil {
		change(&c)
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// start serves on the loopback until the test ends, and returns the address.
func start(t testing.TB, s *Server) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return "http://" + l.Addr().String()
}

// sighting is one of a host with some botnet flows.
func sighting(host string, botnet int) *history.Sighting {
	s := &history.Sighting{
		Key: history.Key{Source: "eth0", Host: host},
		Judgement: history.Judgement{
			Time: noon, Verdict: history.Benign, Score: 0.1, Flows: botnet + 2, Peers: botnet + 2, Packets: 100, Bytes: 9000,
		},
		First: noon.Add(-10 * time.Minute), Last: noon,
		Summary: "many small packets to peers that do not answer", Base: -2,
		Reasons: []history.Reason{{Text: "UDP: 3 packets", Push: 1.5}, {Text: "UDP: few bytes back", Push: 0.8}, {Text: "TCP: none", Push: -0.2}},
	}
	for i := range botnet + 2 {
		s.Contacts = append(s.Contacts, history.Peer{
			Name: fmt.Sprintf("192.0.2.%d", i+1), Botnet: i < botnet, Score: 0.1, Silent: i%2 == 0, Packets: 10, Bytes: uint64(900 * (i + 1)),
			Protocols: "UDP", First: s.First, Last: s.Last,
		})
	}
	if botnet > 0 {
		s.Verdict, s.Score, s.Evidence, s.Botnet, s.BotnetPeers = history.Botnet, 0.9, 0.9*float64(botnet), botnet, botnet
		for i := range botnet {
			s.Contacts[i].Score = 0.9
		}
	}
	return s
}

// get asks a handler, and returns status, headers and body.
func get(s *Server, method, path, body string, header ...string) (int, http.Header, string) {
	r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	answer := w.Result()
	text, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, answer.Header, string(text)
}

func query(pairs ...string) string {
	values := make(url.Values)
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return values.Encode()
}
