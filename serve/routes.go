package serve

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"botnetdetect/history"
)

// routes draws who may ask what:
//
//	deadlines → headers → no other site may write → token, or our own name → answer
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", s.loginPage)
	mux.HandleFunc("POST /login", s.login)
	mux.HandleFunc("POST /logout", s.logout)
	mux.HandleFunc("GET /app.css", s.assets.style)
	mux.HandleFunc("GET /icon.svg", s.assets.favicon)
	for pattern, answer := range map[string]http.HandlerFunc{
		"GET /{$}":                 s.assets.page,
		"GET /app.js":              s.assets.script,
		"GET /api/hosts":           s.hosts,
		"GET /api/host":            s.host,
		"POST /api/triage":         s.triage,
		"POST /api/allow":          s.allow,
		"DELETE /api/allow":        s.disallow,
		"GET /api/events":          s.events,
		"POST /api/uploads":        s.uploads.receive,
		"DELETE /api/uploads/{id}": s.uploads.remove,
		"GET /reports/{id}":        s.uploads.report,
		"GET /healthz":             s.healthz,
		"GET /metrics":             s.metrics,
		"/":                        func(w http.ResponseWriter, _ *http.Request) { fail(w, http.StatusNotFound, "there is no such page") },
	} {
		mux.HandleFunc(pattern, s.allowed(answer))
	}
	sites := http.NewCrossOriginProtection()
	sites.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fail(w, http.StatusForbidden, "another site may not do that")
	}))
	return deadlines(headers(sites.Handler(mux)))
}

// deadlines bounds how long a request may take; events and receive set their own.
func deadlines(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := http.NewResponseController(w)
		now := time.Now()
		_ = c.SetReadDeadline(now.Add(bodyPatience)) // a recorder in a test has none
		_ = c.SetWriteDeadline(now.Add(bodyPatience + readerPatience))
		next.ServeHTTP(w, r)
	})
}

// policy lets a page run our script and style, talk to us, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
	"form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// fail says what went wrong, as JSON.
func fail(w http.ResponseWriter, status int, what string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": what}) // a client that is gone
}

// give answers with a value as JSON.
func give(w http.ResponseWriter, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		fail(w, http.StatusInternalServerError, err.Error())
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text) // a client that is gone
}

const maxBody = 64 << 10 // bytes of a request that is no capture

// take reads a small JSON body. Another type is refused: a browser sends this one to us
// from our own page only.
func take(w http.ResponseWriter, r *http.Request, value any) bool {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		fail(w, http.StatusUnsupportedMediaType, "send application/json")
		return false
	}
	in := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	in.DisallowUnknownFields()
	if err := in.Decode(value); err != nil {
		fail(w, http.StatusBadRequest, "that is no such JSON: "+err.Error())
		return false
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		fail(w, http.StatusBadRequest, "there is more after the JSON")
		return false
	}
	return true
}

func (s *Server) triage(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Source string        `json:"source"`
		Host   string        `json:"host"`
		State  history.State `json:"state"`
		Note   string        `json:"note"`
	}
	if !take(w, r, &ask) {
		return
	}
	if !ask.State.Valid() || len(ask.Note) > history.MaxNote {
		fail(w, http.StatusBadRequest, "want a state of \"\", acknowledged or allowed, and a note of at most 4096 bytes")
		return
	}
	h, err := s.config.Store.Mark(history.Key{Source: ask.Source, Host: ask.Host}, ask.State, ask.Note)
	switch {
	case errors.Is(err, history.ErrUnknown):
		fail(w, http.StatusNotFound, "that host is not known here")
	case err != nil:
		s.log.Error("cannot keep what was said of a host", "error", err)
		fail(w, http.StatusInsufficientStorage, "not kept: "+err.Error())
	default:
		s.change(h.Key)
		s.mu.Lock()
		s.outdate() // who said it may ask at once
		s.mu.Unlock()
		s.tellAllowed()
		give(w, h.Triage)
	}
}

func (s *Server) tellAllowed() {
	if s.config.Allowed != nil {
		s.config.Allowed(Allowed{s.config.Store.Allowed(), s.entries()})
	}
}

// clip bounds a text from outside that is said again.
func clip(text string) string {
	if len(text) > 100 {
		text = text[:100] + "…"
	}
	return strings.ToValidUTF8(text, "�")
}
