package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"botnetdetect/capture"
)

// TestWrite wants a capture for each host, in its folder, and labels of all of them.
func TestWrite(t *testing.T) {
	folder := t.TempDir()
	var stderr strings.Builder
	if code := run([]string{"-n", "10", "-client", "1", "-frames", "500", "-o", folder}, &stderr); code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	labels, err := os.ReadFile(filepath.Join(folder, "PAIR_LABELS.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join(folder, "*", "*", "*.pcap"))
	if err != nil || len(paths) != 11 {
		t.Fatalf("captures %v, %v", paths, err)
	}
	for _, path := range paths {
		if ok, err := capture.IsCapture(path); !ok || err != nil {
			t.Errorf("%s is no capture: %v", path, err)
		}
		name, _ := filepath.Rel(folder, path)
		if !strings.Contains(string(labels), "\n"+filepath.ToSlash(name)+"\t") {
			t.Errorf("%s has no labels", name)
		}
	}
	for _, want := range []string{"Botnet/synthetic_gossip/000.pcap", "Botnet/synthetic_gossip/009.pcap", "Benign/synthetic_client/010.pcap"} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("%s is not told of in %s", want, stderr.String())
		}
	}
}

// TestHonestDesigns: what is no bot is not written as one.
func TestHonestDesigns(t *testing.T) {
	for _, kind := range []string{"client", "browser"} {
		folder := t.TempDir()
		if code := run([]string{"-n", "1", "-kind", kind, "-frames", "50", "-o", folder}, io.Discard); code != 0 {
			t.Fatalf("exit code %d", code)
		}
		if _, err := os.Stat(filepath.Join(folder, "Benign", "synthetic_"+kind, "000.pcap")); err != nil {
			t.Error(err)
		}
	}
}

func TestArguments(t *testing.T) {
	f := func(want string, args ...string) {
		t.Helper()
		var stderr strings.Builder
		if code := run(args, &stderr); code != 2 || !strings.Contains(stderr.String(), want) {
			t.Errorf("%q: code %d, %q", args, code, stderr.String())
		}
	}
	f("no folder to write to")
	f(`unexpected argument "x"`, "-o", t.TempDir(), "x")
	f("so many captures", "-n", "-1", "-o", t.TempDir())
	f("unknown kind", "-kind", "storm", "-o", t.TempDir())
	f("cannot make -1 frames", "-frames", "-1", "-o", t.TempDir())
	if code := run([]string{"-o", "/dev/null/x"}, io.Discard); code != 1 {
		t.Errorf("a folder that cannot be: code %d", code)
	}
}
