package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync"
	"syscall"

	"botnetdetect/live"
	"botnetdetect/monitor"
	"botnetdetect/serve"
)

// watched is the link that a dashboard shows.
type watched struct {
	engine *live.Engine
	source string
	again  chan os.Signal // asks for the allow-list to be read anew, as SIGHUP does

	mu      sync.Mutex
	allowed []string // on the page, of this source
	ended   bool
	problem error
}

// watchAndServe shows what it watches until ctx is done. When what it watches ends before,
// the dashboard stays.
func (s *serving) watchAndServe(ctx context.Context, c serve.Config, d door, judge live.Judge) error {
	captures, done := s.memory.Keep()
	defer done()
	s.config.Memory = captures * 2 / 3 // the rest for judging, and for garbage
	engine, err := s.engine(judge)
	if err != nil {
		return err
	}
	w := &watched{engine: engine, source: s.config.Name, again: make(chan os.Signal, 1)}
	s.also = w.entries
	out, err := s.announce(engine)
	if err != nil {
		return err
	}
	c.Source, c.Watch, c.Allowed = w.source, w.status, w.allow
	c.Operations = monitor.Monitor{Stats: engine.Stats, Sinks: out.sinks, Version: toolName(), Replay: s.from.replay != ""}.Handler()
	server, err := serve.New(c)
	if err != nil {
		return err
	}
	if judge, err = s.judge(); err == nil { // with what is allow-listed on the page, from the first packet on
		err = engine.Reload(judge)
	}
	if err != nil {
		return err
	}
	home := s.config.Home
	if home == nil {
		home = live.DefaultHome()
	}
	engine.Subscribe(serve.NewFeed(server, w.source, home).Handler())
	if s.source, err = s.open(ctx); err != nil {
		return err
	}
	s.drop()
	go w.forward(ctx, s.std.hangups)
	s.std.hangups = w.again
	stop := s.reloadOnHangup(engine, out)
	defer stop()
	s.say("dashboard: %s", d.url)
	var watching sync.WaitGroup
	watching.Go(func() { w.run(ctx, s) })
	err = server.Serve(ctx, d.listener)
	watching.Wait()
	return errors.Join(err, out.close())
}

func (w *watched) run(ctx context.Context, s *serving) {
	s.logger.Info("watching", "source", w.source)
	err := w.engine.Run(ctx, s.source)
	if err != nil {
		s.logger.Error("watching has stopped; the dashboard stays", "source", w.source, "error", err)
	} else if ctx.Err() == nil {
		s.logger.Info("what was watched has ended; the dashboard stays", "source", w.source)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended, w.problem = true, err
}

// status is what the dashboard shows of the watch.
func (w *watched) status() serve.Watch {
	stats := w.engine.Stats()
	w.mu.Lock()
	defer w.mu.Unlock()
	out := serve.Watch{
		Running: !w.ended, Packets: stats.Packets, Bytes: stats.Bytes, Dropped: stats.Source.Dropped, Flows: stats.Flows,
	}
	if w.problem != nil {
		out.Error = w.problem.Error()
	}
	return out
}

// allow takes what people allow-listed, of hosts those of this source, and has the engine
// leave it alone.
func (w *watched) allow(list serve.Allowed) {
	entries := slices.Clone(list.Entries)
	for _, key := range list.Hosts {
		if key.Source == w.source {
			entries = append(entries, key.Host)
		}
	}
	w.mu.Lock()
	w.allowed = entries
	w.mu.Unlock()
	w.signal()
}

func (w *watched) entries() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.allowed
}

func (w *watched) signal() {
	select {
	case w.again <- syscall.SIGHUP:
	default: // it is asked for already
	}
}

// forward passes SIGHUP on, until ctx is done.
func (w *watched) forward(ctx context.Context, hangups <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangups:
			w.signal()
		}
	}
}
