package serve

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"botnetdetect/history"
)

// rowFields name what a row has, in order: hosts reach the page as arrays, as there are
// many.
var rowFields = []string{
	"source", "host", "verdict", "score", "evidence", "flows", "botnet", "silent", "peers", "botnetPeers",
	"packets", "bytes", "first", "last", "now", "state", "noted", "seen",
}

// appendRow writes a host as a row. Counts are of its worst judgement; times are ms since
// 1970.
func appendRow(b []byte, h *history.Host) []byte {
	j := &h.Worst
	b = append(b, '[')
	b = appendText(b, h.Source)
	b = appendText(append(b, ','), h.Host)
	b = appendText(append(b, ','), string(j.Verdict))
	b = appendNumber(append(b, ','), j.Score)
	b = appendNumber(append(b, ','), j.Evidence)
	for _, n := range []int64{
		int64(j.Flows), int64(j.Botnet), int64(j.Silent), int64(j.Peers), int64(j.BotnetPeers),
		int64(j.Packets), int64(j.Bytes), h.First.UnixMilli(), h.Last.UnixMilli(),
	} {
		b = strconv.AppendInt(append(b, ','), n, 10)
	}
	b = appendText(append(b, ','), string(h.Latest.Verdict))
	b = appendText(append(b, ','), string(h.Triage.State))
	b = strconv.AppendBool(append(b, ','), h.Triage.Note != "")
	b = strconv.AppendInt(append(b, ','), int64(h.Seen), 10)
	return append(b, ']')
}

func appendText(b []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, _ := json.Marshal(text) // a string always has a JSON form
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, text...)
	return append(b, '"')
}

func appendNumber(b []byte, x float64) []byte {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		x = 0
	}
	return strconv.AppendFloat(b, math.Round(x*1e4)/1e4, 'f', -1, 64)
}

// hosts answers with all that the page of hosts shows.
func (s *Server) hosts(w http.ResponseWriter, _ *http.Request) {
	head, err := json.Marshal(struct {
		Status  statusJSON      `json:"status"`
		Uploads []uploadJSON    `json:"uploads"`
		Grants  []history.Grant `json:"grants"`
		Fields  []string        `json:"fields"`
	}{s.status(), s.uploads.list(), s.config.Store.Grants(), rowFields})
	if err != nil {
		fail(w, http.StatusInternalServerError, err.Error())
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(append(head[:len(head)-1], `,"rows":`...)) // a client that is gone
	_, _ = w.Write(s.rows())
	_, _ = w.Write([]byte("}"))
}

// rows returns all hosts as rows. They are made at most once between two rounds of publish:
// a page listens before it asks, so what has changed since it will be told.
func (s *Server) rows() []byte {
	s.making.Lock()
	defer s.making.Unlock()
	s.mu.Lock()
	kept, outdated := s.snapshot, s.outdated
	s.mu.Unlock()
	if kept != nil {
		return kept
	}
	hosts := s.config.Store.Hosts()
	made := appendRows(make([]byte, 0, 256*len(hosts)), hosts)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.outdated == outdated {
		s.snapshot = made
	}
	return made
}

// outdate has rows made anew when they are next asked for; the caller holds mu.
func (s *Server) outdate() {
	s.snapshot = nil
	s.outdated++
}

func appendRows(b []byte, hosts []history.Host) []byte {
	b = append(b, '[')
	for i := range hosts {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendRow(b, &hosts[i])
	}
	return append(b, ']')
}

// host answers with what is known of one host.
func (s *Server) host(w http.ResponseWriter, r *http.Request) {
	key := history.Key{Source: r.URL.Query().Get("source"), Host: r.URL.Query().Get("host")}
	h, ok := s.config.Store.Host(key)
	if !ok {
		fail(w, http.StatusNotFound, "that host is not known here")
		return
	}
	d, err := s.config.Store.Detail(key)
	if err != nil && !errors.Is(err, history.ErrUnknown) {
		fail(w, http.StatusInternalServerError, err.Error())
		return
	}
	give(w, struct {
		Source string          `json:"source"`
		Host   string          `json:"host"`
		Known  *history.Host   `json:"known"`
		Detail *history.Detail `json:"detail"`
	}{key.Source, key.Host, &h, &d})
}

const (
	publishEvery = 250 * time.Millisecond
	statusEvery  = 4    // rounds of publishing
	maxNews      = 5000 // rows of a message; with more, pages load everything anew
)

// publish tells pages what changed, four times a second.
func (s *Server) publish(ctx context.Context) {
	tick := time.NewTicker(publishEvery)
	defer tick.Stop()
	for round := 0; ; round++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		s.tellNews()
		if round%statusEvery == 0 {
			status, _ := json.Marshal(s.status()) // of plain values
			s.hub.tell("status", status)
		}
	}
}

// takeChanged returns the hosts that changed since the last call; the map is the caller's own.
func (s *Server) takeChanged() map[history.Key]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.changed) == 0 {
		return nil
	}
	changed := s.changed
	s.changed = make(map[history.Key]bool)
	s.outdate()
	return changed
}

func (s *Server) tellNews() {
	changed := s.takeChanged()
	if len(changed) == 0 {
		return
	}
	if len(changed) > maxNews {
		s.hub.tell("reload", []byte(`{"lost":0}`))
		return
	}
	news := make([]history.Host, 0, len(changed))
	for key := range changed {
		if h, ok := s.config.Store.Host(key); ok {
			news = append(news, h)
		}
	}
	s.hub.tell("hosts", appendRows(nil, news))
}
