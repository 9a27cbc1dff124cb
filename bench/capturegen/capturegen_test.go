package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"botnetdetect/capture"
)

var sample = config{seed: 1, size: 5e6, pairs: 1000, mean: 516, rate: 20_000, active: 64}

func generated(t testing.TB, c config) ([]byte, made) {
	t.Helper()
	var b bytes.Buffer
	w := bufio.NewWriter(&b)
	m, err := generate(c, w)
	if err := errors.Join(err, w.Flush()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), m
}

// TestPromises reads back what was made: size, pairs, mean length and rate as asked for, times
// in order, the frames the same in both formats.
func TestPromises(t *testing.T) {
	f := func(change func(*config), meanOff, sizeOff float64) {
		t.Helper()
		c := sample
		change(&c)
		file, m := generated(t, c)
		if int64(len(file)) != m.bytes {
			t.Errorf("%+v: %d bytes written, %d counted", c, len(file), m.bytes)
		}
		if off := float64(m.bytes)/float64(c.size) - 1; off < 0 || off > sizeOff {
			t.Errorf("%+v: %d bytes", c, m.bytes)
		}
		if off := math.Abs(m.meanFrame()/c.mean - 1); off > meanOff {
			t.Errorf("%+v: mean frame %.1f bytes", c, m.meanFrame())
		}
		check(t, c, file, m)
	}
	f(func(c *config) {}, 0.01, 0.01)
	f(func(c *config) { c.ng = true }, 0.01, 0.01)
	f(func(c *config) { c.seed = 2 }, 0.01, 0.01)
	f(func(c *config) { c.pairs = 1 }, 0.05, 0.01)
	f(func(c *config) { c.pairs = 7000; c.active = 1 }, 0.02, 0.02)
	f(func(c *config) { c.mean, c.pairs = 80, 40_000 }, 0.1, 0.01)
	f(func(c *config) { c.mean, c.pairs = 1000, 100 }, 0.05, 0.01)
	f(func(c *config) { c.size, c.pairs = 1, 100 }, 1, 1e6)
}

func check(t *testing.T, c config, file []byte, m made) {
	t.Helper()
	r, err := capture.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	pairs := map[string]bool{}
	var first, last int64
	var f capture.Frame
	for err = r.Next(&f); err == nil; err = r.Next(&f) {
		if first == 0 {
			first = f.Time
		}
		last = f.Time
		pairs[pairOf(f.Data)] = true
	}
	s := r.Stats()
	if err != io.EOF || s.Frames != m.frames || s.Backward+s.Cut+s.Clipped+s.BadTimes > 0 {
		t.Errorf("%+v: made %+v, read %+v, %v", c, m, s, err)
	}
	if int64(len(pairs)) != c.pairs || m.pairs != c.pairs {
		t.Errorf("%+v: %d pairs, %d counted", c, len(pairs), m.pairs)
	}
	if rate := float64(m.frames) / float64(last-first) * 1e9; m.frames > 1000 && math.Abs(rate/c.rate-1) > 0.15 {
		t.Errorf("%+v: %.0f packets a second", c, rate)
	}
}

// pairOf returns the two addresses, the lesser first.
func pairOf(frame []byte) string {
	a, b := frame[26:30], frame[30:34]
	if binary.BigEndian.Uint16(frame[12:]) == 0x86dd {
		a, b = frame[22:38], frame[38:54]
	}
	if bytes.Compare(a, b) > 0 {
		a, b = b, a
	}
	return string(a) + string(b)
}

// TestSeed wants the same bytes from the same seed and others from another, and the same frames in
// pcap and pcapng as far as the first reaches.
func TestSeed(t *testing.T) {
	one, _ := generated(t, sample)
	again, _ := generated(t, sample)
	if !bytes.Equal(one, again) {
		t.Error("the same seed gives other bytes")
	}
	other := sample
	other.seed = 2
	if two, _ := generated(t, other); bytes.Equal(one, two) {
		t.Error("another seed gives the same bytes")
	}
}

// TestWitness has tshark name the protocols and check the checksums.
func TestWitness(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed: the made capture is not cross-checked")
	}
	path := filepath.Join(t.TempDir(), "a.pcap")
	if code := run([]string{"-size", "3MB", "-pairs", "500", "-o", path}, io.Discard, io.Discard); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	out, err := exec.Command(tshark, "-n", "-r", path,
		"-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE",
		"-T", "fields", "-E", "separator=/t", "-e", "_ws.col.Protocol", "-e", "_ws.malformed",
		"-e", "ip.checksum.status", "-e", "tcp.checksum.status", "-e", "udp.checksum.status",
		"-e", "icmp.checksum.status", "-e", "icmpv6.checksum.status").Output()
	if err != nil {
		t.Fatal(err)
	}
	names, malformed := map[string]int{}, 0
	for line := range strings.Lines(string(out)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		names[fields[0]]++
		if fields[1] != "" {
			malformed++
		}
		for _, status := range fields[2:] {
			if strings.Contains(status, "0") {
				t.Fatalf("bad checksum: %q", line)
			}
		}
	}
	for _, name := range []string{"TCP", "UDP", "TLSv1.2", "HTTP", "QUIC", "DNS", "BT-DHT", "BitTorrent", "NTP", "ICMP"} {
		if names[name] == 0 {
			t.Errorf("no packet that tshark names %s: %v", name, names)
		}
	}
	if malformed > 5 {
		t.Errorf("%d malformed packets: random bytes are taken for something too often", malformed)
	}
}

func TestArguments(t *testing.T) {
	f := func(want string, args ...string) {
		t.Helper()
		var stderr strings.Builder
		if code := run(args, io.Discard, &stderr); code != 2 || !strings.Contains(stderr.String(), want) {
			t.Errorf("%q: code %d, %q", args, code, stderr.String())
		}
	}
	f(`cannot read size "12XB"`, "-size", "12XB")
	f(`cannot read size "MB"`, "-size", "MB")
	f("cannot make 0 pairs", "-pairs", "0")
	f("mean from 60 to 1500", "-mean", "20")
	f("packets a second", "-rate", "0")
	f("sessions going", "-active", "0")
	f(`unknown format "pcapn"`, "-format", "pcapn")
	f(`unexpected argument "a.pcap"`, "a.pcap")
	if code := run([]string{"-o", t.TempDir()}, io.Discard, io.Discard); code != 1 {
		t.Errorf("writing to a folder: code %d", code)
	}
}

func TestParseSize(t *testing.T) {
	f := func(s string, want int64) {
		t.Helper()
		if got, err := parseSize(s); got != want || err != nil {
			t.Errorf("%s: want %d, got %d, %v", s, want, got, err)
		}
	}
	f("300MB", 300e6)
	f("1.5GB", 1.5e9)
	f("64MiB", 64<<20)
	f("17", 17)
	f("0B", 0)
}

func BenchmarkGenerate(b *testing.B) {
	c := sample
	c.size, c.pairs, c.active = 100e6, 18_000, 512
	b.SetBytes(c.size)
	for b.Loop() {
		if _, err := generate(c, bufio.NewWriterSize(io.Discard, 1<<20)); err != nil {
			b.Fatal(err)
		}
	}
}
