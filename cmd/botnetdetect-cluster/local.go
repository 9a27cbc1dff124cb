package main

import (
	"context"
	"os"
	"runtime"
	"time"

	"botnetdetect/cluster"
)

// here is a fleet within this process. Its server starts while captures are sought and the
// model is read.
type here struct {
	ready chan struct{} // closed once the fields below are
	fleet *cluster.Fleet
	err   error
	undo  []func() // the last first
}

// begin starts a fleet within this process, and comes back at once.
func (s *submit) begin(ctx context.Context) *here {
	h := &here{ready: make(chan struct{})}
	settings := s.settings
	settings.Throwaway, settings.Partitions = true, min(settings.Partitions, runtime.GOMAXPROCS(0))
	go func() {
		defer close(h.ready)
		h.err = h.start(ctx, s.temp, settings)
	}()
	return h
}

func (h *here) start(ctx context.Context, temp string, settings cluster.Settings) error {
	folder, err := os.MkdirTemp(temp, "botnetdetect")
	if err != nil {
		return err
	}
	h.undo = append(h.undo, func() { _ = os.RemoveAll(folder) })
	server, err := cluster.Embed(folder)
	if err != nil {
		return err
	}
	h.undo = append(h.undo, server.Close)
	conn, err := server.Connect()
	if err != nil {
		return err
	}
	h.undo = append(h.undo, conn.Close)
	if h.fleet, err = cluster.Setup(ctx, conn, settings); err != nil {
		return err
	}
	h.undo = append(h.undo, func() { _ = h.fleet.TakeDown(context.WithoutCancel(ctx)) }) // the folder goes in any case
	return nil
}

// end stops it, and leaves nothing behind.
func (h *here) end() {
	<-h.ready
	for i := len(h.undo) - 1; i >= 0; i-- {
		h.undo[i]()
	}
}

// here does all of an order in this process.
func (s *submit) here(ctx context.Context, h *here, w cluster.Worker, o cluster.Order, start time.Time) error {
	o.Job, o.Tries = "local", 1 // what fails here fails here again
	if err := o.Pack(); err != nil {
		return err
	}
	if <-h.ready; h.err != nil {
		return h.err
	}
	defer s.work(ctx, h.fleet, w)()
	job, err := h.fleet.Submit(ctx, o)
	if err != nil {
		return err
	}
	return s.output.write(ctx, s.std, h.fleet, job, start)
}

// work has a worker work until done is called.
func (s *submit) work(ctx context.Context, fleet *cluster.Fleet, w cluster.Worker) (done func()) {
	ctx, cancel := context.WithCancel(ctx)
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		if err := fleet.Work(ctx, w); err != nil {
			s.warn(err)
		}
	}()
	return func() {
		cancel()
		<-finished
	}
}
