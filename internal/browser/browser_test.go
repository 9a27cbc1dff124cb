package browser

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

func pageOf(html string) string { return "data:text/html," + url.PathEscape(html) }

func TestComplaints(t *testing.T) {
	b := Start(t)
	f := func(html, want string) {
		t.Helper()
		got := strings.Join(b.Open(t, pageOf(html)).Complaints(), "; ")
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: the page complains %q, want %q", html, got, want)
		}
	}
	f("<p>well", "")
	f("<script>console.log('in passing')</script>", "")
	f("<script>console.error('a mistake')</script>", "a mistake")
	f("<script>undefinedName()</script>", "undefinedName is not defined")
	f(`<meta http-equiv="Content-Security-Policy" content="img-src 'none'"><img src="x:y">`, "Content Security Policy")
}

func TestHands(t *testing.T) {
	tab := Start(t).Open(t, pageOf(`
		<label>Name <input oninput="said.textContent = value"></label>
		<button onclick="said.textContent += ' pressed'">Go</button>
		<select onchange="said.textContent += ' ' + value"><option>a<option>b</select>
		<p id=said></p>`))
	tab.Type("input", "Ada")
	tab.Click("button")
	tab.Press("Tab")
	tab.Choose("select", "b")
	if got := tab.Text("#said"); got != "Ada pressed b" {
		t.Errorf("the page heard %q", got)
	}
	tab.Type("input", "")
	if got := Eval[string](tab, `document.querySelector("input").value`); got != "" {
		t.Errorf("the field still holds %q", got)
	}
	for _, want := range []Node{{"textbox", "Name"}, {"button", "Go"}} {
		if nodes := tab.Access(); !slices.Contains(nodes, want) {
			t.Errorf("the accessibility tree lacks %v: %v", want, nodes)
		}
	}
	if picture := tab.Picture(); len(picture) < 100 || string(picture[1:4]) != "PNG" {
		t.Errorf("the picture is %d bytes and no PNG", len(picture))
	}
	if pdf := tab.Print(); len(pdf) < 100 || string(pdf[:4]) != "%PDF" {
		t.Errorf("the print is %d bytes and no PDF", len(pdf))
	}
}
