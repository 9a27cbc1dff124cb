// Package witness finds the foreign programs that tests compare against. A test whose
// witness is not installed says so and skips, unless the environment variable
// BOTNETDETECT_WITNESSES is "required".
package witness

import (
	"os"
	"os/exec"
	"testing"
)

// Program returns the path of a foreign program.
func Program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, "%s is not installed, so nothing vouches for these numbers", name)
	}
	return path
}

// Python returns a Python 3 that can import modules.
func Python(t testing.TB, modules ...string) string {
	t.Helper()
	script := "import sys"
	for _, m := range modules {
		script += ", " + m
	}
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if path, err := exec.LookPath(name); err == nil && exec.Command(path, "-c", script).Run() == nil {
			return path
		}
	}
	missing(t, "no Python with %v is installed, so nothing vouches for these numbers", modules)
	return ""
}

func missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("BOTNETDETECT_WITNESSES") == "required" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}
