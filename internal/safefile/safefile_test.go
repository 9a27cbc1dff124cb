package safefile

import (
	"errors"
	"fmt"
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

func TestLinkToWhatIsNotThereYet(t *testing.T) {
	dir := t.TempDir()
	f := func(link, to, file string) {
		t.Helper()
		link, file = filepath.Join(dir, link), filepath.Join(dir, file)
		if err := os.Symlink(to, link); err != nil {
			t.Skip(err)
		}
		if err := Write(link, says("new")); err != nil {
			t.Error(err)
		}
		if got, err := os.Readlink(link); got != to {
			t.Errorf("%s links to %q, want %q: %v", link, got, to, err)
		}
		if got, _ := os.ReadFile(file); string(got) != "new" {
			t.Errorf("%s says %q", file, got)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, ".*.tmp")); left != nil {
			t.Errorf("left behind: %v", left)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "deep", "real"), 0o755); err != nil {
		t.Fatal(err)
	}
	f("a", "a.out", "a.out")
	f("b", filepath.Join(dir, "deep", "b.out"), "deep/b.out")
}

func TestLinksToLinks(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "deep", "real"), 0o755); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{
		"short":        "deep/real", // a folder
		"deep/real/up": "../up.out", // above real, not above short
		"chain":        "short/up",
		"loop":         "loop",
		"nowhere":      "no/such/folder",
	} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Skip(err)
		}
	}
	if err := Write(filepath.Join(dir, "chain"), says("new")); err != nil {
		t.Error(err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "deep", "up.out")); string(got) != "new" {
		t.Errorf("file says %q, %v", got, err)
	}
	for _, link := range []string{"loop", "nowhere"} {
		if err := Write(filepath.Join(dir, link), says("new")); err == nil {
			t.Errorf("wrote %s", link)
		}
	}
}

func TestErrorsAreWordedOnce(t *testing.T) {
	f := func(path string, fill func(io.Writer) error, want string) {
		t.Helper()
		if err := Write(path, fill); err == nil || err.Error() != want {
			t.Errorf("error %q, want %q", err, want)
		}
	}
	path := filepath.Join(t.TempDir(), "out")
	f(path, func(io.Writer) error { return errors.New("cannot tell why") }, path+": cannot tell why")
	f(path+"/x/y", says("x"), "cannot write beside "+path+"/x/y: no such file or directory")
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full: ", err)
	}
	much := func(w io.Writer) error {
		if _, err := w.Write(make([]byte, 1<<20)); err != nil {
			return fmt.Errorf("cannot write model: %w", err)
		}
		return nil
	}
	f("/dev/full", much, "cannot write /dev/full: no space left on device")
	f("/dev/full", says("little"), "cannot write /dev/full: no space left on device")
}
