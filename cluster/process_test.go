package cluster_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"botnetdetect/cluster"

	"github.com/nats-io/nats.go"
)

// The test's own program is a worker too, so that workers can be killed.
func TestMain(m *testing.M) {
	if url := os.Getenv("CLUSTER_TEST_WORKER"); url != "" {
		fmt.Fprintln(os.Stderr, beWorker(url))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func beWorker(url string) error {
	conn, err := nats.Connect(url, nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond), nats.RetryOnFailedConnect(true), nats.Timeout(20*time.Second))
	if err != nil {
		return err
	}
	ctx := context.Background()
	f, err := cluster.Open(ctx, conn)
	for ; err != nil; f, err = cluster.Open(ctx, conn) {
		time.Sleep(100 * time.Millisecond)
	}
	return f.Work(ctx, cluster.Worker{Name: fmt.Sprint("worker-", os.Getpid()), Cores: 2, Source: poisoned{}})
}

// poisoned opens captures slowly, so that workers die in the middle, and dies of one.
type poisoned struct{}

func (poisoned) Open(ctx context.Context, path string) (io.ReadCloser, error) {
	time.Sleep(50 * time.Millisecond)
	if strings.Contains(path, "poison") {
		go func() { panic("poison") }()
		select {}
	}
	return cluster.Files{}.Open(ctx, path)
}

// process is a worker in a process of its own.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	make func() *exec.Cmd
	gone chan struct{} // closed when it has ended
}

func (p *process) start() {
	p.cmd, p.gone = p.make(), make(chan struct{})
	p.cmd.Env = append(p.cmd.Environ(), "GOTRACEBACK=none")
	if err := p.cmd.Start(); err != nil {
		p.t.Error(err)
		close(p.gone)
		return
	}
	go func() {
		defer close(p.gone)
		_ = p.cmd.Wait()
	}()
}

func (p *process) kill() {
	if p.cmd.Process != nil {
		_ = p.cmd.Process.Kill()
	}
	<-p.gone
}

// supervise starts n workers, anew if they end, and kills one of them after the other, until
// the test ends: at most one every so often, and none before more was done since the last than can
// be in hand: else a slow machine would come to the end of nothing.
func supervise(t *testing.T, n int, every time.Duration, work *watched, command func() *exec.Cmd) {
	t.Helper()
	workers := make([]*process, n)
	for i := range workers {
		workers[i] = &process{t: t, make: command}
		workers[i].start()
	}
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		next, last, before := 0, time.Now(), work.done()
		for !closed(stop, 50*time.Millisecond) {
			if time.Since(last) > every && work.done() >= before+10 {
				workers[next%n].kill()
				next, last, before = next+1, time.Now(), work.done()
			}
			for _, w := range workers {
				if closed(w.gone, 0) {
					w.start()
				}
			}
		}
	}()
	t.Cleanup(func() {
		close(stop)
		<-done
		for _, w := range workers {
			w.kill()
		}
	})
}

// closed reports whether a channel is closed within a time.
func closed(c <-chan struct{}, within time.Duration) bool {
	select {
	case <-c:
		return true
	case <-time.After(within):
		return false
	}
}

// workerAt returns a command that works for the servers at a URL.
func workerAt(t *testing.T, url string, before ...string) func() *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return func() *exec.Cmd {
		args := append(append([]string{}, before...), self)
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Env = append(os.Environ(), "CLUSTER_TEST_WORKER="+url)
		return cmd
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// node is a server with a configuration of its own, which can be stopped and started.
type node struct {
	config, url string
	server      *cluster.Server
}

func (n *node) start(t *testing.T) {
	t.Helper()
	server, err := cluster.Serve(n.config)
	if err != nil {
		t.Fatal(err)
	}
	n.server = server
}

// nodes starts n servers that know each other and listen on a host.
func nodes(t *testing.T, n int, host string) []*node {
	t.Helper()
	var all []*node
	var routes []string
	ports := make([]int, n)
	for i := range n {
		ports[i] = freePort(t)
		routes = append(routes, fmt.Sprintf("nats://127.0.0.1:%d", ports[i]))
	}
	for i := range n {
		port := freePort(t)
		config := fmt.Sprintf("server_name: n%d\nlisten: \"%s:%d\"\njetstream { store_dir: %q }\nlog_file: %q\n",
			i, host, port, t.TempDir(), filepath.Join(t.TempDir(), "log"))
		if n > 1 {
			config += fmt.Sprintf("cluster { name: c, listen: \"127.0.0.1:%d\", routes: [%s] }\n", ports[i], strings.Join(routes, ", "))
		}
		path := filepath.Join(t.TempDir(), "hub.conf")
		if err := os.WriteFile(path, []byte(config), 0o666); err != nil {
			t.Fatal(err)
		}
		all = append(all, &node{config: path, url: fmt.Sprintf("nats://%s:%d", host, port)})
	}
	for _, n := range all {
		n.start(t)
		t.Cleanup(func() { n.server.Close() })
	}
	return all
}

func urls(all []*node) string {
	var texts []string
	for _, n := range all {
		texts = append(texts, n.url)
	}
	return strings.Join(texts, ",")
}

// setup sets a fleet up, as soon as the servers have found each other.
func setup(ctx context.Context, t *testing.T, url string, s cluster.Settings) (*cluster.Fleet, *nats.Conn) {
	t.Helper()
	conn, err := nats.Connect(url, nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond), nats.RetryOnFailedConnect(true), nats.Timeout(20*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	for patience := 5 * time.Second; ; patience *= 2 { // a request before there is a leader gets no answer; a slow machine is no fault
		once, cancel := context.WithTimeout(ctx, patience)
		f, err := cluster.Setup(once, conn, s)
		cancel()
		if err == nil {
			return f, conn
		}
		if ctx.Err() != nil {
			t.Fatal(err)
		}
		time.Sleep(200 * time.Millisecond)
	}
}
