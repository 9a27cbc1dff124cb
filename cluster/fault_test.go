package cluster_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"botnetdetect/cluster"
	"botnetdetect/report"

	"github.com/nats-io/nats.go"
)

// hasty gives tasks of dead workers to others soon.
func hasty(replicas int) cluster.Settings {
	s := cluster.DefaultSettings()
	s.Replicas, s.Partitions, s.Wait = replicas, 2, 1500*time.Millisecond
	return s
}

// halved cuts about half of the captures into parts, those of more bytes; the others are judged by who observes them.
const halved = 700_000

// submitted submits captures, cut into parts, and returns the job.
func submitted(ctx context.Context, t *testing.T, f *cluster.Fleet, o cluster.Order) cluster.Job {
	t.Helper()
	job, err := f.Submit(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	return job
}

// same checks that a job comes to what one process says of captures.
func same(ctx context.Context, t *testing.T, f *cluster.Fleet, job cluster.Job, paths []string) []cluster.Outcome {
	t.Helper()
	got, sum, outcomes := collected(ctx, t, f, job)
	want, wantSum := predicted(t, paths, report.JSONLines)
	if got != want {
		t.Errorf("%d bytes of verdicts differ from the %d of one process", len(got), len(want))
	}
	if sum.Flows != wantSum.Flows || sum.Stats.Frames != wantSum.Stats.Frames {
		t.Errorf("%d flows in %d packets, want %d in %d", sum.Flows, sum.Stats.Frames, wantSum.Flows, wantSum.Stats.Frames)
	}
	return outcomes
}

// TestWorkersDie kills a worker, which is observer, reducer and judge, again and again, and
// gives them a capture that they die of: nothing is lost, nothing counts twice, and the
// poison is named.
func TestWorkersDie(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts processes")
	}
	ctx := timeout(t, 5*time.Minute)
	server := nodes(t, 1, "127.0.0.1")
	f, conn := setup(ctx, t, urls(server), hasty(1))
	paths := captures(t, 14)
	poison := filepath.Join(t.TempDir(), "poison.pcap")
	if err := os.WriteFile(poison, swarm(1, 10), 0o666); err != nil {
		t.Fatal(err)
	}
	o := order(t, "job", append(paths[:7:7], append([]string{poison}, paths[7:]...)...), halved)
	o.Tries = 8
	job := submitted(ctx, t, f, o)
	supervise(t, 3, 400*time.Millisecond, watch(ctx, t, conn), workerAt(t, urls(server)))
	outcomes := same(ctx, t, f, job, paths)
	for i, done := range outcomes {
		if bad := i == 7; done.GivenUp != bad {
			t.Errorf("capture %s: given up is %v after %d tries: %s", done.Path, done.GivenUp, done.Tries, done.Err)
		}
	}
	s, err := f.Status(ctx, job)
	if err != nil || s.Done != job.Captures || s.GivenUp != 1 || !strings.Contains(s.Failed[len(s.Failed)-1].Path+s.Failed[0].Path, "poison") {
		t.Errorf("%d of %d are done, %d given up; in vain were %+v, %v", s.Done, job.Captures, s.GivenUp, s.Failed, err)
	}
}

// TestServersDie stops each of three servers in turn and starts it again, each time when
// something has been done and the servers agree: two of three are never away at once.
func TestServersDie(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts three servers")
	}
	ctx := timeout(t, 5*time.Minute)
	servers := nodes(t, 3, "127.0.0.1")
	f, conn := setup(ctx, t, urls(servers), hasty(3))
	paths := captures(t, 14)
	o := order(t, "job", paths, halved)
	o.Tries = 100 // each server that is away longer than the fleet waits costs tasks in hand a try
	job := submitted(ctx, t, f, o)
	watched := watch(ctx, t, conn)
	var dying sync.WaitGroup
	dying.Go(func() {
		for _, n := range servers {
			watched.progress()
			n.server.Close()
			watched.progress() // the other two go on
			n.start(t)
			watched.healthy(len(servers))
		}
	})
	for range 2 {
		conn, err := nats.Connect(urls(servers), nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond), nats.Timeout(20*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(conn.Close)
		own, err := cluster.Open(ctx, conn)
		for ; err != nil && ctx.Err() == nil; own, err = cluster.Open(ctx, conn) {
			time.Sleep(200 * time.Millisecond)
		}
		work(ctx, t, own, 1, cluster.Worker{Cores: 2, Source: poisoned{}})
	}
	dying.Wait()
	same(ctx, t, f, job, paths)
}

// TestAllComesTwice sends every task and every batch three times.
func TestAllComesTwice(t *testing.T) {
	ctx := timeout(t, 5*time.Minute)
	server := nodes(t, 1, "127.0.0.1")
	f, conn := setup(ctx, t, urls(server), hasty(1))
	echo := func(m *nats.Msg) {
		if m.Header.Get("Echo") != "" || m.Reply == "" {
			return
		}
		for range 2 {
			_ = conn.PublishMsg(&nats.Msg{Subject: m.Subject, Data: m.Data, Header: nats.Header{"Echo": {"yes"}}})
		}
	}
	for _, subject := range []string{"bnd.task.>", "bnd.flows.>"} {
		if _, err := conn.Subscribe(subject, echo); err != nil {
			t.Fatal(err)
		}
	}
	paths := captures(t, 5)
	job := submitted(ctx, t, f, order(t, "job", paths, halved))
	work(ctx, t, f, 2, cluster.Worker{Cores: 2})
	same(ctx, t, f, job, paths)
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		s, err := f.Status(ctx, job)
		if err != nil {
			t.Fatal(err)
		}
		if s.Waiting+uint64(s.Taken)+s.Flowing == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d tasks wait, %d are in hand, %d batches wait, though all is done", s.Waiting, s.Taken, s.Flowing)
		}
	}
	same(ctx, t, f, job, paths) // and what came late changed nothing
}

// TestNetworkIsCut has a worker in a network of its own, which is cut and healed. It needs
// root, and skips where it may not make networks.
func TestNetworkIsCut(t *testing.T) {
	if runtime.GOOS != "linux" || os.Getuid() != 0 || testing.Short() {
		t.Skip("it needs root on Linux")
	}
	const space, here, there = "bndtest", "bndtest0", "bndtest1"
	ip := func(args ...string) error { return exec.Command("ip", args...).Run() }
	if err := ip("netns", "add", space); err != nil {
		t.Skip("cannot make a network: ", err)
	}
	t.Cleanup(func() { _ = ip("netns", "delete", space) })
	for _, args := range [][]string{
		{"link", "add", here, "type", "veth", "peer", "name", there, "netns", space},
		{"addr", "add", "198.18.99.1/30", "dev", here},
		{"link", "set", here, "up"},
		{"-n", space, "addr", "add", "198.18.99.2/30", "dev", there},
		{"-n", space, "link", "set", there, "up"},
	} {
		if err := ip(args...); err != nil {
			t.Skipf("cannot make a network: ip %v: %v", args, err)
		}
	}
	ctx := timeout(t, 5*time.Minute)
	server := nodes(t, 1, "198.18.99.1")
	f, conn := setup(ctx, t, urls(server), hasty(1))
	paths := captures(t, 14)
	job := submitted(ctx, t, f, order(t, "job", paths, halved))
	watched := watch(ctx, t, conn)
	supervise(t, 1, time.Hour, watched, workerAt(t, urls(server), "ip", "netns", "exec", space))
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 3 {
			watched.progress()
			_ = ip("link", "set", here, "down")
			time.Sleep(2 * time.Second) // longer than the servers wait for a sign of life
			_ = ip("link", "set", here, "up")
		}
	}()
	same(ctx, t, f, job, paths)
	<-done
}
