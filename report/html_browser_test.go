package report

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"botnetdetect/evaluate"
	"botnetdetect/flow"
	"botnetdetect/internal/browser"
	"botnetdetect/observe"
)

// show writes a page and opens it. The test fails if the page complains.
func show(t testing.TB, b *browser.Browser, write func(io.Writer) error) *browser.Tab {
	t.Helper()
	path := filepath.Join(t.TempDir(), "page.html")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		t.Fatal(err)
	}
	tab := b.Open(t, "file://"+path)
	t.Cleanup(tab.Quiet)
	return tab
}

// TestPages looks at pages in a real browser.
func TestPages(t *testing.T) {
	b := browser.Start(t)
	for _, test := range []struct {
		name string
		look func(*testing.T, *browser.Browser)
	}{
		{"facts", lookAtFacts},
		{"nothing", lookAtNothing},
		{"verdicts on hosts", lookAtHostVerdicts},
		{"sorting", lookAtSorting},
		{"filtering", lookAtFiltering},
		{"why", lookAtWhy},
		{"keyboard", lookAtKeyboard},
		{"screen reader", lookAtScreenReader},
		{"hostile names", lookAtHostileNames},
		{"policy", lookAtPolicy},
		{"100,000 flows", lookAt100000Flows},
		{"evaluation", lookAtEvaluation},
		{"evaluation of nothing", lookAtEvaluationOfNothing},
		{"pictures", leavePictures},
	} {
		t.Run(test.name, func(t *testing.T) { test.look(t, b) })
	}
}

const rows = "#flows tbody tr:not(.detail)"

// column returns the texts of a column of the flows on view.
func column(tab *browser.Tab, n string) []string {
	return tab.Texts(rows + " > td:nth-child(" + n + ")")
}

func lookAtFacts(t *testing.T, b *browser.Browser) {
	tab := show(t, b, factsOf(t, "a.pcap", infected(40, 20), DefaultLimits()).WriteHTML)
	if got, want := tab.Text("h1"), "40 of 60 peer-to-peer flows look like botnet traffic"; got != want {
		t.Errorf("the page is headed %q, want %q", got, want)
	}
	if got := tab.Text("#hosts tbody tr"); !strings.HasPrefix(got, "10.0.0.1\t") {
		t.Errorf("the first host is %q, want 10.0.0.1, which is in all botnet flows", got)
	}
	if got, want := tab.Text(".panel .summary"), "Speaks with 40 peers, with 40 of them in botnet flows; 3.0 packets a flow and 60 B a packet on average; no reply in any of its 40 flows."; got != want {
		t.Errorf("of the first host the page says %q, want %q", got, want)
	}
	if got := tab.Count(".graph g"); got != 40 {
		t.Errorf("%d peers are drawn, want 40", got)
	}
	if got := tab.Text("#flows .pager p"); got != "1–50 of 60 flows" {
		t.Errorf("the table says %q, want 50 of 60 flows", got)
	}
}

func lookAtHostVerdicts(t *testing.T, b *browser.Browser) {
	tab := show(t, b, infectedHost(t).WriteHTML)
	if got, want := tab.Text("h1"), "1 host looks like a bot"; got != want {
		t.Errorf("the page is headed %q, want %q", got, want)
	}
	if got := tab.Text("#hosts tbody tr"); !strings.HasPrefix(got, "10.0.0.1\tBotnet ") {
		t.Errorf("the first host is %q, want 10.0.0.1, which is a bot", got)
	}
	if got := tab.Text(".panel .summary"); !strings.HasPrefix(got, "Botnet: mean score ") || !strings.Contains(got, "with 60 peers over UDP") {
		t.Errorf("of the bot the page says %q", got)
	}
	if got := tab.Count(".panel ol li"); got == 0 || got > 5 {
		t.Errorf("%d reasons are given, want 1 to 5", got)
	}
}

func lookAtNothing(t *testing.T, b *browser.Browser) {
	tab := show(t, b, factsOf(t, "empty.pcap", flow.NewTable(), DefaultLimits()).WriteHTML)
	if got := tab.Text("h1"); got != "No peer-to-peer flows to judge" {
		t.Errorf("an empty capture is headed %q", got)
	}
}

func lookAtSorting(t *testing.T, b *browser.Browser) {
	tab := show(t, b, factsOf(t, "a.pcap", infected(20, 20), DefaultLimits()).WriteHTML)
	f := func(head, n string, less func(a, b string) bool) {
		t.Helper()
		tab.Click("#flows th:nth-child(" + n + ") button")
		got := column(tab, n)
		if !slices.IsSortedFunc(got, func(a, b string) int {
			if less(b, a) {
				return 1
			}
			return 0
		}) {
			t.Errorf("sorted by %s, the column is %v", head, got)
		}
	}
	shorter := func(a, b string) bool { return len(a) < len(b) || len(a) == len(b) && a < b }
	longer := func(a, b string) bool { return shorter(b, a) }
	f("destination", "3", shorter) // 10.0.1.9 before 10.0.1.10
	f("destination, again", "3", longer)
	f("packets", "5", longer)
	f("packets, again", "5", shorter)
	f("score", "1", func(a, b string) bool { return a > b })
	if got := browser.Eval[string](tab, `document.querySelector("#flows th").getAttribute("aria-sort")`); got != "descending" {
		t.Errorf("the sorted column says aria-sort=%q", got)
	}
}

func lookAtFiltering(t *testing.T, b *browser.Browser) {
	tab := show(t, b, factsOf(t, "somewhere/a.pcap", infected(30, 21), DefaultLimits()).WriteHTML)
	f := func(what string, want string) {
		t.Helper()
		if got := tab.Text("#flows .pager p"); got != want {
			t.Errorf("%s shows %q, want %q", what, got, want)
		}
	}
	tab.Type("#flows input", "10.0.2.20 TCP")
	f("two words", "1–1 of 1 flow")
	tab.Type("#flows input", "SOMEWHERE 10.0.1.")
	f("a capture and part of an address", "1–30 of 30 flows")
	tab.Type("#flows input", "10.0.1. tcp")
	f("words that no flow has together", "No flows")
	tab.Type("#flows input", "")
	f("no word", "1–50 of 51 flows")
	tab.Choose("#flows select", "Benign")
	f("verdict Benign", "1–21 of 21 flows")
	tab.Choose("#flows select", "")
	tab.Choose("#flows label:nth-child(3) select", "UDP")
	f("protocol UDP", "1–30 of 30 flows")
	tab.Choose("#flows label:nth-child(3) select", "")
	tab.Click("#hosts tbody tr:nth-child(2) button")
	tab.Click(".panel > button")
	f("the second host", "1–1 of 1 flow")
	tab.Click(".chip button")
	f("all again", "1–50 of 51 flows")
	tab.Click("#flows .turn button:nth-child(3)")
	f("the next page", "51–51 of 51 flows")
}

func lookAtWhy(t *testing.T, b *browser.Browser) {
	tab := show(t, b, factsOf(t, "a.pcap", infected(3, 3), Limits{Flows: 100, Reasons: 4, Hosts: 100}).WriteHTML)
	tab.Click(rows + " .more")
	if got := tab.Text(".why .summary"); !strings.HasSuffix(got, "60 bytes each on average, no reply.") {
		t.Errorf("a bot's flow is %q", got)
	}
	if n := tab.Count(".why .push rect.botnet"); n == 0 {
		t.Error("no reason pushes a botnet flow towards botnet")
	}
	tab.Click("#flows tbody tr:nth-last-child(2) .more")
	if got := tab.Text("#flows .detail:last-child"); !strings.Contains(got, "reasons for the 4 flows with the highest scores only") {
		t.Errorf("a flow without reasons says %q", got)
	}
}

func lookAtKeyboard(t *testing.T, b *browser.Browser) {
	tab := show(t, b, factsOf(t, "a.pcap", infected(20, 20), DefaultLimits()).WriteHTML)
	focus := func(selector string) { browser.Eval[any](tab, `document.querySelector("`+selector+`").focus()`) }
	focus(".more")
	tab.Press("Enter")
	if n := tab.Count(".more[aria-expanded=true]"); n != 1 {
		t.Errorf("Enter opened %d flows, want 1", n)
	}
	focus("#flows th:nth-child(6) button")
	tab.Press("Enter")
	if n := tab.Count("#flows th:nth-child(6)[aria-sort]"); n != 1 {
		t.Error("Enter on a column's head did not sort by it")
	}
	focus("#time svg")
	tab.Press("ArrowRight")
	if got := tab.Text(".readout"); !strings.Contains(got, "flows under way") {
		t.Errorf("an arrow key on the time line reads %q", got)
	}
	for range 4 {
		tab.Press("Tab")
	}
	if got := browser.Eval[string](tab, "document.activeElement.tagName"); got == "BODY" {
		t.Error("Tab leads nowhere")
	}
}

// Whoever does not see the page must be told what each control and drawing is.
func lookAtScreenReader(t *testing.T, b *browser.Browser) {
	pages := map[string]func(io.Writer) error{
		"report":     factsOf(t, "a.pcap", infected(20, 20), DefaultLimits()).WriteHTML,
		"evaluation": func(w io.Writer) error { return WriteEvaluation(w, evaluated(t, evaluate.Grid)) },
	}
	for name, write := range pages {
		found := make(map[string]int)
		tab := show(t, b, write)
		if name == "report" {
			tab.Click(".more")
		}
		for _, node := range tab.Access() {
			found[node.Role]++
			switch node.Role {
			case "button", "textbox", "searchbox", "combobox", "image", "img", "table", "region", "heading", "columnheader":
				if strings.TrimSpace(node.Name) == "" {
					t.Errorf("%s: a %s has no name", name, node.Role)
				}
			}
		}
		if found["main"] != 1 || found["table"] < 2 || found["combobox"] < 2 || found["heading"] < 5 {
			t.Errorf("%s: the accessibility tree has %v", name, found)
		}
	}
}

// Whatever names a capture brings with it, they must be shown, not obeyed.
func lookAtHostileNames(t *testing.T, b *browser.Browser) {
	facts := emptyFacts(t, DefaultLimits())
	name, err := facts.detector.Vocabulary.Intern(strings.ReplaceAll(hostile, " ", "_"))
	if err != nil {
		t.Fatal(err)
	}
	table := infected(3, 3)
	talk(table, address(1), address(9), name, 3, 0, 60, 0)
	seen := observe.Observation{Path: hostile + ".pcap", Table: flow.SetOf(table), Err: os.ErrInvalid}
	if err := facts.Add(seen); err != nil {
		t.Fatal(err)
	}
	tab := show(t, b, facts.WriteHTML)
	if got := browser.Eval[string](tab, "document.title"); got != "Botnet report" {
		t.Errorf("the page is now titled %q", got)
	}
	for range 3 {
		tab.Click(".more[aria-expanded=false]")
	}
	tab.Type("#flows input", hostile)
	if n := tab.Count("img, main b, main script"); n != 0 {
		t.Errorf("names became %d elements", n)
	}
	for _, place := range []string{".path", "#model dd", "#model .wide dd", "#flows .protocols", "#flows select option"} {
		if !slices.ContainsFunc(tab.Texts(place), func(s string) bool { return strings.Contains(s, "</script><img") }) {
			t.Errorf("%s does not show the name as it is", place)
		}
	}
}

// The page allows no script but its own, whatever finds its way into it.
func lookAtPolicy(t *testing.T, b *browser.Browser) {
	tab := show(t, b, factsOf(t, "a.pcap", infected(1, 1), DefaultLimits()).WriteHTML)
	blocked := browser.Eval[bool](tab, `new Promise((done) => {
		addEventListener("securitypolicyviolation", () => done(true));
		const script = document.createElement("script");
		try { script.append("document.title = 'owned'"); document.body.append(script); } catch { done(true); }
		setTimeout(() => done(false), 2000);
	})`)
	if title := browser.Eval[string](tab, "document.title"); !blocked || title != "Botnet report" {
		t.Errorf("an inline script was not kept from running (title %q)", title)
	}
	tab.Forget()
}

func lookAt100000Flows(t *testing.T, b *browser.Browser) {
	if testing.Short() {
		t.Skip("builds 100,000 flows")
	}
	table := flow.NewTable()
	for i := range 50_000 {
		bot(table, address(1), address(256+i), i)
		swarm(table, address(2), address(100_000+i), i)
	}
	tab := show(t, b, factsOf(t, "large.pcap", table, DefaultLimits()).WriteHTML)
	if got := tab.Text("#flows .pager p"); got != "1–50 of 100,000 flows" {
		t.Errorf("the table says %q", got)
	}
	tab.Click("#flows th:nth-child(6) button")
	tab.Type("#flows input", "10.1.134.16")
	if got := column(tab, "3"); !slices.Contains(got, "10.1.134.160") || len(got) > 20 {
		t.Errorf("the search found %v", got)
	}
}

// leavePictures leaves pictures for people where BOTNETDETECT_PICTURES says: of the page
// that BOTNETDETECT_PAGE names, else of a made-up one.
func leavePictures(t *testing.T, b *browser.Browser) {
	folder := os.Getenv("BOTNETDETECT_PICTURES")
	if folder == "" {
		t.Skip("set BOTNETDETECT_PICTURES to a folder to get pictures of the page")
	}
	tab := show(t, b, factsOf(t, "a.pcap", infected(30, 60), DefaultLimits()).WriteHTML)
	if page := os.Getenv("BOTNETDETECT_PAGE"); page != "" {
		tab.Go("file://" + page)
	}
	if tab.Count(".more") > 0 {
		tab.Click(".more")
	}
	keep(t, filepath.Join(folder, "print.pdf"), tab.Print())
	for _, view := range []struct {
		name, colors string
		width        int
	}{{"light", "light", 1280}, {"dark", "dark", 1280}, {"narrow", "light", 400}} {
		tab.View(view.width, view.colors)
		keep(t, filepath.Join(folder, view.name+".png"), tab.Picture())
	}
}

func keep(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
}
