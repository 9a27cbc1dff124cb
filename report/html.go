package report

import (
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"strings"

	"botnetdetect/internal/page"
)

// assets are what reports are made of, besides what all pages share.
//
//go:embed page
var assets embed.FS

// document is one self-contained HTML file: it loads nothing, and a content security
// policy lets it run its own script only.
type document struct {
	title   string
	scripts []string // of reports, or shared; after those that every page begins with
	data    any      // what the scripts show, as JSON
}

// capturesScripts are the scripts of the page that WriteHTML writes.
var capturesScripts = []string{
	"data.js", "table.js", "axis.js", "time.js", "peers.js", "graph.js", "reasons.js", "why.js", "hosts.js", "flows.js",
	"card.js", "captures.js",
}

// WriteHTML writes all facts as one HTML file that needs nothing beside it.
func (f *Facts) WriteHTML(w io.Writer) error {
	if err := f.finish(); err != nil {
		return err
	}
	return document{
		title:   "Botnet report",
		scripts: capturesScripts,
		data: struct {
			summaryJSON
			FlowColumns columns       `json:"flows"`
			Reasons     reasonColumns `json:"reasons"`
		}{f.summary(), f.columns(), f.reasonColumns()},
	}.write(w)
}

// Policy is the content security policy of what WriteHTML writes, for a server that hands
// it on.
func Policy() (string, error) {
	script, style, err := document{scripts: capturesScripts}.parts()
	return policy(script, style), err
}

func (d document) write(w io.Writer) error {
	data, err := json.Marshal(d.data) // escapes <, > and &, so that no text ends the element
	if err != nil {
		return fmt.Errorf("cannot write page: %w", err)
	}
	script, style, err := d.parts()
	if err != nil {
		return err
	}
	skeleton, err := template.ParseFS(assets, "page/page.html")
	if err != nil {
		return err
	}
	return skeleton.Execute(w, map[string]any{
		"Title":  d.title,
		"Policy": policy(script, style),
		"Style":  template.CSS(style),
		"Script": template.JS(script),
		"Data":   template.JS(data),
	})
}

func (d document) parts() (script, style string, err error) {
	own, err := fs.Sub(assets, "page")
	if err != nil {
		return "", "", err
	}
	if script, err = page.Script(own, append([]string{"dom.js", "format.js"}, d.scripts...)...); err != nil {
		return "", "", err
	}
	style, err = page.Style(own, "base.css", "report.css")
	return script, style, err
}

// policy allows one script and one style sheet, told by their hashes, and nothing else:
// no network, no frames, no forms, and no way from text to markup.
func policy(script, style string) string {
	return strings.Join([]string{
		"default-src 'none'",
		"script-src '" + page.Hash(script) + "'",
		"style-src '" + page.Hash(style) + "'",
		"base-uri 'none'",
		"form-action 'none'",
		"require-trusted-types-for 'script'",
		"trusted-types 'none'",
	}, "; ")
}
