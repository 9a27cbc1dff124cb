package tshark

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"botnetdetect/packet"
	"botnetdetect/protocol"
)

func TestParseTime(t *testing.T) {
	f := func(s string, want int64, ok bool) {
		t.Helper()
		got, err := parseTime(s)
		if (err == nil) != ok || got != want {
			t.Errorf("%q: %d, %v; want %d", s, got, err, want)
		}
	}
	f("1700000000.123456789", 1700000000123456789, true)
	f("0.000000000", 0, true)
	f("5", 5e9, true)
	f("5.5", 55e8, true)
	f("-1.250000000", -125e7, true)
	f("1.1234567899", 1123456789, true)
	f("", 0, false)
	f("99999999999999.0", 0, false)
	f("1.x", 0, false)
	f("--1.0", 0, false)
}

func TestParse(t *testing.T) {
	r := Reader{Vocabulary: protocol.NewVocabulary()}
	var p packet.Packet
	line := "1.000000001\t342\t10.0.0.53\tfe80::1\tDNS\t1.2.3.4,5.6.7.8\t2001:db8::1"
	answers, err := r.parse(line, &p)
	if err != nil {
		t.Fatal(err)
	}
	if p.Time != 1e9+1 || p.Length != 342 || p.Src.String() != "10.0.0.53" || p.Dst.String() != "fe80::1" {
		t.Errorf("read %+v", p)
	}
	if name := r.Vocabulary.Name(p.Protocol); name != "DNS" {
		t.Errorf("protocol %q", name)
	}
	if len(answers) != 3 || answers[2].String() != "2001:db8::1" {
		t.Errorf("answers %v", answers)
	}
	if answers, err = r.parse("1.0\t60\t1.1.1.1\t2.2.2.2\tBT DHT\t1.2.3.4\t", &p); err != nil {
		t.Fatal(err)
	}
	if name := r.Vocabulary.Name(p.Protocol); name != "BT_DHT" || len(answers) != 0 {
		t.Errorf("protocol %q, answers %v", name, answers)
	}
	if answers, err = r.parse("1.0\t60\thost\t00:11:22:33:44:55\tUSB\t\t", &p); err != nil {
		t.Fatal(err)
	}
	if p.Src.Kind() != packet.None || p.Dst.Kind() != packet.MAC || len(answers) != 0 {
		t.Errorf("read %+v", p)
	}
	for _, odd := range []string{"1.0\t60", "x\t1\t\t\t\t\t", "1.0\t-1\t\t\t\t\t"} {
		if _, err := r.parse(odd, &p); err == nil {
			t.Errorf("%q was read", odd)
		}
	}
}

// script makes a stand-in for tshark that does what body says.
func script(t *testing.T, body string) *Reader {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tshark")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body), 0o700); err != nil {
		t.Fatal(err)
	}
	return &Reader{Vocabulary: protocol.NewVocabulary(), Command: path}
}

func TestReadKeepsWhatCameBeforeAnError(t *testing.T) {
	r := script(t, `printf '1.0\t60\t1.1.1.1\t2.2.2.2\tTCP\t\t\nodd line\n'; echo 'first' >&2; echo 'the file is cut short' >&2; exit 2`)
	packets := 0
	err := r.Read(context.Background(), "some.pcap", nil, func(*packet.Packet, []packet.Endpoint) { packets++ })
	if packets != 1 || r.OddLines != 1 {
		t.Errorf("%d packets, %d odd lines", packets, r.OddLines)
	}
	if err == nil || !strings.Contains(err.Error(), "the file is cut short") {
		t.Errorf("error is %v", err)
	}
}

func TestReadStopsWhenCancelled(t *testing.T) {
	r := script(t, `while :; do printf '1.0\t60\t1.1.1.1\t2.2.2.2\tTCP\t\t\n'; done`)
	ctx, cancel := context.WithCancel(context.Background())
	err := r.Read(ctx, "some.pcap", nil, func(*packet.Packet, []packet.Endpoint) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}

func TestNotInstalled(t *testing.T) {
	r := Reader{Vocabulary: protocol.NewVocabulary(), Command: "no-such-tshark"}
	if err := r.Read(context.Background(), "a", nil, nil); !errors.Is(err, ErrNotInstalled) {
		t.Errorf("error is %v", err)
	}
}
