package cluster_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"botnetdetect/cluster"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// The blocks of a server's configuration that docs/scale.md has, with their last lines.
const (
	users    = "authorization { users: [\n" // those of the three roles
	accounts = "accounts {\n"
)

// documented returns such a block, with a password for each user.
func documented(t *testing.T, block string) string {
	t.Helper()
	page, err := os.ReadFile("../docs/scale.md")
	if err != nil {
		t.Fatal(err)
	}
	end := map[string]string{users: "\n    ] }\n", accounts: "\n    }\n"}[block]
	_, rest, _ := strings.Cut(string(page), "\n    "+block)
	inner, _, found := strings.Cut(rest, end)
	if !found {
		t.Fatalf("docs/scale.md has no block %s", block)
	}
	return block + strings.ReplaceAll(inner, "password: …", "password: secret") + end
}

// guarded starts a server with a documented block, and returns how to connect as one of its users.
func guarded(t *testing.T, block string) (as func(user string) *nats.Conn) {
	t.Helper()
	config := fmt.Sprintf("listen: \"127.0.0.1:%d\"\nlog_file: /dev/null\njetstream { store_dir: %q }\n", freePort(t), t.TempDir()) + documented(t, block)
	path := filepath.Join(t.TempDir(), "hub.conf")
	if err := os.WriteFile(path, []byte(config), 0o666); err != nil {
		t.Fatal(err)
	}
	server, err := cluster.Serve(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return func(user string) *nats.Conn {
		inbox := map[string]string{"submitter": "_INBOX"}[user]
		if inbox == "" {
			inbox = "_INBOX_" + user
		}
		conn, err := nats.Connect(server.Address(), nats.UserInfo(user, "secret"), nats.CustomInboxPrefix(inbox),
			nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { t.Logf("%s: %v", user, err) }))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(conn.Close)
		return conn
	}
}

// fleetOf opens the fleet as a user.
func fleetOf(ctx context.Context, t *testing.T, conn *nats.Conn) *cluster.Fleet {
	t.Helper()
	f, err := cluster.Open(ctx, conn)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestRightsSuffice: with the documented rights, a worker does all of its work and a
// sensor sends its windows, large objects too.
func TestRightsSuffice(t *testing.T) {
	ctx := timeout(t, 5*time.Minute)
	as := guarded(t, users)
	admin, err := cluster.Setup(ctx, as("submitter"), cluster.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	work(ctx, t, fleetOf(ctx, t, as("worker")), 2, cluster.Worker{Cores: 2})
	paths := captures(t, 7)
	same(ctx, t, admin, submitted(ctx, t, admin, order(t, "job", paths, 60000)), paths)

	_, sites := halves(t)
	windows := submitted(ctx, t, admin, daily(t, 1, "berlin", "oslo"))
	sense(ctx, t, fleetOf(ctx, t, as("sensor")), windows, "oslo", sites[0])
	if text, seen := follow(ctx, t, admin, windows, 1); text == "" || seen[0].Err != "nothing came in time from berlin" {
		t.Errorf("%d bytes of verdicts on windows %+v", len(text), seen)
	}
	if err := admin.Forget(ctx, "job"); err != nil {
		t.Error(err)
	}
}

// TestRightsDoNotExceed: neither can make, change or remove jobs, streams or others' records.
func TestRightsDoNotExceed(t *testing.T) {
	ctx := timeout(t, 5*time.Minute)
	as := guarded(t, users)
	admin, err := cluster.Setup(ctx, as("submitter"), cluster.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	job := submitted(ctx, t, admin, order(t, "job", captures(t, 2), 0))
	private(ctx, t, as("submitter"))
	if err := read(ctx, as("submitter"), "private", "bnd.private"); err != nil {
		t.Fatal(err)
	}
	for _, user := range []string{"worker", "sensor"} {
		conn := as(user)
		js, err := jetstream.New(conn)
		if err != nil {
			t.Fatal(err)
		}
		f := fleetOf(ctx, t, conn)
		refused := func(what string, do func(ctx context.Context) error) {
			short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
			defer cancel()
			if err := do(short); err == nil {
				t.Errorf("a %s can %s", user, what)
			}
		}
		publish := func(subject string) func(context.Context) error {
			return func(ctx context.Context) error {
				_, err := js.Publish(ctx, subject, []byte("{}"))
				return err
			}
		}
		reads := func(stream, subject string) func(context.Context) error {
			return func(ctx context.Context) error { return read(ctx, conn, stream, subject) }
		}
		if err := read(ctx, conn, "KV_bnd-jobs", "$KV.bnd-jobs.job"); err != nil {
			t.Errorf("a %s cannot read a job: %v", user, err)
		}
		refused("read a task", reads("bnd-tasks", "bnd.task.observe.job"))
		refused("read a stream that is not the fleet's", reads("private", "bnd.private"))
		refused("change a job", publish("$KV.bnd-jobs.job"))
		refused("submit a task", publish("bnd.task.observe.job"))
		refused("forget a job", func(ctx context.Context) error { return f.Forget(ctx, "job") })
		refused("remove a stream", func(ctx context.Context) error { return js.DeleteStream(ctx, "bnd-tasks") })
		refused("remove a consumer", func(ctx context.Context) error { return js.DeleteConsumer(ctx, "bnd-tasks", "observe") })
		refused("make a stream", func(ctx context.Context) error {
			_, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "own", Subjects: []string{"own"}})
			return err
		})
		refused("hear what others send", func(ctx context.Context) error { return heard(ctx, conn, as("submitter"), "bnd.>", "bnd.flows.0.job") })
		refused("hear what others are answered", func(ctx context.Context) error {
			return heard(ctx, conn, as("submitter"), "_INBOX.>", "bnd.flows.0.job")
		})
		if user == "sensor" {
			refused("read verdicts", reads("KV_bnd-state", "$KV.bnd-state.job.verdicts.0"))
			refused("give verdicts", publish("$KV.bnd-state.job.outcome.0"))
			refused("take a task", func(ctx context.Context) error {
				c, err := js.Consumer(ctx, "bnd-tasks", "observe")
				if err != nil {
					return err
				}
				_, err = c.Next(jetstream.FetchContext(ctx))
				return err
			})
		}
	}
	if again, err := admin.Job(ctx, job.Name); err != nil || again.Captures != job.Captures {
		t.Errorf("the job is %+v, %v", again, err)
	}
}

// TestAccountsKnowNothing: of a job of one account the other knows nothing, and both have one of
// the same name done.
func TestAccountsKnowNothing(t *testing.T) {
	ctx := timeout(t, 5*time.Minute)
	as := guarded(t, accounts)
	paths := captures(t, 2)
	if _, err := cluster.Setup(ctx, as("red"), hasty(1)); err != nil {
		t.Fatal(err)
	}
	if _, err := cluster.Open(ctx, as("blue")); !errors.Is(err, cluster.ErrNoFleet) {
		t.Fatalf("blue sees the fleet of red: %v", err)
	}
	blue, err := cluster.Setup(ctx, as("blue"), hasty(1))
	if err != nil {
		t.Fatal(err)
	}
	red := fleetOf(ctx, t, as("red"))
	job := submitted(ctx, t, red, order(t, "job", paths, 0))
	if _, err := blue.Job(ctx, job.Name); !errors.Is(err, cluster.ErrNoJob) {
		t.Errorf("blue sees the job of red: %v", err)
	}
	work(ctx, t, blue, 1, cluster.Worker{Cores: 2})
	same(ctx, t, blue, submitted(ctx, t, blue, order(t, "job", paths[:1], 0)), paths[:1])
	if s, err := red.Status(ctx, job); err != nil || s.Done != 0 {
		t.Errorf("of the job of red, %+v is done by the worker of blue (%v)", s, err)
	}
	work(ctx, t, red, 1, cluster.Worker{Cores: 2})
	same(ctx, t, red, job, paths)
}

// private makes a stream of somebody else, and a record of verdicts, with a message in each.
func private(ctx context.Context, t *testing.T, conn *nats.Conn) {
	t.Helper()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "private", Subjects: []string{"bnd.private"}}); err != nil {
		t.Fatal(err)
	}
	for _, subject := range []string{"bnd.private", "$KV.bnd-state.job.verdicts.0"} {
		if _, err := js.Publish(ctx, subject, []byte("secret")); err != nil {
			t.Fatal(err)
		}
	}
}

// read reads the last message of a subject in a stream.
func read(ctx context.Context, conn *nats.Conn, stream, subject string) error {
	ask, err := json.Marshal(map[string]string{"last_by_subj": subject})
	if err != nil {
		return err
	}
	answer, err := conn.RequestWithContext(ctx, "$JS.API.STREAM.MSG.GET."+stream, ask)
	if err == nil && bytes.Contains(answer.Data, []byte(`"error"`)) {
		err = fmt.Errorf("%s", answer.Data)
	}
	return err
}

// heard subscribes and returns an error unless what another sends arrives.
func heard(ctx context.Context, conn, other *nats.Conn, subject, sent string) error {
	sub, err := conn.SubscribeSync(subject)
	if err != nil {
		return err
	}
	if err := errors.Join(conn.Flush(), other.PublishRequest(sent, "_INBOX.x", nil), other.Flush()); err != nil {
		return err
	}
	_, err = sub.NextMsgWithContext(ctx)
	return err
}
