package main

import (
	"context"
	"strings"
	"testing"
)

// TestWrongArguments: what cannot be recorded is said before anything is begun.
func TestWrongArguments(t *testing.T) {
	f := func(code int, want string, args ...string) {
		t.Helper()
		var out, errs strings.Builder
		if got := run(context.Background(), args, &out, &errs); got != code || !strings.Contains(errs.String(), want) {
			t.Errorf("%q: code %d, %q; want %d, %q", args, got, errs.String(), code, want)
		}
	}
	f(2, "usage: lab record")
	f(2, "usage: lab record", "play")
	f(1, `no application "nosuch"`, "record", "-o", t.TempDir(), "nosuch")
	f(1, "want -t above 0", "record", "-o", t.TempDir(), "-t", "-1m", "ntp")
}
