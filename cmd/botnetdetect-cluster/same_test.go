package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"botnetdetect/capture"
	"botnetdetect/internal/pcaptest"
)

// programs are those that users run, built.
type programs struct {
	t      *testing.T
	folder string
}

func build(t *testing.T, packages ...string) programs {
	t.Helper()
	if testing.Short() {
		t.Skip("builds programs, and has them judge many captures")
	}
	p := programs{t, t.TempDir()}
	build := exec.Command("go", append([]string{"build", "-o", p.folder + string(filepath.Separator)}, packages...)...)
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("cannot build: %v: %s", err, said)
	}
	return p
}

// run runs a program in the folder and returns its exit status.
func (p programs) run(name string, args ...string) int {
	p.t.Helper()
	cmd := exec.Command(filepath.Join(p.folder, name), args...)
	var said bytes.Buffer
	cmd.Dir, cmd.Stderr = p.folder, &said
	if err := cmd.Run(); cmd.ProcessState == nil {
		p.t.Fatalf("%s: %v", name, err)
	}
	if status := cmd.ProcessState.ExitCode(); status <= exitFailed {
		return status
	}
	p.t.Fatalf("%s %v: %v: %s", name, args, cmd.ProcessState, said.Bytes())
	return 0
}

// same checks that submit --local writes what predict writes, and comes to the same exit status.
func (p programs) same(ending string, inputs []string, flags ...string) {
	p.t.Helper()
	plain, many := filepath.Join(p.folder, "plain."+ending), filepath.Join(p.folder, "many."+ending)
	one := p.run("botnetdetect", append(append([]string{"predict", "-q", "--output", plain}, flags...), inputs...)...)
	two := p.run("botnetdetect-cluster", append(append([]string{"submit", "--local", "--output", many}, flags...), inputs...)...)
	about := fmt.Sprint(ending, flags)
	if one != two {
		p.t.Errorf("%s: predict's exit status is %d, submit's %d", about, one, two)
	}
	want, err := os.ReadFile(plain)
	if err != nil || len(want) == 0 {
		p.t.Fatalf("%s: predict wrote %d bytes, %v", about, len(want), err)
	}
	got, err := os.ReadFile(many)
	if err != nil || !bytes.Equal(got, want) {
		p.t.Errorf("%s: %d bytes of verdicts differ from the %d of predict, %v", about, len(got), len(want), err)
	}
	for _, path := range []string{plain, many} {
		if err := os.Remove(path); err != nil {
			p.t.Fatal(err)
		}
	}
}

const module = "../.."

// TestSameOnGenerated compares on made-up captures, of which one is large enough that all cores read it.
func TestSameOnGenerated(t *testing.T) {
	p := build(t, module+"/cmd/...", module+"/bench/capturegen")
	var paths []string
	for i, size := range []string{"20MB", "1MB", "300kB"} {
		path := filepath.Join(p.folder, fmt.Sprintf("%d.pcap", i))
		p.run("capturegen", "-seed", fmt.Sprint(i), "-size", size, "-pairs", "2000", "-o", path)
		paths = append(paths, path)
	}
	for _, flags := range [][]string{{"--features", "behaviour"}, {"--features", "reference"}, {"--csv"}} {
		for _, ending := range []string{"jsonl", "json", "csv", "txt"} {
			p.same(ending, paths, flags...)
		}
	}
}

// TestSameOnReal compares on real captures, botnets, benign ones and those that are damaged.
func TestSameOnReal(t *testing.T) {
	data, botnets := pcaptest.Shared(t, "data"), pcaptest.Shared(t, "data", "Botnet")
	p := build(t, module+"/cmd/...")
	for _, flags := range [][]string{{"--features", "behaviour"}, {"--features", "reference"}, {"--csv"}} {
		p.same("jsonl", []string{data}, flags...)
		for _, ending := range []string{"json", "csv", "txt"} {
			p.same(ending, []string{botnets}, flags...)
		}
	}
}

// TestSameOnOdd: a capture without IP packets, and of a host that speaks with itself.
func TestSameOnOdd(t *testing.T) {
	p := build(t, module+"/cmd/...")
	keep := func(name string, data []byte) string {
		path := filepath.Join(p.folder, name)
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	arp := pcaptest.FrameOf(capture.LinkEthernet, 0, pcaptest.Ethernet(0x0806, pcaptest.ARP("10.0.0.1", "10.0.0.2")))
	p.same("jsonl", []string{keep("arp.pcap", pcaptest.Pcap(arp))})
	itself := pcaptest.UDPFlow("127.0.0.1:7000", "127.0.0.1:7001").Send(0, 60)
	p.same("jsonl", []string{keep("itself.pcap", pcaptest.Pcap(pcaptest.Merge(itself)...))}, "--csv", "--threshold", "0")
}
