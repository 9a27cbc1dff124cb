package serve

import (
	"fmt"
	"net/http"
	"strings"
)

// Watch says how watching a link fares.
type Watch struct {
	Running bool   `json:"running"` // false once a replay or stream has ended
	Error   string `json:"error,omitempty"`
	Packets int64  `json:"packets"` // since the start
	Bytes   int64  `json:"bytes"`
	Dropped int64  `json:"dropped"` // packets that the system could not hand over
	Flows   int64  `json:"flows"`   // in the windows
	// Problems are what is not well while watching goes on, such as an interface that is away.
	Problems []string `json:"problems,omitempty"`
}

// statusJSON is what a page says of the program.
type statusJSON struct {
	Tool      string `json:"tool"`
	Source    string `json:"source"`
	Watch     *Watch `json:"watch,omitempty"`
	Hosts     int    `json:"hosts"`
	Forgotten int    `json:"forgotten"`
	Pending   int    `json:"pending"`           // hosts whose news is not yet on disk
	Failing   string `json:"failing,omitempty"` // why the history cannot be written
	Moved     string `json:"moved,omitempty"`   // where a damaged history was moved to
	Damaged   int    `json:"damaged"`
	Pages     int    `json:"pages"`
	Dropped   int    `json:"dropped"` // messages that pages were too slow for
	Uploads   bool   `json:"uploads"` // captures are taken
	MaxUpload int64  `json:"maxUpload"`
	Token     bool   `json:"token"`
}

func (s *Server) status() statusJSON {
	store := s.config.Store.Status()
	pages, dropped, _ := s.hub.counts()
	out := statusJSON{
		Tool: s.config.Tool, Source: s.config.Source, Hosts: store.Hosts, Forgotten: store.Forgotten,
		Pending: store.Pending, Moved: store.Moved, Damaged: store.Damaged, Pages: pages, Dropped: dropped,
		Uploads: s.config.Judge != nil, MaxUpload: s.limits.Upload, Token: s.config.Token != nil,
	}
	if store.Failing != nil {
		out.Failing = store.Failing.Error()
	}
	if s.config.Watch != nil {
		w := s.config.Watch()
		out.Watch = &w
	}
	return out
}

// healthz says whether all works: 200, or 503 and what does not.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) {
	status := s.status()
	switch {
	case status.Failing != "":
		fail(w, http.StatusServiceUnavailable, status.Failing)
	case status.Watch != nil && status.Watch.Error != "":
		fail(w, http.StatusServiceUnavailable, status.Watch.Error)
	case status.Watch != nil && len(status.Watch.Problems) > 0:
		fail(w, http.StatusServiceUnavailable, strings.Join(status.Watch.Problems, "; "))
	default:
		give(w, map[string]string{"status": "ok"})
	}
}

// metrics writes what Prometheus collects of the dashboard, and then what the watch has.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	status := s.status()
	open, closed := s.conns.counts()
	_, _, refused := s.hub.counts()
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	for _, m := range []struct {
		name, kind, help string
		value            int
	}{
		{"hosts", "gauge", "Hosts in the history.", status.Hosts},
		{"hosts_forgotten_total", "counter", "Hosts dropped from the history for want of room.", status.Forgotten},
		{"hosts_pending", "gauge", "Hosts whose news is not yet on disk.", status.Pending},
		{"records_damaged", "gauge", "Records that could not be read at the start.", status.Damaged},
		{"pages", "gauge", "Pages with live updates.", status.Pages},
		{"pages_refused_total", "counter", "Pages refused live updates for want of room.", refused},
		{"messages_dropped_total", "counter", "Messages that pages were too slow for.", status.Dropped},
		{"connections", "gauge", "Open connections.", open},
		{"connections_closed_total", "counter", "Connections closed for want of room.", closed},
	} {
		name := "botnetdetect_dashboard_" + m.name
		fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n%s %d\n", name, m.help, name, m.kind, name, m.value)
	}
	if s.config.Operations != nil {
		s.config.Operations.ServeHTTP(w, r)
	}
}
