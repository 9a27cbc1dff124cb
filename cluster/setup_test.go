package cluster_test

import (
	"testing"
	"time"

	"botnetdetect/cluster"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// TestSmallDisk: a fleet is set up on servers that have less disk than batches may take by
// default, also a second time; where there is next to none, that is said.
func TestSmallDisk(t *testing.T) {
	ctx := timeout(t, time.Minute)
	f := func(disk string, ok bool) {
		t.Helper()
		server, _ := serveConfig(t, "listen: \"127.0.0.1:%d\"\njetstream { store_dir: %q, max_file_store: "+disk+" }\n# %d\n", true)
		conn, err := nats.Connect(server.Address())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(conn.Close)
		for try := range 2 {
			if _, err := cluster.Setup(ctx, conn, cluster.DefaultSettings()); (err == nil) != ok {
				t.Errorf("%s of disk, try %d: %v", disk, try, err)
			}
		}
	}
	f("1GB", true)
	f("10MB", false)
}

// TestTakeDown: nothing is left, and a fleet can be set up again.
func TestTakeDown(t *testing.T) {
	ctx := timeout(t, time.Minute)
	fleet, conn := setup(ctx, t, urls(nodes(t, 1, "127.0.0.1")), hasty(1))
	job := submitted(ctx, t, fleet, order(t, "job", captures(t, 2), 0))
	if err := fleet.TakeDown(ctx); err != nil {
		t.Fatal(err)
	}
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	for stream := range js.ListStreams(ctx).Info() {
		t.Errorf("stream %s is left", stream.Config.Name)
	}
	if fleet, err = cluster.Setup(ctx, conn, hasty(1)); err != nil {
		t.Fatal(err)
	}
	if _, err := fleet.Job(ctx, job.Name); err == nil {
		t.Errorf("%s is still there", job.Name)
	}
}
