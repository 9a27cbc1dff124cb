package browser

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// Tab is an open page. Its methods fail the test if the page does not do as told.
type Tab struct {
	t       testing.TB
	wire    *wire
	session string
	heard   int // events that Complaints passes over
}

func (b *Tab) call(method string, params, result any) {
	b.t.Helper()
	if params == nil {
		params = struct{}{}
	}
	b.wire.call(b.t, b.session, method, params, result)
}

// Go opens another page in the tab and waits until it has loaded.
func (b *Tab) Go(url string) {
	b.t.Helper()
	before := len(b.wire.seen())
	var outcome struct{ ErrorText string }
	b.call("Page.navigate", map[string]any{"url": url}, &outcome)
	if outcome.ErrorText != "" {
		b.t.Fatalf("cannot open %s: %s", url, outcome.ErrorText)
	}
	b.wire.await(b.t, before, func(m message) bool {
		return m.Session == b.session && m.Method == "Page.loadEventFired"
	})
}

// Eval evaluates a JavaScript expression in the page, waits for it if it is a promise,
// and returns its value.
func Eval[T any](b *Tab, expression string) (value T) {
	b.t.Helper()
	var outcome struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *exception
	}
	b.call("Runtime.evaluate", map[string]any{
		"expression": expression, "returnByValue": true, "awaitPromise": true,
	}, &outcome)
	if e := outcome.ExceptionDetails; e != nil {
		b.t.Fatalf("%s: %s", expression, e)
	}
	if len(outcome.Result.Value) == 0 {
		return value // undefined
	}
	if err := json.Unmarshal(outcome.Result.Value, &value); err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

type exception struct {
	Text      string
	Exception struct{ Description string }
}

func (e *exception) String() string { return e.Text + " " + e.Exception.Description }

// Text returns the text of the first element that a CSS selector finds, as it is shown.
func (b *Tab) Text(selector string) string {
	b.t.Helper()
	return Eval[string](b, b.find(selector)+".innerText")
}

// Texts returns the texts of all elements that a CSS selector finds.
func (b *Tab) Texts(selector string) []string {
	b.t.Helper()
	return Eval[[]string](b, fmt.Sprintf("Array.from(document.querySelectorAll(%s), (e) => e.innerText)", quoted(selector)))
}

// Count returns how many elements a CSS selector finds.
func (b *Tab) Count(selector string) int {
	b.t.Helper()
	return Eval[int](b, fmt.Sprintf("document.querySelectorAll(%s).length", quoted(selector)))
}

// find is an expression for the first element that a selector finds.
func (b *Tab) find(selector string) string {
	b.t.Helper()
	if b.Count(selector) == 0 {
		b.t.Fatalf("the page has no %s", selector)
	}
	return fmt.Sprintf("document.querySelector(%s)", quoted(selector))
}

func quoted(text string) string {
	quoted, _ := json.Marshal(text) // a string always has a JSON form
	return string(quoted)
}

// Quiet fails the test if the page complained.
func (b *Tab) Quiet() {
	b.t.Helper()
	for _, c := range b.Complaints() {
		b.t.Errorf("the page complains: %s", c)
	}
}

// Complaints returns what the page complained of: errors and warnings on the console,
// exceptions, and what its content security policy kept it from.
func (b *Tab) Complaints() (all []string) {
	for _, m := range b.wire.seen()[b.heard:] {
		if c := complaint(m); m.Session == b.session && c != "" {
			all = append(all, c)
		}
	}
	return all
}

// Forget makes Complaints pass over what the page complained of so far.
func (b *Tab) Forget() { b.heard = len(b.wire.seen()) }

// complaint returns what an event complains of, if anything.
func complaint(m message) string {
	var p struct {
		Type             string
		Args             []struct{ Value, Description any }
		Entry            struct{ Level, Text, URL string }
		ExceptionDetails exception
	}
	if err := json.Unmarshal(m.Params, &p); err != nil {
		return ""
	}
	switch m.Method {
	case "Runtime.exceptionThrown":
		return p.ExceptionDetails.String()
	case "Runtime.consoleAPICalled":
		if p.Type == "error" || p.Type == "warning" || p.Type == "assert" {
			return fmt.Sprint(p.Args)
		}
	case "Log.entryAdded":
		if p.Entry.Level == "error" || p.Entry.Level == "warning" {
			return strings.TrimSpace(p.Entry.Text + " " + p.Entry.URL)
		}
	}
	return ""
}
