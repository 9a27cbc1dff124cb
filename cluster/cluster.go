// Package cluster judges captures on many machines, over NATS JetStream.
//
// Submit makes a job of captures, Work does tasks of any job until it is told to stop,
// Collect writes a job's verdicts, and Status says how far it is. Embed starts a server
// inside the process, and then all of it is one program's own affair:
//
//	Submit ─task→ observe ──────────── all of a capture ──────────→ judge ─outcome→ Collect
//	              flow table ─batches→ reduce ─ledger─ all parts ───┘  verdicts in the
//	              of a part            stores each once                captures' order
//
// Who has seen all of a capture judges it. The flows of a part of one, or of what a site
// saw, are sent, and judged when all parts are there. Only references to captures travel,
// never packets. What is sent is bounded, checked like a file, and harmless if it comes
// twice: a task is acknowledged when all its batches are in the stream or its outcome is
// stored, a batch when a ledger that names it is stored, and a capture is done when its
// outcome is stored, which happens once. A capture that fails time and again, or whose
// workers die of it, is given up and named in the result.
//
// docs/scale.md describes the set-up, docs/format/cluster.md what is sent and kept.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Settings are how the streams of a fleet are kept. They are fixed when the fleet is set
// up; zero fields take the values of DefaultSettings.
type Settings struct {
	Replicas   int           // servers that keep each message: 1, 3 or 5
	Partitions int           // streams of batches that reducers take from, 1 to MaxPartitions
	Wait       time.Duration // a task is given to another worker after so long without a sign of life
	FlowBytes  int64         // batches waiting to be reduced, less if the servers have no such disk; workers wait when there are more
	Throwaway  bool          // nothing need outlive the server: what its consumers have seen is not kept on disk
}

// MaxPartitions bounds Settings.Partitions.
const MaxPartitions = 256

const leastFlowBytes = 64 << 20

// DefaultSettings suit one server.
func DefaultSettings() Settings {
	return Settings{Replicas: 1, Partitions: 8, Wait: 30 * time.Second, FlowBytes: 16 << 30}
}

func (s Settings) check() error {
	switch {
	case s.Replicas != 1 && s.Replicas != 3 && s.Replicas != 5:
		return fmt.Errorf("%d replicas: want 1, 3 or 5", s.Replicas)
	case s.Partitions < 1 || s.Partitions > MaxPartitions:
		return fmt.Errorf("%d partitions: want 1 to %d", s.Partitions, MaxPartitions)
	case s.Wait < time.Second:
		return fmt.Errorf("a wait of %v: want a second or more", s.Wait)
	case s.FlowBytes < leastFlowBytes:
		return fmt.Errorf("%d bytes of batches: want at least 64 MiB", s.FlowBytes)
	}
	return nil
}

// The names under which a fleet keeps its things on the servers.
const (
	tasksStream   = "bnd-tasks"
	flowsStream   = "bnd-flows"
	jobsBucket    = "bnd-jobs"    // jobs: all that a sensor may read
	stateBucket   = "bnd-state"   // ledgers, outcomes, verdicts
	workersBucket = "bnd-workers" // what workers are at
	blobsBucket   = "bnd-blobs"   // lists of captures, models, tables and verdicts too large for a message

	observeConsumer = "observe"
	judgeConsumer   = "judge"
)

func taskSubject(kind Kind, job string) string { return "bnd.task." + string(kind) + "." + job }

func flowSubject(partition int, job string) string {
	return fmt.Sprintf("bnd.flows.%d.%s", partition, job)
}

func reduceConsumer(partition int) string { return fmt.Sprintf("reduce-%d", partition) }

// Fleet is a connection to the servers of a fleet. It is safe for concurrent use.
type Fleet struct {
	conn       *nats.Conn
	js         jetstream.JetStream
	jobs       records
	state      records
	workers    jetstream.KeyValue
	blobs      jetstream.ObjectStore
	partitions int
	submitted  atomic.Pointer[submitted] // the last model, which workers of this process need not read again
	wait       time.Duration
}

// Setup makes what a fleet needs on the servers, where it is not there yet, and opens it.
// The connection's user must have the right to make streams.
func Setup(ctx context.Context, conn *nats.Conn, s Settings) (*Fleet, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	js, err := jetstream.New(conn)
	if err != nil {
		return nil, err
	}
	if err := s.makeStreams(ctx, js); err != nil {
		return nil, fmt.Errorf("cannot set up the fleet: %w", err)
	}
	return Open(ctx, conn)
}

// ErrNoFleet says that the servers know of no fleet.
var ErrNoFleet = errors.New("no fleet is set up on these servers; submit a job first")

// Open opens a fleet that Setup has set up.
func Open(ctx context.Context, conn *nats.Conn) (*Fleet, error) {
	js, err := jetstream.New(conn)
	if err != nil {
		return nil, err
	}
	f := &Fleet{conn: conn, js: js}
	if err := f.bind(ctx); errors.Is(err, jetstream.ErrBucketNotFound) || errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil, ErrNoFleet
	} else if err != nil {
		return nil, fmt.Errorf("cannot open the fleet: %w", err)
	}
	return f, nil
}

func (f *Fleet) bind(ctx context.Context) (err error) {
	if f.jobs.KeyValue, err = f.js.KeyValue(ctx, jobsBucket); err != nil {
		return err
	}
	if f.state.KeyValue, err = f.js.KeyValue(ctx, stateBucket); err != nil {
		return err
	}
	if f.workers, err = f.js.KeyValue(ctx, workersBucket); err != nil {
		return err
	}
	if f.blobs, err = f.js.ObjectStore(ctx, blobsBucket); err != nil {
		return err
	}
	tasks, err := f.js.Consumer(ctx, tasksStream, observeConsumer)
	if err != nil {
		return err
	}
	f.wait = tasks.CachedInfo().Config.AckWait
	flows, err := f.js.Stream(ctx, flowsStream)
	if err != nil {
		return err
	}
	_, err = fmt.Sscan(flows.CachedInfo().Config.Metadata[partitionsKey], &f.partitions)
	if err != nil || f.partitions < 1 || f.partitions > MaxPartitions {
		return fmt.Errorf("stream %s does not say its number of partitions", flowsStream)
	}
	return nil
}
