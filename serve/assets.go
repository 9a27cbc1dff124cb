package serve

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"

	"botnetdetect/internal/page"
)

//go:embed page
var files embed.FS

// scripts of the dashboard, in order; those that serve does not have are shared ones.
var scripts = []string{
	"dom.js", "format.js", "axis.js", "table.js", "peers.js", "reasons.js",
	"store.js", "talk.js", "grid.js", "triage.js", "head.js", "hosts.js", "captures.js", "allowed.js", "line.js", "host.js", "app.js",
}

// assets are what browsers load.
type assets struct {
	js, css   string
	icon      string
	skeleton  []byte
	loginPage *template.Template
}

func makeAssets() (a assets, err error) {
	own, err := fs.Sub(files, "page")
	if err != nil {
		return a, err
	}
	if a.js, err = page.Script(own, scripts...); err != nil {
		return a, err
	}
	if a.css, err = page.Style(own, "base.css", "serve.css"); err != nil {
		return a, err
	}
	if a.icon, err = page.Style(own, "icon.svg"); err != nil {
		return a, err
	}
	if a.skeleton, err = fs.ReadFile(own, "page.html"); err != nil {
		return a, err
	}
	a.loginPage, err = template.ParseFS(own, "login.html")
	return a, err
}

func (a assets) page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(a.skeleton) // a client that is gone
}

func (a assets) script(w http.ResponseWriter, r *http.Request) {
	send(w, r, "text/javascript; charset=utf-8", a.js)
}

func (a assets) style(w http.ResponseWriter, r *http.Request) {
	send(w, r, "text/css; charset=utf-8", a.css)
}

func (a assets) favicon(w http.ResponseWriter, r *http.Request) { send(w, r, "image/svg+xml", a.icon) }

// send sends a text that browsers may keep as long as it is what we have.
func send(w http.ResponseWriter, r *http.Request, kind, text string) {
	tag := `"` + page.Hash(text) + `"`
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", tag)
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", kind)
	fmt.Fprint(w, text)
}

func (a assets) login(w http.ResponseWriter, status int, problem string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = a.loginPage.Execute(w, problem) // a client that is gone
}
