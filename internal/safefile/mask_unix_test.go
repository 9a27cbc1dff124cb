//go:build unix

package safefile

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestNewFileHonoursMask(t *testing.T) {
	f := func(mask int, want fs.FileMode) {
		t.Helper()
		defer unix.Umask(unix.Umask(mask))
		path := filepath.Join(t.TempDir(), "out")
		for _, text := range []string{"new", "again"} { // what was there keeps its mode
			if err := Write(path, says(text)); err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(path)
			if err != nil || info.Mode() != want {
				t.Errorf("mask %03o: mode %v, want %v; %v", mask, info.Mode(), want, err)
			}
			unix.Umask(0o777) // for the second time
		}
	}
	f(0o022, 0o644)
	f(0o077, 0o600)
	f(0o002, 0o664)
}

// What is private is so while it is written, whatever the mask and what stood there before.
func TestPrivate(t *testing.T) {
	defer unix.Umask(unix.Umask(0))
	folder := t.TempDir()
	path := filepath.Join(folder, "key")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	f := func(when string, want int) {
		t.Helper()
		entries, err := os.ReadDir(folder)
		if err != nil || len(entries) != want {
			t.Fatalf("%s: %v, %v", when, entries, err)
		}
		for _, e := range entries {
			if info, err := e.Info(); err != nil || info.Mode() != 0o600 && e.Name() != "key" || want == 1 && info.Mode() != 0o600 {
				t.Errorf("%s: %s has mode %v, %v", when, e.Name(), info.Mode(), err)
			}
		}
	}
	err := WritePrivate(path, func(w io.Writer) error {
		f("while it is written", 2)
		_, err := io.WriteString(w, "secret")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	f("afterwards", 1)
}
