package packet

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"botnetdetect/capture"
)

// sharedData returns the folder of real captures, or skips the test.
func sharedData(t testing.TB) string {
	dir := os.Getenv("BOTNETDETECT_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared")
	}
	dir = filepath.Join(dir, "data")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no captures to compare on: %v (set BOTNETDETECT_SHARED)", err)
	}
	return dir
}

// captures lists the files under dir/sub that begin as a capture does.
func captures(t testing.TB, dir, sub string) (paths []string) {
	err := filepath.WalkDir(filepath.Join(dir, sub), func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// eachFrame calls yield for each frame of a capture, as far as it can be read.
func eachFrame(path string, yield func(*capture.Frame)) error {
	r, err := capture.Open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	for {
		var f capture.Frame
		if err := r.Next(&f); err != nil {
			if err == io.EOF {
				return nil
			}
			return err
		}
		yield(&f)
	}
}

// seen is what tshark says of one frame.
type seen struct {
	name, src, dst string
	answers        []string
}

// witness returns what tshark says of each frame of a capture. Its output is
// kept in the temporary folder, since tshark takes a second a file to start.
func witness(t testing.TB, root, path string) []seen {
	rel, _ := filepath.Rel(root, path)
	kept := filepath.Join(os.TempDir(), "botnetdetect-tshark", strings.ReplaceAll(rel, string(filepath.Separator), "@")+".tsv")
	text, err := os.ReadFile(kept)
	if err != nil {
		text = runTshark(t, path)
		if os.MkdirAll(filepath.Dir(kept), 0o755) == nil {
			_ = os.WriteFile(kept, text, 0o644)
		}
	}
	return parseWitness(string(text))
}

func runTshark(t testing.TB, path string) []byte {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark is not installed: names are not compared with it")
	}
	args := []string{"-n", "-r", path, "-T", "fields"}
	for _, f := range []string{"frame.number", "_ws.col.Protocol", "_ws.col.Source", "_ws.col.Destination", "dns.a", "dns.aaaa"} {
		args = append(args, "-e", f)
	}
	out, err := exec.Command("tshark", args...).Output()
	if err != nil && len(out) == 0 {
		t.Logf("tshark cannot read %s: %v", path, err)
	}
	return out
}

func parseWitness(text string) (all []seen) {
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		n, err := strconv.Atoi(f[0])
		if err != nil || len(f) < 6 || n != len(all)+1 {
			continue
		}
		s := seen{name: strings.ReplaceAll(f[1], " ", "_"), src: f[2], dst: f[3]}
		for _, a := range strings.Split(f[4]+","+f[5], ",") {
			if a != "" && s.name == "DNS" { // in mDNS and LLMNR hosts announce themselves
				s.answers = append(s.answers, a)
			}
		}
		all = append(all, s)
	}
	return all
}

func (s seen) String() string { return fmt.Sprintf("%s > %s %s", s.src, s.dst, s.name) }
