// Package monitor tells other programs how watching goes: /metrics in the text format of
// Prometheus, /healthz for whoever restarts what is not well.
//
//	monitor.Monitor{Stats: engine.Stats, Version: version}.Server().Serve(monitor.Limited(listener))
//
// It says nothing of hosts or flows, only numbers.
package monitor

import (
	"encoding/json"
	"net"
	"net/http"
	"time"

	"botnetdetect/alert"
	"botnetdetect/live"

	"golang.org/x/net/netutil"
)

// Monitor shows the counts of an engine and of where its alerts go.
type Monitor struct {
	Stats   func() live.Stats
	Sinks   []*alert.Sink
	Version string
	Replay  bool // the engine's clock is a capture's, so that it says nothing of health
}

// Handler answers GET /metrics and GET /healthz.
func (m Monitor) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		_, _ = w.Write(m.metrics())
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { m.health(w) })
	return mux
}

// maxConnections bounds the open ones, so that whoever opens more takes no files from what
// is watched. Others wait until one of these is done, seconds at most.
const maxConnections = 64

// Limited is l with few connections at a time.
func Limited(l net.Listener) net.Listener { return netutil.LimitListener(l, maxConnections) }

// Server returns a server for Handler that no slow or silent client can hold up.
func (m Monitor) Server() *http.Server {
	return &http.Server{
		Handler: m.Handler(), ReadTimeout: 5 * time.Second, WriteTimeout: 10 * time.Second,
		IdleTimeout: 5 * time.Second, MaxHeaderBytes: 1 << 14,
	}
}

// mostLag is how far judging may be behind before something is wrong.
const mostLag = 30 * time.Second

// Problems says what is not well with watching; nothing if all is.
func (m Monitor) Problems() []string {
	s := m.Stats()
	problems := []string{}
	if lag := time.Since(s.Clock); !m.Replay && !s.Started.IsZero() && lag > mostLag && time.Since(s.Started) > mostLag {
		problems = append(problems, "judging has stood still for "+lag.Truncate(time.Second).String())
	}
	if s.Source.Down {
		problems = append(problems, "the interface is away")
	}
	return problems
}

// health answers 200 if all is well, else 503 and what is not.
func (m Monitor) health(w http.ResponseWriter) {
	problems := m.Problems()
	w.Header().Set("Content-Type", "application/json")
	status := map[string]any{"status": "ok", "packets": m.Stats().Packets, "problems": problems}
	if len(problems) > 0 {
		status["status"] = "unwell"
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(status)
}
