// Package serve is the dashboard: the hosts of a watched link and of captures dropped on
// it, by evidence, with what people made of them, in a browser.
//
//	s, err := serve.New(serve.Config{Store: store, Folder: folder, Log: log})
//	s.See(&sighting)            // from whoever watches
//	err = s.Serve(ctx, listener) // until ctx is done
//
// What comes in is kept by history and told to every open page over server-sent events,
// four times a second and encoded once. Nobody who asks much, reads slowly or not at all
// keeps others waiting: connections, streams, uploads and queues are bounded (Limits),
// and what a bound cost somebody is counted and said. Captures are judged one at a time,
// by a Judge, which is best a process of its own (Program).
package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"botnetdetect/history"
)

// Config says what to serve. Store and Folder must be set.
type Config struct {
	Store  *history.Store
	Folder string       // exists; for captures that wait and reports
	Tool   string       // name and version of the program
	Source string       // what is watched; "" if nothing is
	Token  *Token       // who knows it may come in; nil lets in everybody who can connect
	Hosts  []string     // names of this machine, besides localhost, that are asked for
	Judge  Judge        // of captures; nil: none are taken
	Watch  func() Watch // how watching fares; nil if nothing is watched
	// Allowed, if not nil, is told all that is on the allow-list, at the start and whenever
	// that changes.
	Allowed func(Allowed)
	// Operations, if not nil, answers /metrics.
	Operations http.Handler
	Limits     Limits
	Log        *slog.Logger // nil is silence
}

// Limits bound what a server spends on whoever connects. Zero values mean DefaultLimits.
type Limits struct {
	Connections int           // beyond, those that wait longest for an answer to nothing are closed
	Streams     int           // pages with live updates
	Receiving   int           // captures that come in at once
	Waiting     int           // captures that wait to be judged
	Upload      int64         // bytes of a capture
	Reports     int           // kept; beyond, the oldest go
	ReportBytes int64         // of all reports together
	Judging     time.Duration // that a capture may take
}

// DefaultLimits is for a few analysts.
func DefaultLimits() Limits {
	return Limits{
		Connections: 1024, Streams: 256, Receiving: 4, Waiting: 16, Upload: 1 << 30,
		Reports: 200, ReportBytes: 4 << 30, Judging: 15 * time.Minute,
	}
}

func (l Limits) withDefaults() Limits {
	standard := DefaultLimits()
	orElse(&l.Connections, standard.Connections)
	orElse(&l.Streams, standard.Streams)
	orElse(&l.Receiving, standard.Receiving)
	orElse(&l.Waiting, standard.Waiting)
	orElse(&l.Upload, standard.Upload)
	orElse(&l.Reports, standard.Reports)
	orElse(&l.ReportBytes, standard.ReportBytes)
	orElse(&l.Judging, standard.Judging)
	return l
}

func orElse[T comparable](x *T, standard T) {
	var zero T
	if *x == zero {
		*x = standard
	}
}

// Server serves one dashboard.
type Server struct {
	config  Config
	limits  Limits
	log     *slog.Logger
	assets  assets
	handler http.Handler
	conns   *conns
	hub     *hub
	uploads *uploads

	making sync.Mutex // held while a snapshot is made, so that many who ask wait for one

	mu       sync.Mutex
	changed  map[history.Key]bool // since pages were last told
	outdated int                  // snapshots, ever
	snapshot []byte               // all hosts as rows; nil if pages have been told of something since
}

// New returns a server of what its store knows.
func New(c Config) (*Server, error) {
	s := &Server{config: c, limits: c.Limits.withDefaults(), log: c.Log, changed: make(map[history.Key]bool)}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if s.assets, err = makeAssets(); err != nil {
		return nil, err
	}
	s.conns, s.hub = newConns(s.limits.Connections), newHub(s.limits.Streams)
	if s.uploads, err = newUploads(filepath.Join(c.Folder, "uploads"), s); err != nil {
		return nil, err
	}
	s.handler = s.routes()
	s.tellAllowed()
	return s, nil
}

// See takes in what was judged of a host. It does not wait for the disk or for pages.
func (s *Server) See(seen *history.Sighting) {
	h := s.config.Store.See(seen)
	s.change(h.Key)
}

func (s *Server) change(key history.Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed[key] = true
}

// Handler answers requests. Serve uses it, and keeps what it says up to date.
func (s *Server) Handler() http.Handler { return s.handler }

// How long a client may take.
const (
	headerPatience = 5 * time.Second  // to send a request's head
	bodyPatience   = 10 * time.Second // to send a small body
	readerPatience = 10 * time.Second // to take what it is sent
	idlePatience   = time.Minute      // between requests
	stopPatience   = 3 * time.Second  // when the program ends
	maxHeader      = 16 << 10         // bytes
)

// Serve answers connections of a listener until ctx is done, and then returns nil once
// all is written. It closes the listener, not the store.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	server := &http.Server{
		Handler: s.handler, ReadHeaderTimeout: headerPatience, IdleTimeout: idlePatience, MaxHeaderBytes: maxHeader,
		ConnState: s.conns.state, ConnContext: s.conns.remember,
		BaseContext: func(net.Listener) context.Context { return ctx },
		ErrorLog:    slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	var work sync.WaitGroup
	work.Go(func() { s.flush(ctx) })
	work.Go(func() { s.publish(ctx) })
	work.Go(func() { s.uploads.judge(ctx) })
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	stop()
	deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopPatience)
	defer cancel()
	if server.Shutdown(deadline) != nil {
		_ = server.Close() // what is left is not wanted
	}
	work.Wait()
	if flushErr := s.config.Store.Flush(); flushErr != nil {
		err = errors.Join(err, flushErr)
	}
	if err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("cannot serve: %w", err)
	}
	return nil
}

const flushEvery = time.Second

// flush writes the history once a second, and says when that begins to fail and when it
// works again.
func (s *Server) flush(ctx context.Context) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := s.config.Store.Flush()
		switch {
		case err != nil && !failing:
			s.log.Error("history is not being written; it is kept in memory until it can be", "error", err)
		case err == nil && failing:
			s.log.Info("history is being written again")
		}
		failing = err != nil
	}
}
