//go:build unix

package safefile

import (
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
