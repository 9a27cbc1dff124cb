package report

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"
)

// page holds what pages are made of. The scripts of a page are joined, in order, into
// one function scope; there is no build step.
//
//go:embed page
var assets embed.FS

// Scripts that every page begins with.
var shared = []string{"dom.js", "format.js"}

// page is one self-contained HTML file: it loads nothing, and a content security policy
// lets it run its own script only.
type page struct {
	title   string
	scripts []string // files below page/, after the shared ones
	data    any      // what the scripts show, as JSON
}

// WriteHTML writes all facts as one HTML file that needs nothing beside it.
func (f *Facts) WriteHTML(w io.Writer) error {
	if err := f.finish(); err != nil {
		return err
	}
	return page{
		title:   "Botnet report",
		scripts: []string{"data.js", "table.js", "time.js", "graph.js", "why.js", "hosts.js", "flows.js", "card.js", "captures.js"},
		data: struct {
			summaryJSON
			FlowColumns columns       `json:"flows"`
			Reasons     reasonColumns `json:"reasons"`
		}{f.summary(), f.columns(), f.reasonColumns()},
	}.write(w)
}

func (p page) write(w io.Writer) error {
	data, err := json.Marshal(p.data) // escapes <, > and &, so that no text ends the element
	if err != nil {
		return fmt.Errorf("cannot write page: %w", err)
	}
	style, err := assets.ReadFile("page/page.css")
	if err != nil {
		return err
	}
	script, err := join(append(shared[:len(shared):len(shared)], p.scripts...))
	if err != nil {
		return err
	}
	skeleton, err := template.ParseFS(assets, "page/page.html")
	if err != nil {
		return err
	}
	return skeleton.Execute(w, map[string]any{
		"Title":  p.title,
		"Policy": policy(script, string(style)),
		"Style":  template.CSS(style),
		"Script": template.JS(script),
		"Data":   template.JS(data),
	})
}

// join makes one script of several.
func join(files []string) (string, error) {
	var b strings.Builder
	b.WriteString("\"use strict\";\n(() => {\n")
	for _, name := range files {
		text, err := assets.ReadFile("page/" + name)
		if err != nil {
			return "", err
		}
		b.Write(text)
	}
	b.WriteString("})();\n")
	return b.String(), nil
}

// policy allows one script and one style sheet, told by their hashes, and nothing else:
// no network, no frames, no forms, and no way from text to markup.
func policy(script, style string) string {
	return strings.Join([]string{
		"default-src 'none'",
		"script-src '" + hash(script) + "'",
		"style-src '" + hash(style) + "'",
		"base-uri 'none'",
		"form-action 'none'",
		"require-trusted-types-for 'script'",
		"trusted-types 'none'",
	}, "; ")
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
