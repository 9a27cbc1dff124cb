package cluster_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"botnetdetect/capture"
	"botnetdetect/cluster"
	"botnetdetect/live"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	hubConfig  = "server_name: hub\nlisten: \"127.0.0.1:%d\"\njetstream { store_dir: %q, domain: hub }\nleafnodes { listen: \"127.0.0.1:%d\" }\n"
	leafConfig = "server_name: oslo\ndefault_js_domain: { $G: hub }\nlisten: \"127.0.0.1:%%d\"\nleafnodes { remotes: [ { url: \"nats-leaf://%s\" } ] }\n"
)

// TestLeaf: a sensor that reaches only its site's server, a leaf node, is heard in the centre.
func TestLeaf(t *testing.T) {
	ctx := timeout(t, 2*time.Minute)
	hub, remote := serveConfig(t, hubConfig, true)
	leaf, _ := serveConfig(t, fmt.Sprintf(leafConfig, fmt.Sprintf("127.0.0.1:%d", remote)), false)
	central, _ := setup(ctx, t, hub.Address(), cluster.DefaultSettings())
	_, sites := halves(t)
	job := submitted(ctx, t, central, daily(t, 3600, "oslo"))
	work(ctx, t, central, 1, cluster.Worker{Cores: 2})
	sense(ctx, t, atSite(ctx, t, leaf), job, "oslo", sites[0])
	if text, windows := follow(ctx, t, central, job, 1); len(windows) != 1 || windows[0].Err != "" || text == "" {
		t.Errorf("the outcomes are %+v", windows)
	}
}

// serveConfig starts a server by a configuration in which a port, if it is a hub a folder, and
// its port for leaf nodes, are to be filled in.
func serveConfig(t *testing.T, format string, hub bool) (s *cluster.Server, leaves int) {
	t.Helper()
	leaves = freePort(t)
	text := fmt.Sprintf(format, freePort(t))
	if hub {
		text = fmt.Sprintf(format, freePort(t), t.TempDir(), leaves)
	}
	path := filepath.Join(t.TempDir(), "hub.conf")
	if err := os.WriteFile(path, []byte("log_file: /dev/null\n"+text), 0o666); err != nil {
		t.Fatal(err)
	}
	s, err := cluster.Serve(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, leaves
}

// atSite opens the fleet from a leaf node, as soon as that has found the hub.
func atSite(ctx context.Context, t *testing.T, leaf *cluster.Server) *cluster.Fleet {
	t.Helper()
	conn, err := nats.Connect(leaf.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	f, err := cluster.Open(ctx, conn)
	for ; err != nil && ctx.Err() == nil; f, err = cluster.Open(ctx, conn) {
		time.Sleep(100 * time.Millisecond)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// hourly is daily with windows of an hour.
func hourly(t *testing.T, name string) cluster.Order {
	t.Helper()
	o := daily(t, 3600, "oslo")
	o.Job, o.Windows.Length = name, 3600
	return o
}

// TestLeafIsCut: a site's leaf node loses the hub, first the way back only, so that what arrives is
// not known to have arrived, then altogether. What was sent meanwhile is there once when it is healed.
func TestLeafIsCut(t *testing.T) {
	ctx := timeout(t, 3*time.Minute)
	hub, remote := serveConfig(t, hubConfig, true)
	cable := newCable(t, fmt.Sprintf("127.0.0.1:%d", remote))
	leaf, _ := serveConfig(t, fmt.Sprintf(leafConfig, cable.listener.Addr()), false)
	central, conn := setup(ctx, t, hub.Address(), hasty(1))
	work(ctx, t, central, 1, cluster.Worker{Cores: 2})
	path, _ := halves(t)

	const windows = 3 // swarm speaks in the first three hours
	whole := submitted(ctx, t, central, hourly(t, "whole"))
	sense(ctx, t, central, whole, "oslo", path)
	want, _ := follow(ctx, t, central, whole, windows)

	job := submitted(ctx, t, central, hourly(t, "cut"))
	f := atSite(ctx, t, leaf)
	before := stored(ctx, t, conn)
	cable.deaf.Store(true)
	sent, troubled := make(chan error, 1), make(chan struct{})
	go func() {
		sent <- play(ctx, f, job, path, sync.OnceFunc(func() { close(troubled) }))
	}()
	for stored(ctx, t, conn) == before {
		time.Sleep(20 * time.Millisecond)
	}
	cable.cut()
	<-troubled
	cable.heal()
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	got, outcomes := follow(ctx, t, central, job, windows)
	if sorted(got) != sorted(want) || want == "" {
		t.Errorf("%d bytes of verdicts differ from the %d of an uncut line", len(got), len(want))
	}
	for _, o := range outcomes {
		if o.Err != "" {
			t.Errorf("window %s: %s", o.Path, o.Err)
		}
	}
}

// sorted has the lines of a text in their order: windows are judged in any.
func sorted(text string) string {
	return strings.Join(slices.Sorted(strings.SplitAfterSeq(text, "\n")), "")
}

// play is sense for a line that may be cut: what goes wrong meanwhile is told to trouble.
func play(ctx context.Context, f *cluster.Fleet, job cluster.Job, path string, trouble func()) error {
	r, err := capture.Open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	return f.Sense(ctx, job, cluster.Sensor{Site: "oslo", Say: func(error) { trouble() }}, live.NewReplay(r, 0))
}

// stored returns how many batches the hub has ever stored.
func stored(ctx context.Context, t *testing.T, conn *nats.Conn) uint64 {
	t.Helper()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	flows, err := js.Stream(ctx, "bnd-flows")
	if err != nil {
		t.Fatal(err)
	}
	return flows.CachedInfo().State.LastSeq
}

// cable passes on what goes between a leaf node and its hub.
type cable struct {
	listener net.Listener
	to       string
	deaf     atomic.Bool // nothing comes back from the hub
	mutex    sync.Mutex
	isCut    bool
	ends     []net.Conn
}

func newCable(t *testing.T, to string) *cable {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{listener: l, to: to}
	var passing sync.WaitGroup
	passing.Go(func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			passing.Go(func() { c.pass(from) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		c.cut()
		passing.Wait()
	})
	return c
}

// pass connects one who came, until either end closes.
func (c *cable) pass(from net.Conn) {
	defer from.Close()
	to, err := net.Dial("tcp", c.to)
	if err != nil {
		return
	}
	defer to.Close()
	if !c.keep(from, to) {
		return
	}
	go func() {
		_, _ = io.Copy(to, from)
		_ = to.Close()
	}()
	_, _ = io.Copy(muted{c, from}, to)
}

// keep notes the ends of a connection; false if the cable is cut.
func (c *cable) keep(ends ...net.Conn) bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.ends = append(c.ends, ends...)
	return !c.isCut
}

func (c *cable) cut() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.isCut = true
	for _, end := range c.ends {
		_ = end.Close()
	}
	c.ends = nil
}

func (c *cable) heal() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.isCut = false
	c.deaf.Store(false)
}

// muted drops what is written while the cable is deaf.
type muted struct {
	*cable
	to io.Writer
}

func (m muted) Write(b []byte) (int, error) {
	if m.deaf.Load() {
		return len(b), nil
	}
	return m.to.Write(b)
}
