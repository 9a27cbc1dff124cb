package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"botnetdetect/internal/netnstest"
	"botnetdetect/internal/pcaptest"

	"golang.org/x/sys/unix"
)

// inNamespace runs the test that calls it again, in a process with a network namespace of its own,
// where a pair of interfaces, va and vb, is up. It needs root and ip. It reports
// whether this is that process.
func inNamespace(t *testing.T) bool {
	t.Helper()
	const inside = "BOTNETDETECT_TEST_NAMESPACE"
	if os.Getenv(inside) == t.Name() {
		netnstest.IP(t, "link set lo up")
		netnstest.Pair(t)
		return true
	}
	netnstest.Needs(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), inside+"="+t.Name())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, unix.EPERM) {
		t.Skipf("no network namespace can be made here: %v", err)
	}
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Errorf("in its namespace: %v\n%s", err, out)
	}
	return false
}

// sender sends frames out of va.
type sender struct {
	t    *testing.T
	fd   int
	sent int64
}

func newSender(t *testing.T) *sender {
	t.Helper()
	in, err := net.InterfaceByName("va")
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Ifindex: in.Index}); err != nil {
		t.Fatal(err)
	}
	return &sender{t: t, fd: fd}
}

func (s *sender) send(frame []byte) {
	s.t.Helper()
	if _, err := unix.Write(s.fd, frame); err != nil {
		s.t.Fatal(err)
	}
	s.sent++
}

// bot sends some packets to each of a host's peers, and hears nothing.
func (s *sender) bot(host string, peers, packets int) {
	s.t.Helper()
	for p := range peers {
		f := pcaptest.UDPFlow(host+":7871", fmt.Sprintf("198.51.100.%d:7871", p+1))
		for range packets {
			f.Send(0, 67)
		}
		for _, frame := range pcaptest.Merge(f) {
			s.send(frame.Data)
		}
	}
}

// watch is a running "botnetdetect live".
type watch struct {
	t       *testing.T
	cmd     *exec.Cmd
	metrics string // where
	ended   chan struct{}

	mu   sync.Mutex
	said []string
}

// startLive watches vb with flags, and waits until it does.
func startLive(t *testing.T, flags ...string) *watch {
	t.Helper()
	flags = append([]string{"live", "-i", "vb", "-p", "--features", "reference", "--cores", "1", "--listen", "127.0.0.1:0", "--threshold", "0"}, flags...)
	w := &watch{t: t, cmd: exec.Command("botnetdetect", flags...), ended: make(chan struct{})}
	out, err := w.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.cmd.Process.Kill() }) // a second time, maybe
	go func() {
		defer close(w.ended)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			w.mu.Lock()
			w.said = append(w.said, lines.Text())
			w.mu.Unlock()
		}
	}()
	address := regexp.MustCompile(`address=(\S+)`).FindStringSubmatch(w.hear("msg=\"serving metrics\""))
	w.metrics = "http://" + address[1]
	w.hear("msg=watching")
	return w
}

// hear waits for a line of the log, and returns it.
func (w *watch) hear(text string) (line string) {
	w.t.Helper()
	eventually(w.t, text, func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, line = range w.said {
			if strings.Contains(line, text) {
				return true
			}
		}
		return false
	}, func() string { return strings.Join(w.said, "\n") })
	return line
}

// eventually waits for something, at most half a minute.
func eventually(t *testing.T, what string, is func() bool, instead func() string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s never came; instead:\n%s", what, instead())
		}
	}
}

func (w *watch) signal(s syscall.Signal) {
	w.t.Helper()
	if err := w.cmd.Process.Signal(s); err != nil {
		w.t.Fatal(err)
	}
}

// get returns the status and the text of one of its pages.
func (w *watch) get(path string) (int, string) {
	w.t.Helper()
	answer, err := http.Get(w.metrics + path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// count returns the value of one of its metrics.
func (w *watch) count(name string) int64 {
	w.t.Helper()
	_, text := w.get("/metrics")
	m := regexp.MustCompile(`(?m)^botnetdetect_` + name + ` (\S+)$`).FindStringSubmatch(text)
	if m == nil {
		w.t.Fatalf("there is no metric %s", name)
	}
	x, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		w.t.Fatal(err)
	}
	return int64(x)
}

// untilSeen waits until all that was sent has been read, or counted as dropped.
func (w *watch) untilSeen(sent int64) {
	w.t.Helper()
	eventually(w.t, "the last packet", func() bool {
		return w.count("packets_total")+w.count("kernel_drops_total") == sent
	}, func() string {
		return fmt.Sprintf("%d sent, %d received, %d read, %d dropped", sent, w.count("kernel_packets_total"), w.count("packets_total"), w.count("kernel_drops_total"))
	})
}

// stop ends it as systemd does, and returns its last word.
func (w *watch) stop() string {
	w.t.Helper()
	w.signal(syscall.SIGTERM)
	<-w.ended
	if err := w.cmd.Wait(); err != nil {
		w.t.Errorf("it ends with %v: %s", err, strings.Join(w.said, "\n"))
	}
	return w.said[len(w.said)-1]
}

// has waits until a file has a text some times.
func has(t *testing.T, file, text string, times int) {
	t.Helper()
	read := func() string {
		content, _ := os.ReadFile(file) // it may not be there yet
		return string(content)
	}
	eventually(t, fmt.Sprintf("%q in %s", text, filepath.Base(file)), func() bool { return strings.Count(read(), text) >= times }, read)
}

// SIGHUP reads the allow-list and opens files again without a packet lost; SIGTERM writes
// the last window.
func TestLiveSignals(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	dir := t.TempDir()
	alerts, verdicts, allowed := filepath.Join(dir, "a.jsonl"), filepath.Join(dir, "v.jsonl"), filepath.Join(dir, "allowed")
	writeFile(t, allowed, "# nobody\n")
	w, s := startLive(t, "--alert", "jsonl:"+alerts, "--output", verdicts, "--allow", "@"+allowed), newSender(t)
	s.bot("192.168.7.2", 5, 12)
	has(t, alerts, `"change":"new","host":"192.168.7.2"`, 1)

	if err := os.Rename(alerts, alerts+".1"); err != nil { // as logrotate does
		t.Fatal(err)
	}
	writeFile(t, allowed, "192.168.7.0/24\n")
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for range 50 {
			w.signal(syscall.SIGHUP)
			time.Sleep(10 * time.Millisecond)
		}
	}()
	for busy := true; busy; {
		s.bot("192.168.8.2", 5, 20)
		select {
		case <-stopped:
			busy = false
		case <-time.After(time.Millisecond):
		}
	}
	has(t, alerts, `"change":"withdrawn","host":"192.168.7.2"`, 1)
	has(t, alerts, `"change":"new","host":"192.168.8.2"`, 1)
	w.untilSeen(s.sent)
	if n, reloads := w.count("kernel_drops_total"), w.count("reloads_total"); n != 0 || reloads < 2 {
		t.Errorf("%d of %d packets lost over %d reloads", n, s.sent, reloads)
	}
	if last := w.stop(); !strings.Contains(last, fmt.Sprintf("packets=%d ", s.sent)) {
		t.Errorf("%d packets were sent; its last word: %s", s.sent, last)
	}
	has(t, verdicts, `"change":"last"}`, 5)
}

// An interface that vanishes and returns, as another device of its name, is watched again.
func TestLiveInterfaceReturns(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	alerts := filepath.Join(t.TempDir(), "a.jsonl")
	w := startLive(t, "--alert", "jsonl:"+alerts)
	newSender(t).bot("192.168.7.2", 3, 12)
	has(t, alerts, `"change":"new","host":"192.168.7.2"`, 1)
	netnstest.IP(t, "link del va")
	health := func(want int) {
		t.Helper()
		eventually(t, fmt.Sprint("status ", want), func() bool { status, _ := w.get("/healthz"); return status == want },
			func() string { _, text := w.get("/healthz"); return text })
	}
	health(http.StatusServiceUnavailable)
	netnstest.Pair(t)
	health(http.StatusOK)
	newSender(t).bot("192.168.8.2", 3, 12)
	has(t, alerts, `"change":"new","host":"192.168.8.2"`, 1)
	if n := w.count("interface_outages_total"); n != 1 {
		t.Errorf("%d outages", n)
	}
	w.stop()
}

// While the interface is away, the dashboard says so, and /healthz too.
func TestServeInterfaceReturns(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	d := startServe(t, "-i", "vb", "--listen", "127.0.0.1:0", "--data", t.TempDir())
	netnstest.IP(t, "link del va")
	d.until(`"problems":["the interface is away"]`)
	if status, text := d.ask("GET", "healthz", "", nil); status != http.StatusServiceUnavailable || !strings.Contains(text, "the interface is away") {
		t.Errorf("status %d: %s", status, text)
	}
	netnstest.Pair(t)
	eventually(t, "status 200", func() bool { status, _ := d.ask("GET", "healthz", "", nil); return status == http.StatusOK },
		func() string { return "the interface stays away" })
}

// A host that is allow-listed on the page is left alone from then on, though the model's file
// cannot be read any more.
func TestServeAllowsWithoutModelFile(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	model, alerts := filepath.Join(t.TempDir(), "model.json"), filepath.Join(t.TempDir(), "a.jsonl")
	text, err := os.ReadFile("../../model/default/model.json")
	if err == nil {
		err = os.WriteFile(model, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	d, s := startServe(t, "-i", "vb", "-p", "--features", "reference", "--model", model, "--threshold", "0", "--listen", "127.0.0.1:0",
		"--data", t.TempDir(), "--alert", "jsonl:"+alerts), newSender(t)
	s.bot("192.168.7.2", 5, 12)
	d.until(`["vb","192.168.7.2","Botnet",`)
	if err := os.WriteFile(model, []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, said := d.ask("POST", "api/triage", "application/json", []byte(`{"source":"vb","host":"192.168.7.2","state":"allowed"}`)); status != http.StatusOK {
		t.Fatalf("status %d: %s", status, said)
	}
	has(t, alerts, `"change":"withdrawn","host":"192.168.7.2"`, 1)
}

// In a flood from random sources memory stays bounded, what finds no room is counted, and a
// bot is still found.
func TestLiveFlood(t *testing.T) {
	if testing.Short() {
		t.Skip("a flood, whose memory the race detector would multiply")
	}
	if !inNamespace(t) {
		return
	}
	alerts := filepath.Join(t.TempDir(), "a.jsonl")
	w, s := startLive(t, "--alert", "jsonl:"+alerts, "--memory", "96MiB", "--home", "192.168.0.0/16"), newSender(t)
	s.bot("192.168.7.2", 5, 12)
	frame := bytes.Clone(pcaptest.Merge(pcaptest.UDPFlow("1.2.3.4:1", "5.6.7.8:2").Send(0, 60))[0].Data)
	r := rand.New(rand.NewPCG(1, 0))
	for range 600_000 {
		binary.BigEndian.PutUint64(frame[26:], r.Uint64()|1<<61&^(1<<63)) // both addresses
		s.send(frame)
	}
	has(t, alerts, `"change":"new","host":"192.168.7.2"`, 1)
	const alert = `"change":"new","host":"192.168.8.2"`
	for range 600 { // new flows find no room while the flood is taken in; a bot goes on
		if written, err := os.ReadFile(alerts); err == nil && bytes.Contains(written, []byte(alert)) {
			break
		}
		s.bot("192.168.8.2", 5, 3)
		time.Sleep(50 * time.Millisecond)
	}
	has(t, alerts, alert, 1)
	w.untilSeen(s.sent)
	if evicted, shed := w.count("flows_evicted_total"), w.count("packets_shed_total"); evicted+shed == 0 {
		t.Error("600,000 flows within 96 MiB, and none is counted as let go")
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	most := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if kB, err := strconv.Atoi(string(most[1])); err != nil || kB > 256<<10 {
		t.Errorf("resident: %d kB, %v; --memory is 96 MiB", kB, err)
	}
	t.Logf("%s; %d evicted, %d shed, %d dropped", most[0], w.count("flows_evicted_total"), w.count("packets_shed_total"), w.count("kernel_drops_total"))
	w.stop()
}

// A dashboard that is killed while it watches has its history when it is back, and goes on.
func TestServeInterfaceKilled(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	flags := []string{"-i", "vb", "-p", "--features", "reference", "--cores", "1", "--threshold", "0", "--listen", "127.0.0.1:0", "--data", t.TempDir()}
	d, s := startServe(t, flags...), newSender(t)
	s.bot("192.168.7.2", 5, 12)
	d.until(`["vb","192.168.7.2","Botnet",`)
	time.Sleep(1500 * time.Millisecond) // what is seen is on disk within a second
	s.bot("192.168.9.2", 5, 12)
	d.kill()
	s.bot("192.168.9.2", 5, 12) // nobody sees it

	d = startServe(t, flags...)
	d.until(`["vb","192.168.7.2","Botnet",`)
	var all struct {
		Status struct{ Watch struct{ Flows int } }
	}
	_, body := d.ask("GET", "api/hosts", "", nil)
	if err := json.Unmarshal([]byte(body), &all); err != nil || all.Status.Watch.Flows != 0 {
		t.Errorf("windows begin with %d flows, %v", all.Status.Watch.Flows, err)
	}
	s.bot("192.168.8.2", 5, 12)
	d.until(`["vb","192.168.8.2","Botnet",`)
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
