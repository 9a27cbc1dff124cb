package cluster_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"botnetdetect/cluster"
	"botnetdetect/internal/pcaptest"

	"github.com/nats-io/nats.go"
)

// sendGarbage sends one batch whose flows cannot be read, and says that it was all.
func sendGarbage(t *testing.T, conn *nats.Conn, b cluster.Batch) {
	t.Helper()
	b.Bytes, b.Attempt, b.Last = -1, "garbage", &cluster.Report{Worker: "broken", Try: 1}
	head, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	subject := fmt.Sprintf("bnd.flows.%d.%s", (b.Capture+b.Part)%2, b.Job)
	if _, err := conn.Request(subject, append(head, "\nno flows"...), 10*time.Second); err != nil {
		t.Fatal(err)
	}
}

// TestGarbageOfACapture: a capture of whose parts one was sent and cannot be read is given up
// and named; the others are judged.
func TestGarbageOfACapture(t *testing.T) {
	ctx := timeout(t, 2*time.Minute)
	f, conn := setup(ctx, t, urls(nodes(t, 1, "127.0.0.1")), hasty(1))
	paths := captures(t, 3)
	o := order(t, "job", paths, 120_000) // the second in two parts
	o.Tries = 1
	job := submitted(ctx, t, f, o)
	sendGarbage(t, conn, cluster.Batch{Job: "job", Capture: 1, Path: paths[1], Parts: 2})
	work(ctx, t, f, 1, cluster.Worker{Cores: 2})
	outcomes := same(ctx, t, f, job, []string{paths[0], paths[2]})
	if bad := outcomes[1]; !bad.GivenUp || !strings.Contains(bad.Err, "judge") {
		t.Errorf("the outcome is %+v", bad)
	}
}

// TestGarbageOfASite: it does not keep the others' part of a window from being judged.
func TestGarbageOfASite(t *testing.T) {
	ctx := timeout(t, 2*time.Minute)
	f, conn := setup(ctx, t, urls(nodes(t, 1, "127.0.0.1")), hasty(1))
	job := submitted(ctx, t, f, daily(t, 1, "berlin", "oslo"))
	work(ctx, t, f, 1, cluster.Worker{Cores: 2})
	_, sites := halves(t)
	const day = 24 * 3600
	number := int(pcaptest.Epoch.Unix() / day)
	path := time.Unix(int64(number)*day, 0).UTC().Format(time.RFC3339) + "/PT86400S"
	sendGarbage(t, conn, cluster.Batch{Job: "office", Capture: number, Path: path, Parts: 2})
	sense(ctx, t, f, job, "oslo", sites[1])
	text, windows := follow(ctx, t, f, job, 1)
	if text == "" || windows[0].Path != path || windows[0].Err != "nothing came in time from berlin" {
		t.Errorf("%d bytes of verdicts, the outcome is %+v", len(text), windows[0])
	}
}
