package dataset

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// emptyCapture is a pcap file's header: no packets, but a capture.
const emptyCapture = "\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\x00\x00\x01\x00\x00\x00"

// tree makes files below a new folder, which becomes the working directory: captures,
// and whatever ends in .txt.
func tree(t *testing.T, paths ...string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, path := range paths {
		content := emptyCapture
		if filepath.Ext(path) == ".txt" {
			content = "text"
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func link(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Skip(err)
	}
}

// scanned fails unless inputs give these captures and problems, each by a part of it.
func scanned(t *testing.T, inputs, captures, problems []string) {
	t.Helper()
	got, errs := Scan(inputs)
	if d := cmp.Diff(captures, got); d != "" {
		t.Errorf("%q (-want +got):\n%s", inputs, d)
	}
	if len(errs) != len(problems) {
		t.Errorf("%q: problems %q, want %q", inputs, errs, problems)
		return
	}
	for i, want := range problems {
		if !strings.Contains(errs[i].Error(), want) {
			t.Errorf("%q: problem %q, want one with %q", inputs, errs[i], want)
		}
	}
}

func TestScan(t *testing.T) {
	tree(t, "d/b.pcap", "d/a/x", "d/read.txt", "d/.hidden", "none/read.txt")
	f := func(inputs, captures []string, problems ...string) {
		t.Helper()
		scanned(t, inputs, captures, problems)
	}
	f([]string{"d"}, []string{"d/.hidden", "d/a/x", "d/b.pcap"})
	f([]string{"./d//"}, []string{"d/.hidden", "d/a/x", "d/b.pcap"})
	f([]string{"."}, []string{"d/.hidden", "d/a/x", "d/b.pcap"})
	f([]string{"no", "-", "d/read.txt"}, []string{"-", "d/read.txt"}, "cannot find input: stat no")
	f([]string{"none"}, nil, "no capture (pcap or pcapng, maybe compressed) in folder none")
}

func TestScanFollowsInputThatIsLink(t *testing.T) {
	tree(t, "real/Botnet/x/a.pcap", "elsewhere/b.pcap")
	link(t, "real", "data")
	link(t, "../elsewhere", "real/inside")
	link(t, ".", "here")
	f := func(input string, captures ...string) {
		t.Helper()
		scanned(t, []string{input}, captures, nil)
	}
	f("data", "data/Botnet/x/a.pcap") // not what real/inside links to
	f("data/", "data/Botnet/x/a.pcap")
	f("data/inside", "data/inside/b.pcap")
	f("here", "here/elsewhere/b.pcap", "here/real/Botnet/x/a.pcap")
}

func TestScanUsesCaptureOnce(t *testing.T) {
	tree(t, "d/e/a.pcap", "d/e/b.pcap", "d/c.pcap")
	link(t, "d/e", "again")
	link(t, "e/a.pcap", "d/z.pcap")
	if err := os.Link("d/c.pcap", "hard.pcap"); err != nil {
		t.Skip(err)
	}
	abs, err := filepath.Abs("d/c.pcap")
	if err != nil {
		t.Fatal(err)
	}
	f := func(inputs []string, captures ...string) {
		t.Helper()
		scanned(t, inputs, captures, nil)
	}
	f([]string{"./d/c.pcap", "d/c.pcap", abs, "hard.pcap"}, "./d/c.pcap")
	f([]string{"d"}, "d/c.pcap", "d/e/a.pcap", "d/e/b.pcap")
	f([]string{"d/e/b.pcap", "d", "d/e", "again"}, "d/e/b.pcap", "d/c.pcap", "d/e/a.pcap")
	f([]string{"again", "d/e"}, "again/a.pcap", "again/b.pcap")
	f([]string{"d/z.pcap", "d/e/a.pcap"}, "d/z.pcap")
	f([]string{"-", "-"}, "-")
}
