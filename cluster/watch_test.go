package cluster_test

import (
	"context"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// watched says how far the work of a fleet is, so that what goes wrong in a test goes wrong
// when there was progress, and not by the clock: a machine may be busy with other things.
type watched struct {
	ctx context.Context
	js  jetstream.JetStream
}

func watch(ctx context.Context, t *testing.T, conn *nats.Conn) *watched {
	t.Helper()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	return &watched{ctx, js}
}

// tasks returns how many tasks have been done and how many have not, as soon as the
// servers say so; nothing if the test is over before.
func (w *watched) tasks() (done, waiting uint64) {
	for w.ctx.Err() == nil {
		if state, err := w.state(); err == nil {
			return state.LastSeq - state.Msgs, state.Msgs
		}
		time.Sleep(50 * time.Millisecond)
	}
	return 0, 0
}

func (w *watched) state() (jetstream.StreamState, error) {
	ctx, cancel := context.WithTimeout(w.ctx, 2*time.Second)
	defer cancel()
	stream, err := w.js.Stream(ctx, "bnd-tasks")
	if err != nil {
		return jetstream.StreamState{}, err
	}
	return stream.CachedInfo().State, nil
}

func (w *watched) done() uint64 {
	done, _ := w.tasks()
	return done
}

// progress returns when some tasks have been done since it was called, or all.
func (w *watched) progress() {
	before := w.done()
	for w.ctx.Err() == nil {
		if done, waiting := w.tasks(); done >= before+5 || waiting == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// healthy returns when each stream and each lasting consumer is kept by n servers, all of them
// in touch.
func (w *watched) healthy(n int) {
	for w.ctx.Err() == nil && !w.allCurrent(n) {
		time.Sleep(100 * time.Millisecond)
	}
}

func (w *watched) allCurrent(n int) bool {
	ctx, cancel := context.WithTimeout(w.ctx, 5*time.Second)
	defer cancel()
	streams := w.js.ListStreams(ctx)
	for info := range streams.Info() {
		if !current(info.Cluster, n) {
			return false
		}
		stream, err := w.js.Stream(ctx, info.Config.Name)
		if err != nil {
			return false
		}
		consumers := stream.ListConsumers(ctx)
		for c := range consumers.Info() {
			if c.Config.Durable != "" && !current(c.Cluster, n) {
				return false
			}
		}
		if consumers.Err() != nil {
			return false
		}
	}
	return streams.Err() == nil
}

// current reports whether a leader and n-1 followers keep something and none is behind.
func current(c *jetstream.ClusterInfo, n int) bool {
	if c == nil || c.Leader == "" || len(c.Replicas) != n-1 {
		return false
	}
	for _, r := range c.Replicas {
		if !r.Current || r.Offline {
			return false
		}
	}
	return true
}
