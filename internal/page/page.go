// Package page has what all pages of the program are made of: the look (base.css) and
// scripts that draw. A page names the parts that it wants, Script and Style join them
// with its own; there is no build step, and a page loads nothing from elsewhere.
package page

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"io/fs"
	"strings"
)

//go:embed *.js *.css
var shared embed.FS

// Script joins scripts, in order, into one function scope. A name is that of a file of
// the page's own, else of a shared one.
func Script(own fs.FS, names ...string) (string, error) {
	text, err := join(own, names)
	return "\"use strict\";\n(() => {\n" + text + "})();\n", err
}

// Style joins style sheets, in order.
func Style(own fs.FS, names ...string) (string, error) { return join(own, names) }

func join(own fs.FS, names []string) (string, error) {
	var b strings.Builder
	for _, name := range names {
		text, err := fs.ReadFile(own, name)
		if errors.Is(err, fs.ErrNotExist) {
			text, err = shared.ReadFile(name)
		}
		if err != nil {
			return "", err
		}
		b.Write(text)
	}
	return b.String(), nil
}

// Hash names a script or a style sheet in a content security policy.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
