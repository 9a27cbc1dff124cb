// Package browser drives a headless Chromium, so that tests see pages as people do.
//
//	b := browser.Start(t) // skips the test if there is no Chromium
//	tab := b.Open(t, "file:///tmp/report.html")
//	tab.Click("#flows th button")
//	tab.Type("#flows input", "10.0.0.1")
//	rows := browser.Eval[int](tab, `document.querySelectorAll("tbody tr").length`)
//	tab.Quiet() // fails the test if the page complained
//
// It speaks the DevTools protocol over a pipe, which needs no library and no port.
// The protocol: https://chromedevtools.github.io/devtools-protocol/.
package browser

import (
	"io"
	"os"
	"os/exec"
	"testing"
	"time"
)

// patience bounds how long a page may take over anything that is asked of it.
const patience = 60 * time.Second

// Browser is a running Chromium.
type Browser struct{ wire *wire }

// Start starts a Chromium of its own for the test, which ends with it. The test is
// skipped if Chromium is not installed, unless the environment variable
// BOTNETDETECT_WITNESSES is "required".
func Start(t testing.TB) *Browser {
	t.Helper()
	return &Browser{start(t, program(t))}
}

// Open opens a page in a tab of its own, which closes when t ends.
func (b *Browser) Open(t testing.TB, url string) *Tab {
	t.Helper()
	var target struct{ TargetID string }
	b.wire.call(t, "", "Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	t.Cleanup(func() { b.wire.call(t, "", "Target.closeTarget", map[string]any{"targetId": target.TargetID}, nil) })
	var attached struct{ SessionID string }
	b.wire.call(t, "", "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	tab := &Tab{t: t, wire: b.wire, session: attached.SessionID}
	for _, domain := range []string{"Page", "Runtime", "Log"} {
		tab.call(domain+".enable", nil, nil)
	}
	tab.Go(url)
	return tab
}

// program finds Chromium under the names it goes by.
func program(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const missing = "chromium is not installed, so no page is looked at"
	if os.Getenv("BOTNETDETECT_WITNESSES") == "required" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// start runs Chromium with one end of two pipes: it reads commands from descriptor 3
// and writes answers to descriptor 4.
func start(t testing.TB, path string) *wire {
	t.Helper()
	commandsOut, commandsIn := pipe(t)
	answersOut, answersIn := pipe(t)
	cmd := exec.Command(path, flags(t)...)
	cmd.ExtraFiles = []*os.File{commandsOut, answersIn}
	if err := cmd.Start(); err != nil {
		t.Fatalf("cannot start %s: %v", path, err)
	}
	commandsOut.Close()
	answersIn.Close()
	w := newWire(commandsIn, answersOut)
	t.Cleanup(func() { stop(cmd, commandsIn, answersOut) })
	return w
}

// stop closes the pipes, at which Chromium quits, and sees to it that it has.
func stop(cmd *exec.Cmd, pipes ...io.Closer) {
	for _, p := range pipes {
		p.Close()
	}
	late := time.AfterFunc(5*time.Second, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	_ = cmd.Wait() // its status says nothing of the page
}

func pipe(t testing.TB) (out, in *os.File) {
	t.Helper()
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return out, in
}

// flags keep Chromium to the page: no network of its own, no profile but a new one.
func flags(t testing.TB) []string {
	all := []string{
		"--headless", "--remote-debugging-pipe", "--user-data-dir=" + t.TempDir(),
		"--disable-gpu", "--disable-quic", "--no-first-run", "--no-default-browser-check",
		"--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--disable-dev-shm-usage", "--window-size=1280,900",
	}
	if os.Getuid() == 0 {
		all = append(all, "--no-sandbox") // Chromium's sandbox refuses to run as root
	}
	return all
}
