// Package witness finds what tests compare against: foreign programs and real
// captures. A test whose witness is not there says so and skips, unless the
// environment variable BOTNETDETECT_WITNESSES is "required".
package witness

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Shared returns the path of a file or folder of real captures and golden figures,
// which are not part of the project. They are looked for in the folder that
// BOTNETDETECT_SHARED names, else in "shared" beside the project's root.
func Shared(t testing.TB, elements ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{sharedRoot(t)}, elements...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no real captures at hand (%v); set BOTNETDETECT_SHARED to their folder", err)
	}
	return path
}

func sharedRoot(t testing.TB) string {
	t.Helper()
	if root := os.Getenv("BOTNETDETECT_SHARED"); root != "" {
		return root
	}
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; folder != filepath.Dir(folder); folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return filepath.Join(folder, "..", "shared")
		}
	}
	t.Fatal("no go.mod above the working directory")
	return ""
}

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
