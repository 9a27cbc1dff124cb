package safefile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func says(text string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, text); return err }
}

func TestFailureKeepsWhatWasThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	if err := Write(path, says("old")); err != nil {
		t.Fatal(err)
	}
	full := errors.New("disk full")
	err := Write(path, func(w io.Writer) error { io.WriteString(w, "new"); return full })
	if !errors.Is(err, full) {
		t.Errorf("error is %v", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "old" {
		t.Errorf("file says %q", got)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func TestReplaceKeepsModeAndLink(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "out"), filepath.Join(dir, "link")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, link); err != nil {
		t.Skip(err)
	}
	if err := Write(link, says("new")); err != nil {
		t.Fatal(err)
	}
	got, _ := os.ReadFile(path)
	info, _ := os.Stat(path)
	if string(got) != "new" || info.Mode().Perm() != 0o600 {
		t.Errorf("file says %q, mode %v", got, info.Mode())
	}
}

func TestFolderIsRefused(t *testing.T) {
	if err := Write(t.TempDir(), says("x")); err == nil {
		t.Error("wrote a folder")
	}
	if err := Write(filepath.Join(t.TempDir(), "no", "such", "folder"), says("x")); err == nil {
		t.Error("wrote into a folder that is not there")
	}
}
