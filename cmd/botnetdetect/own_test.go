package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"botnetdetect/capture"
	"botnetdetect/detect"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/packet"
	"botnetdetect/protocol"
	"botnetdetect/synthetic"
)

// own is traffic of people who are no bots, judged by the command with --features behaviour.
type own struct {
	kind  synthetic.Kind
	hosts int
	names bool // the captures have the DNS traffic
}

// judged returns how many flows and hosts there are by verdict.
func (o own) judged(t *testing.T) (flows, hosts map[string]int) {
	t.Helper()
	folder := t.TempDir()
	for seed := range o.hosts {
		path := filepath.Join(folder, fmt.Sprintf("%03d.pcap", seed))
		if err := os.WriteFile(path, o.capture(t, uint64(seed)), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return verdicts(t, "--features", "behaviour", "--output", "stdout", "--format", "jsonl", folder),
		verdicts(t, "predict", "--hosts", "--output", "stdout", folder)
}

func (o own) capture(t *testing.T, seed uint64) []byte {
	t.Helper()
	h, err := synthetic.New(seed, synthetic.Options{Kind: o.kind, Frames: 12_000})
	if err != nil {
		t.Fatal(err)
	}
	namer := packet.NewNamer()
	var frames []capture.Frame
	for f := range h.Frames() {
		var p packet.Packet
		packet.Decode(&f, &p)
		if namer.Name(&p); !o.names && p.Protocol == protocol.DNS {
			continue
		}
		f.Data = slices.Clone(f.Data)
		frames = append(frames, f)
	}
	return pcaptest.Pcap(frames...)
}

// verdicts runs the command and counts its lines by verdict.
func verdicts(t *testing.T, args ...string) map[string]int {
	t.Helper()
	t.Chdir(t.TempDir()) // where no model is kept
	var out, errs bytes.Buffer
	if status := run(t.Context(), args, streams{in: strings.NewReader(""), out: &out, err: &errs}); status != exitDone {
		t.Fatalf("status %d: %s", status, &errs)
	}
	n := make(map[string]int)
	for line := range strings.Lines(out.String()) {
		var v struct{ Verdict string }
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		n[v.Verdict]++
	}
	return n
}

// TestOwnBrowsing: browsing is no botnet traffic, and nobody a bot for it, also where the captures lack the names.
func TestOwnBrowsing(t *testing.T) {
	for _, names := range []bool{true, false} {
		flows, hosts := own{synthetic.Browser, 20, names}.judged(t)
		t.Logf("names in the captures: %v; flows %v, hosts %v", names, flows, hosts)
		if flows["Botnet"] != 0 || flows["Benign"] == 0 || hosts[string(detect.HostBotnet)] != 0 {
			t.Errorf("names in the captures: %v; flows %v, hosts %v", names, flows, hosts)
		}
	}
}

// mostClients is how many of these made-up BitTorrent clients are called bots, and no more may be: their DHT looks like a
// botnet to the model, though it learned from others of their kind. It is to be lowered whenever a model does better. (The client in examples/ is Benign: see
// testdata/script/hosts.txtar.)
const mostClients = 13

// TestOwnBitTorrent: nor should file sharing be.
func TestOwnBitTorrent(t *testing.T) {
	flows, hosts := own{synthetic.Client, 30, true}.judged(t)
	t.Logf("flows %v, hosts %v", flows, hosts)
	if n := hosts[string(detect.HostBotnet)]; n > mostClients || hosts[string(detect.HostBenign)] == 0 {
		t.Errorf("%d hosts that share files are called bots, more than %d: %v", n, mostClients, hosts)
	}
}
