package serve

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"botnetdetect/history"
	"botnetdetect/internal/browser"
)

// TestPages looks at the dashboard in a real browser. None of its pages may complain, of
// its content security policy or anything else.
func TestPages(t *testing.T) {
	b := browser.Start(t)
	for _, test := range []struct {
		name string
		look func(*testing.T, *browser.Browser)
	}{
		{"hosts", lookAtHosts},
		{"filter", lookAtFilter},
		{"live", lookAtLive},
		{"order", lookAtOrder},
		{"keyboard", lookAtKeyboard},
		{"host", lookAtHost},
		{"triage", lookAtTriage},
		{"upload", lookAtUpload},
		{"hostile names", lookAtHostileNames},
		{"many hosts", lookAtManyHosts},
		{"login", lookAtLogin},
		{"allowed", lookAtAllowed},
		{"screen reader", lookAtScreenReader},
		{"pictures", leavePictures},
	} {
		t.Run(test.name, func(t *testing.T) { test.look(t, b) })
	}
}

// until waits until an expression holds in the page.
func until(t *testing.T, tab *browser.Tab, expression string) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !browser.Eval[bool](tab, "Boolean("+expression+")") {
		if time.Now().After(deadline) {
			t.Fatalf("the page never came to: %s", expression)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// leavePictures leaves pictures for people where BOTNETDETECT_PICTURES says.
func leavePictures(t *testing.T, b *browser.Browser) {
	folder := os.Getenv("BOTNETDETECT_PICTURES")
	if folder == "" {
		t.Skip("set BOTNETDETECT_PICTURES to a folder to get pictures of the dashboard")
	}
	s := someHosts(t)
	tab := b.Open(t, start(t, s))
	until(t, tab, `document.querySelector(".dot.live")`)
	shoot := func(name string, width int, colors string) {
		tab.View(width, colors)
		time.Sleep(300 * time.Millisecond)
		if err := os.WriteFile(filepath.Join(folder, "serve-"+name+".png"), tab.Picture(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	shoot("hosts", 1280, "light")
	shoot("hosts-dark", 1280, "dark")
	shoot("hosts-narrow", 420, "dark")
	tab.Click(".grid .address")
	until(t, tab, `document.querySelector(".reasons")`)
	shoot("host", 1280, "light")
	shoot("host-dark", 1280, "dark")
	tab.Quiet()
}

// someHosts is a server of some hosts, as on an ordinary day.
func someHosts(t *testing.T) *Server {
	t.Helper()
	s := newServer(t, func(c *Config) {
		c.Source = "eth0"
		c.Judge = func(context.Context, Job, func(int64)) (Outcome, error) { return Outcome{}, errors.New("no capture") }
		c.Watch = func() Watch { return Watch{Running: true, Packets: 123456, Dropped: 7} }
	})
	for i := range 120 {
		botnet := 0
		if i < 5 {
			botnet = 40 - 7*i
		}
		seen := sighting(fmt.Sprintf("10.0.%d.%d", i/50, i%50+1), botnet)
		if i%9 == 8 {
			seen.Verdict = history.Unsure
		}
		for range 12 {
			s.See(seen)
			seen.Time = seen.Time.Add(time.Minute)
			seen.Evidence *= 0.93
		}
	}
	for host, state := range map[string]history.State{"10.0.0.2": history.Acknowledged, "10.0.0.7": history.Allowed} {
		if _, err := s.config.Store.Mark(history.Key{Source: "eth0", Host: host}, state, "asked Ada, who runs it"); err != nil {
			t.Fatal(err)
		}
	}
	for i, state := range []history.Stage{history.Done, history.Failed, history.Waiting} {
		err := s.config.Store.PutUpload(history.Upload{ID: fmt.Sprint("upload", i), Name: "monday-night.pcap.gz", Bytes: 5e6, State: state, Time: noon, Judged: 900, Botnet: 31, Error: map[history.Stage]string{history.Failed: "not a capture"}[state]})
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

const rows = ".grid tbody tr:not(.space)"

// open opens the dashboard of a server and waits until it is live.
func open(t *testing.T, b *browser.Browser, s *Server) *browser.Tab {
	t.Helper()
	tab := b.Open(t, start(t, s))
	t.Cleanup(tab.Quiet)
	until(t, tab, `document.querySelector(".dot.live")`)
	return tab
}

func lookAtHosts(t *testing.T, b *browser.Browser) {
	tab := open(t, b, someHosts(t))
	if got := tab.Text("h1"); got != "5 hosts look like bots" {
		t.Errorf("the page is headed %q", got)
	}
	if got := tab.Text(".lead"); !strings.HasPrefix(got, "Nobody has looked at 4 of them yet. Most of the evidence is at 10.0.0.1: 40 botnet flows with 40 peers.") {
		t.Errorf("the lead is %q", got)
	}
	if got := tab.Texts(rows + " .address")[:6]; !slices.Equal(got, []string{"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.10"}) {
		t.Errorf("the hosts are %v", got)
	}
	if got := tab.Texts(rows + " .badge")[:3]; !slices.Equal(got, []string{"new", "acknowledged", "new"}) {
		t.Errorf("the states are %v", got)
	}
	tab.Click(".grid th:nth-child(2) button")
	until(t, tab, `document.querySelector(".grid th:nth-child(2)").ariaSort === "ascending"`)
	if got := tab.Texts(rows + " .address")[:3]; !slices.Equal(got, []string{"10.0.0.1", "10.0.0.2", "10.0.0.3"}) {
		t.Errorf("by address the hosts are %v", got)
	}
}

func lookAtFilter(t *testing.T, b *browser.Browser) {
	tab := open(t, b, someHosts(t))
	tab.Type(`#hosts input`, "10.0.2.")
	until(t, tab, `document.querySelector(".count").innerText === "20 of 120 hosts"`)
	tab.Type(`#hosts input`, "")
	tab.Choose("#hosts select", "new")
	until(t, tab, `document.querySelector(".count").innerText === "4 of 120 hosts"`)
	tab.Choose("#hosts select", "allowed")
	until(t, tab, `document.querySelector(".count").innerText === "1 of 120 hosts"`)
	tab.Choose("#hosts select", "all")
	tab.Type(`#hosts input`, "no such")
	until(t, tab, `document.querySelectorAll(".grid tbody tr:not(.space)").length === 0`)
}

func lookAtLive(t *testing.T, b *browser.Browser) {
	s := someHosts(t)
	tab := open(t, b, s)
	s.See(sighting("10.7.7.7", 90))
	until(t, tab, `document.querySelector("h1").innerText === "6 hosts look like bots"`)
	until(t, tab, `document.querySelector(".grid .address").innerText === "10.7.7.7"`)
	until(t, tab, `document.title.startsWith("(5)")`)
}

// While somebody points at the table, rows keep their places; what they say does not.
func lookAtOrder(t *testing.T, b *browser.Browser) {
	s := someHosts(t)
	tab := open(t, b, s)
	tab.Hover(".grid .address", 0.5, 0.5)
	s.See(sighting("10.0.0.3", 99))
	until(t, tab, `document.querySelectorAll(".grid tbody tr:not(.space)")[2].innerText.includes("99 of 101")`)
	until(t, tab, `!document.querySelector(".held-order").hidden`)
	if got := tab.Text(".grid .address"); got != "10.0.0.1" {
		t.Errorf("the first row is now %s", got)
	}
	tab.Click(".held-order")
	until(t, tab, `document.querySelector(".grid .address").innerText === "10.0.0.3"`)
}

func lookAtKeyboard(t *testing.T, b *browser.Browser) {
	s := someHosts(t)
	tab := open(t, b, s)
	browser.Eval[any](tab, `document.querySelector(".grid table").focus()`)
	tab.Press("ArrowDown")
	tab.Press("ArrowDown")
	if got := tab.Text(`.grid [aria-selected] .address`); got != "10.0.0.3" {
		t.Errorf("two down is %s", got)
	}
	browser.Eval[any](tab, `document.querySelector(".grid table").dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }))`)
	until(t, tab, `document.querySelector(".grid [aria-selected] .badge").innerText === "acknowledged"`)
	if h, _ := s.config.Store.Host(history.Key{Source: "eth0", Host: "10.0.0.3"}); h.Triage.State != history.Acknowledged {
		t.Errorf("the host is %q", h.Triage.State)
	}
	tab.Press("End")
	until(t, tab, `document.querySelector(".grid [aria-selected]").ariaRowIndex === "121"`)
	tab.Press("Home")
	tab.Press("Enter")
	until(t, tab, `document.querySelector("h1.path")?.innerText === "10.0.0.1"`)
}

func lookAtHost(t *testing.T, b *browser.Browser) {
	s := someHosts(t)
	tab := open(t, b, s)
	tab.Click(rows + ` a[href*="10.0.0.2"]`)
	until(t, tab, `document.querySelector("#peers table")`)
	if got := tab.Text(".lead"); !strings.Contains(got, "it speaks with 35 peers, with 33 of them in botnet flows") {
		t.Errorf("the lead is %q", got)
	}
	if got := tab.Count("#peers .graph g"); got != 35 {
		t.Errorf("%d peers are drawn, want 35", got)
	}
	if got := tab.Texts("#why tbody tr td:first-child"); len(got) != 5 {
		t.Errorf("the reasons are %v", got)
	}
	until(t, tab, `document.querySelectorAll("#line circle").length > 1`)
	if got := tab.Count(`.choice [data-state="acknowledged"][aria-pressed="true"]`); got != 1 {
		t.Error("the state is not shown")
	}
	seen := sighting("10.0.0.2", 77)
	seen.Time = noon.Add(time.Hour)
	s.See(seen)
	until(t, tab, `document.querySelector(".facts").innerText.includes("77 of 79")`)
}

func lookAtTriage(t *testing.T, b *browser.Browser) {
	s := someHosts(t)
	tab := open(t, b, s)
	tab.Click(".grid .address")
	until(t, tab, `document.querySelector("#note")`)
	const note = `<img src=x onerror="document.title='caught'"> ours`
	tab.Type("#note", note)
	tab.Click(`[data-state="allowed"]`)
	until(t, tab, `document.querySelector(".said").innerText === "Kept."`)
	h, _ := s.config.Store.Host(history.Key{Source: "eth0", Host: "10.0.0.1"})
	if h.Triage.State != history.Allowed || h.Triage.Note != note {
		t.Errorf("the store has %+v", h.Triage)
	}
	tab.Click(".log summary")
	if got := tab.Text(".log li"); !strings.HasSuffix(got, "allowed: "+note) {
		t.Errorf("the log says %q", got)
	}
	tab.Click(".kicker a")
	until(t, tab, `document.querySelector("h1").innerText.startsWith("5 hosts")`)
	until(t, tab, `document.querySelector(".lead").innerText.includes("Nobody has looked at 3 of them")`)
}

// drop hands a file to the page as a person would.
func drop(tab *browser.Tab, name string, data []byte) {
	browser.Eval[any](tab, fmt.Sprintf(`(() => {
		const file = new File([Uint8Array.from(atob(%q), (c) => c.charCodeAt(0))], %q);
		const files = new DataTransfer();
		files.items.add(file);
		document.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
	})()`, base64.StdEncoding.EncodeToString(data), name))
}

func lookAtUpload(t *testing.T, b *browser.Browser) {
	s := newServer(t, judging(program(t, "judge")))
	address := start(t, s)
	tab := b.Open(t, address)
	until(t, tab, `document.querySelector(".dot.live")`)
	browser.Eval[any](tab, `(() => {
		window.steps = new Set();
		new MutationObserver(() => document.querySelectorAll(".captures progress").forEach((p) => steps.add(p.ariaLabel)))
			.observe(document.body, { childList: true, subtree: true });
	})()`)
	drop(tab, "<b>monday.pcap", swarm(40))
	until(t, tab, `document.querySelector('[data-state="done"] a')`)
	if got := browser.Eval[[]string](tab, "[...steps]"); !slices.Contains(got, "Sending <b>monday.pcap") || !slices.Contains(got, "Judging <b>monday.pcap") {
		t.Errorf("progress was shown of %v", got)
	}
	until(t, tab, `document.querySelector(".grid .address")?.innerText === "10.0.0.1"`)
	drop(tab, "odd.pcap", []byte("this is no capture"))
	until(t, tab, `document.querySelector('[data-state="failed"]')`)
	tab.Click(`[data-state="failed"] .more`)
	until(t, tab, `!document.querySelector('[data-state="failed"]')`)
	tab.Quiet()
	report := b.Open(t, address+browser.Eval[string](tab, `document.querySelector('[data-state="done"] a').getAttribute("href")`))
	if got := report.Text("h1"); !strings.Contains(got, "of 40 peer-to-peer flows") {
		t.Errorf("the report is headed %q", got)
	}
	report.Click("#flows .more")
	report.Quiet()
}

func lookAtHostileNames(t *testing.T, b *browser.Browser) {
	const name = `"><script>document.title='caught'</script><img src=x onerror=alert(1)>/../#`
	s := newServer(t, nil)
	seen := sighting(name, 5)
	seen.Source, seen.Summary = "<b>"+name, name
	seen.Reasons[0].Text, seen.Contacts[0].Name, seen.Contacts[0].Protocols = name, name, name
	s.See(seen)
	tab := open(t, b, s)
	if got := tab.Text(".grid .address"); got != name {
		t.Errorf("the host is %q", got)
	}
	tab.Click(".grid .address")
	until(t, tab, `document.querySelector("#peers table")`)
	if got := tab.Text("h1"); got != name {
		t.Errorf("the host's page is headed %q", got)
	}
	if n := tab.Count("script:not([src]), main img"); n != 0 {
		t.Errorf("%d elements came out of a name", n)
	}
}

// With 10,000 hosts the page has a few dozen lines, and is quick.
func lookAtManyHosts(t *testing.T, b *browser.Browser) {
	s := newServer(t, nil)
	for i := range 10_000 {
		s.See(sighting(fmt.Sprintf("10.1.%d.%d", i/250, i%250), i%7))
	}
	tab := open(t, b, s)
	until(t, tab, `document.querySelector(".count").innerText === "10,000 hosts"`)
	if n := tab.Count(rows); n == 0 || n > 60 {
		t.Errorf("the document has %d lines", n)
	}
	browser.Eval[any](tab, `document.querySelector(".grid").scrollTop = 1e9`)
	until(t, tab, `document.querySelector(".grid tbody tr:nth-last-child(2)").ariaRowIndex === "10001"`)
	tab.Type("#hosts input", "10.1.39.249")
	until(t, tab, `document.querySelector(".count").innerText === "1 of 10,000 hosts"`)
}

func lookAtLogin(t *testing.T, b *browser.Browser) {
	s := newServer(t, withToken(t))
	s.See(sighting("10.0.0.1", 3))
	tab := b.Open(t, start(t, s))
	t.Cleanup(tab.Quiet)
	tab.Type("#token", secret)
	tab.Click("button")
	until(t, tab, `document.querySelector(".dot.live")`)
	until(t, tab, `document.querySelector(".grid .address")?.innerText === "10.0.0.1"`)
	tab.Click(".bar-top button")
	until(t, tab, `document.querySelector("#token")`)
}

// Whoever does not see the page must be told what each control and drawing is.
func lookAtScreenReader(t *testing.T, b *browser.Browser) {
	tab := open(t, b, someHosts(t))
	nodes := tab.Access()
	for _, want := range []browser.Node{
		{Role: "grid", Name: "Hosts by evidence"}, {Role: "searchbox", Name: "Find"}, {Role: "combobox", Name: "Show"},
		{Role: "link", Name: "10.0.0.1"}, {Role: "button", Name: "Delete monday-night.pcap.gz"}, {Role: "link", Name: "Report of monday-night.pcap.gz"},
	} {
		if !slices.Contains(nodes, want) {
			t.Errorf("the accessibility tree lacks %v", want)
		}
	}
}

// Networks are left alone by the page, and judged again.
func lookAtAllowed(t *testing.T, b *browser.Browser) {
	tab := open(t, b, newServer(t, nil))
	const listed = `document.querySelector("#allowed .path")?.innerText`
	tab.Type("#entry", "10.20.30.0/16")
	tab.Click("#allowed [type=submit]")
	until(t, tab, listed+` === "10.20.0.0/16"`)
	tab.Click("#allowed .more")
	until(t, tab, listed+` === undefined`)
}
