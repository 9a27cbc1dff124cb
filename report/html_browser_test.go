package report

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"botnetdetect/flow"
	"botnetdetect/internal/browser"
	"botnetdetect/observe"
)

// show writes facts as a page and opens it. If BOTNETDETECT_PICTURES names a folder,
// pictures of the page are left there, to be looked at.
func show(t *testing.T, facts *Facts) *browser.Tab {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := facts.WriteHTML(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	tab := browser.Open(t, "file://"+path)
	t.Cleanup(tab.Quiet)
	return tab
}

const rows = "#flows tbody tr:not(.detail)"

// column returns the texts of a column of the flows on view.
func column(tab *browser.Tab, n string) []string {
	return tab.Texts(rows + " > td:nth-child(" + n + ")")
}

func TestPageShowsFacts(t *testing.T) {
	tab := show(t, factsOf(t, "a.pcap", infected(40, 20), DefaultLimits()))
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

func TestPageOfNothing(t *testing.T) {
	tab := show(t, factsOf(t, "empty.pcap", flow.NewTable(), DefaultLimits()))
	if got := tab.Text("h1"); got != "No peer-to-peer flows to judge" {
		t.Errorf("an empty capture is headed %q", got)
	}
}

func TestPageSorts(t *testing.T) {
	tab := show(t, factsOf(t, "a.pcap", infected(20, 20), DefaultLimits()))
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

func TestPageFilters(t *testing.T) {
	tab := show(t, factsOf(t, "somewhere/a.pcap", infected(30, 21), DefaultLimits()))
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

func TestPageTellsWhy(t *testing.T) {
	tab := show(t, factsOf(t, "a.pcap", infected(3, 3), Limits{Flows: 100, Reasons: 4, Hosts: 100}))
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

func TestPageWorksByKeyboard(t *testing.T) {
	tab := show(t, factsOf(t, "a.pcap", infected(20, 20), DefaultLimits()))
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

// Whatever names a capture brings with it, they must be shown, not obeyed.
func TestHostileNamesStayText(t *testing.T) {
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
	tab := show(t, facts)
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
func TestPolicyForbidsOtherScripts(t *testing.T) {
	tab := show(t, factsOf(t, "a.pcap", infected(1, 1), DefaultLimits()))
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

func TestPageOf100000Flows(t *testing.T) {
	if testing.Short() {
		t.Skip("builds 100,000 flows")
	}
	table := flow.NewTable()
	for i := range 50_000 {
		bot(table, address(1), address(256+i), i)
		swarm(table, address(2), address(100_000+i), i)
	}
	tab := show(t, factsOf(t, "large.pcap", table, DefaultLimits()))
	if got := tab.Text("#flows .pager p"); got != "1–50 of 100,000 flows" {
		t.Errorf("the table says %q", got)
	}
	tab.Click("#flows th:nth-child(6) button")
	tab.Type("#flows input", "10.1.134.16")
	if got := column(tab, "3"); !slices.Contains(got, "10.1.134.160") || len(got) > 20 {
		t.Errorf("the search found %v", got)
	}
}

// TestPictures leaves pictures for people where BOTNETDETECT_PICTURES says.
func TestPictures(t *testing.T) {
	folder := os.Getenv("BOTNETDETECT_PICTURES")
	if folder == "" {
		t.Skip("set BOTNETDETECT_PICTURES to a folder to get pictures of the page")
	}
	tab := show(t, factsOf(t, "a.pcap", infected(30, 60), DefaultLimits()))
	if page := os.Getenv("BOTNETDETECT_PAGE"); page != "" {
		tab.Go("file://" + page)
	}
	tab.Click(".more")
	for _, view := range []struct {
		name, colors string
		width        int
	}{{"light", "light", 1280}, {"dark", "dark", 1280}, {"narrow", "light", 400}} {
		tab.View(view.width, view.colors)
		keep(t, filepath.Join(folder, view.name+".png"), tab.Picture())
	}
	keep(t, filepath.Join(folder, "print.pdf"), tab.Print())
}

func keep(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
}
