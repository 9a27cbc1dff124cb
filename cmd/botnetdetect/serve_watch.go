package main

import (
	"context"
	"errors"
	"slices"
	"sync"

	"botnetdetect/live"
	"botnetdetect/monitor"
	"botnetdetect/serve"
)

// watched is the link that a dashboard shows.
type watched struct {
	engine  *live.Engine
	monitor monitor.Monitor
	source  string
	changed chan struct{} // has an item if allowed is another one

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
	w := &watched{engine: engine, source: s.config.Name, changed: make(chan struct{}, 1)}
	s.also, s.changed = w.entries, w.changed
	out, err := s.announce(engine)
	if err != nil {
		return err
	}
	w.monitor = monitor.Monitor{Stats: engine.Stats, Sinks: out.sinks, Version: toolName(), Replay: s.from.replay != ""}
	c.Source, c.Watch, c.Allowed, c.Operations = w.source, w.status, w.allow, w.monitor.Handler()
	server, err := serve.New(c)
	if err != nil {
		return err
	}
	if judge, err = s.judge(); err == nil { // with what is allow-listed on the page, from the first packet on
		err = s.adopt(engine, judge)
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
	switch {
	case w.problem != nil:
		out.Error = w.problem.Error()
	case !w.ended:
		out.Problems = w.monitor.Problems()
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
	select {
	case w.changed <- struct{}{}:
	default: // it is told already
	}
}

func (w *watched) entries() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.allowed
}
