package cluster_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"botnetdetect/behaviour"
	"botnetdetect/cluster"
	"botnetdetect/feature"
	"botnetdetect/model"
	"botnetdetect/observe"
	"botnetdetect/report"

	"github.com/nats-io/nats.go/jetstream"
)

// TestWholeCapturesAreNotSent: of captures that one worker sees the whole of, no flow travels.
func TestWholeCapturesAreNotSent(t *testing.T) {
	ctx := timeout(t, 2*time.Minute)
	f, conn := setup(ctx, t, urls(nodes(t, 1, "127.0.0.1")), hasty(1))
	work(ctx, t, f, 2, cluster.Worker{Cores: 2})
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	paths := captures(t, 5)
	sent := func(name string, shard int64) uint64 {
		same(ctx, t, f, submitted(ctx, t, f, order(t, name, paths, shard)), paths)
		flows, err := js.Stream(ctx, "bnd-flows")
		if err != nil {
			t.Fatal(err)
		}
		return flows.CachedInfo().State.LastSeq
	}
	if n := sent("whole", 0); n != 0 {
		t.Errorf("%d batches were sent", n)
	}
	if sent("parts", halved) == 0 {
		t.Error("no batch was sent of captures in parts")
	}
}

// TestUnjudged: a capture that was seen and cannot be judged is given up, with the reason.
func TestUnjudged(t *testing.T) {
	ctx := timeout(t, 2*time.Minute)
	f := local(ctx, t)
	o := order(t, "job", captures(t, 1), 0)
	o.Tries = 2
	var err error
	if o.Model, err = model.Default(feature.Behavioural); err != nil {
		t.Fatal(err)
	}
	work(ctx, t, f, 1, cluster.Worker{Observe: func(ctx context.Context, path string, o observe.Options) observe.Observation {
		o.Behaviour = false
		return observe.Capture(ctx, path, o)
	}})
	_, _, outcomes := collected(ctx, t, f, submitted(ctx, t, f, o))
	bad := outcomes[0]
	if !bad.GivenUp || bad.Tries != 2 || !strings.Contains(bad.Err, behaviour.ErrUnobserved.Error()) {
		t.Errorf("the outcome is %+v", bad)
	}
}

// TestSameNameAgain: a job that is submitted under the name of one that was forgotten has its own
// captures and its own model, whatever workers have heard of the other or are still doing of it.
func TestSameNameAgain(t *testing.T) {
	ctx := timeout(t, 2*time.Minute)
	f, conn := setup(ctx, t, urls(nodes(t, 1, "127.0.0.1")), hasty(1))
	other, err := cluster.Open(ctx, conn)
	if err != nil {
		t.Fatal(err)
	}
	paths := captures(t, 4)
	first, second := order(t, "job", paths, 0), order(t, "job", paths[2:], 0)
	second.Model.Threshold = 0.999
	submitted(ctx, t, other, first)
	var job cluster.Job
	begun, again := make(chan struct{}), sync.OnceFunc(func() {
		if err := other.Forget(ctx, "job"); err != nil {
			t.Error(err)
		}
		job, err = other.Submit(ctx, second)
	})
	started := sync.OnceFunc(func() { close(begun) })
	work(ctx, t, f, 1, cluster.Worker{Cores: 2, Observe: func(ctx context.Context, path string, o observe.Options) observe.Observation {
		again()
		started()
		return observe.Capture(ctx, path, o)
	}})
	<-begun
	if err != nil {
		t.Fatal(err)
	}
	got, _, outcomes := collected(ctx, t, f, job)
	if want, _ := predictedBy(t, second.Model, paths[2:], report.JSONLines); got != want {
		t.Errorf("%d bytes of verdicts differ from the %d of one process", len(got), len(want))
	}
	for _, o := range outcomes {
		if o.Model != job.ModelSum {
			t.Errorf("%s was judged by model %s, want %s", o.Path, o.Model, job.ModelSum)
		}
	}
}
