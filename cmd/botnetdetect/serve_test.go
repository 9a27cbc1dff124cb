package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"botnetdetect/internal/pcaptest"
)

// dashboard is a running "botnetdetect serve".
type dashboard struct {
	t      *testing.T
	cmd    *exec.Cmd
	url    string
	said   []string // before it served
	client *http.Client
	token  string
}

// startServe starts serve with flags and waits until it says where.
func startServe(t *testing.T, flags ...string) *dashboard {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	d := &dashboard{t: t, cmd: exec.CommandContext(ctx, "botnetdetect", append([]string{"serve"}, flags...)...)}
	d.client = &http.Client{Timeout: time.Minute, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	said, err := d.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.kill)
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		d.said = append(d.said, lines.Text())
		if url, ok := strings.CutPrefix(lines.Text(), "dashboard: "); ok {
			d.url = url
			go func() { _, _ = io.Copy(io.Discard, said) }()
			return d
		}
	}
	t.Fatalf("it never served: %q", d.said)
	return nil
}

// kill is kill -9.
func (d *dashboard) kill() {
	_ = d.cmd.Process.Kill() // a second time, maybe
	_ = d.cmd.Wait()
}

// ask returns the status and body of an answer.
func (d *dashboard) ask(method, path, kind string, body []byte) (int, string) {
	d.t.Helper()
	r, err := http.NewRequest(method, d.url+path, bytes.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	if d.token != "" {
		r.Header.Set("Authorization", "Bearer "+d.token)
	}
	answer, err := d.client.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// until asks for all hosts until that contains a text.
func (d *dashboard) until(text string) string {
	d.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if _, body := d.ask("GET", "api/hosts", "", nil); strings.Contains(body, text) {
			return body
		}
	}
	d.t.Fatalf("the hosts never had %s", text)
	return ""
}

func oneHost() []byte {
	return host(1, func(f *pcaptest.Flow, _ *rand.Rand) { f.Send(0, 60).Send(10*time.Second, 61) })
}

// What people said, reports, and captures that came whole outlive kill -9.
func TestServeKilled(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	d := startServe(t, "--listen", "127.0.0.1:0", "--data", data)
	status, body := d.ask("POST", "api/uploads?name=monday.pcap", "application/octet-stream", oneHost())
	var u struct{ ID string }
	if err := json.Unmarshal([]byte(body), &u); err != nil || status != http.StatusCreated {
		t.Fatalf("status %d: %s", status, body)
	}
	d.until(`"10.0.0.1"`)
	var all struct{ Rows [][]any }
	_, body = d.ask("GET", "api/hosts", "", nil)
	if err := json.Unmarshal([]byte(body), &all); err != nil {
		t.Fatal(err)
	}
	source := all.Rows[0][0].(string)
	said := fmt.Sprintf(`{"source":%q,"host":"10.0.0.1","state":"acknowledged","note":"asked Ada"}`, source)
	if status, body = d.ask("POST", "api/triage", "application/json", []byte(said)); status != http.StatusOK {
		t.Fatalf("status %d: %s", status, body)
	}
	d.ask("POST", "api/uploads?name=tuesday.pcap", "application/octet-stream", oneHost())
	d.kill()

	d = startServe(t, "--listen", "127.0.0.1:0", "--data", data)
	d.until(`"acknowledged"`)
	d.until(`"tuesday.pcap · `) // the capture that waited is judged
	if status, _ := d.ask("GET", "reports/"+u.ID, "", nil); status != http.StatusOK {
		t.Errorf("the report: status %d", status)
	}
	if left, err := filepath.Glob(filepath.Join(data, "uploads", "*.capture*")); err != nil || len(left) > 0 {
		t.Errorf("captures are left: %v, %v", left, err)
	}
}

// Beyond this machine there is a token, printed once, and TLS.
func TestServeBeyond(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	d := startServe(t, "--listen", "0.0.0.0:0", "--host", "127.0.0.1", "--data", data)
	text := strings.Join(d.said, "\n")
	token := regexp.MustCompile(`token \(shown this once\): (\w+)`).FindStringSubmatch(text)
	if token == nil || !strings.HasPrefix(d.url, "https://127.0.0.1:") || !regexp.MustCompile(`fingerprint ([0-9A-F]{2}:){31}`).MatchString(text) {
		t.Fatalf("it says %s", text)
	}
	if status, _ := d.ask("GET", "api/hosts", "", nil); status != http.StatusUnauthorized {
		t.Errorf("without the token: status %d", status)
	}
	d.token = token[1]
	if status, _ := d.ask("GET", "api/hosts", "", nil); status != http.StatusOK {
		t.Errorf("with the token: status %d", status)
	}
	d.kill()
	d = startServe(t, "--listen", "0.0.0.0:0", "--host", "127.0.0.1", "--data", data)
	if strings.Contains(strings.Join(d.said, "\n"), "token") {
		t.Error("the token is shown again")
	}
	d.token = token[1]
	if status, _ := d.ask("GET", "api/hosts", "", nil); status != http.StatusOK {
		t.Errorf("with the token after a restart: status %d", status)
	}
}

// A history that is damaged is moved aside, with a word.
func TestServeDamaged(t *testing.T) {
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, "history.db"), bytes.Repeat([]byte("odd"), 5000), 0o600); err != nil {
		t.Fatal(err)
	}
	d := startServe(t, "--listen", "127.0.0.1:0", "--data", data)
	if text := strings.Join(d.said, "\n"); !strings.Contains(text, "the history was damaged; it is now") {
		t.Errorf("it says %s", text)
	}
}

// What is watched reaches the dashboard, and a host that is allow-listed there is left
// alone.
func TestServeReplay(t *testing.T) {
	capture := pcaptest.WriteFile(t, "a.pcap", oneHost())
	d := startServe(t, "--listen", "127.0.0.1:0", "--data", t.TempDir(), "--replay", capture)
	d.until(`"running":false`)
	body := d.until(`"10.0.0.1"`)
	var all struct {
		Status struct{ Watch struct{ Packets int } }
	}
	if err := json.Unmarshal([]byte(body), &all); err != nil || all.Status.Watch.Packets == 0 {
		t.Errorf("%d packets, %v", all.Status.Watch.Packets, err)
	}
	said := fmt.Sprintf(`{"source":%q,"host":"10.0.0.1","state":"allowed","note":""}`, capture)
	if status, text := d.ask("POST", "api/triage", "application/json", []byte(said)); status != http.StatusOK {
		t.Errorf("status %d: %s", status, text)
	}
	d.until(`"allowed"`)
}

// A network that is allow-listed on the page is left alone on the link, and after a restart.
func TestServeAllowsNetworks(t *testing.T) {
	data := t.TempDir()
	capture := pcaptest.WriteFile(t, "a.pcap", oneHost())
	d := startServe(t, "--listen", "127.0.0.1:0", "--data", data)
	if status, text := d.ask("POST", "api/allow", "application/json", []byte(`{"entry":"10.1.0.0/16"}`)); status != http.StatusOK {
		t.Fatalf("status %d: %s", status, text)
	}
	d.kill()
	alerts := filepath.Join(t.TempDir(), "a.jsonl")
	d = startServe(t, "--listen", "127.0.0.1:0", "--data", data, "--replay", capture, "--threshold", "0", "--output", alerts)
	d.until(`"running":false`)
	if text, err := os.ReadFile(alerts); err != nil || strings.Contains(string(text), "10.1.1.") {
		t.Errorf("%v, verdicts:\n%s", err, text)
	}
}

// A dropped capture and a watched one are judged by what hosts do, if that is asked for, and
// say of a host what predict --hosts says.
func TestServeBehaviour(t *testing.T) {
	bot := filepath.Join("..", "..", "examples", "bot.pcap")
	d := startServe(t, "--listen", "127.0.0.1:0", "--data", t.TempDir(), "--features", "behaviour", "--replay", bot)
	data, err := os.ReadFile(bot)
	if err != nil {
		t.Fatal(err)
	}
	if status, body := d.ask("POST", "api/uploads?name=dropped.pcap", "application/octet-stream", data); status != http.StatusCreated {
		t.Fatalf("status %d: %s", status, body)
	}
	d.until(`"running":false`)
	body := d.until(`"dropped.pcap · `)
	for _, from := range []string{bot, `dropped.pcap · [^"]*`} {
		if !regexp.MustCompile(`\["` + from + `","192.0.2.20","Botnet",`).MatchString(body) {
			t.Errorf("no word of %s in %.2000s", from, body)
		}
	}
}
