package main

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"botnetdetect/internal/pcaptest"
	"botnetdetect/internal/terminal"
)

func TestStatus(t *testing.T) {
	ctx, cancelled := context.Background(), func() context.Context {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		return ctx
	}()
	capture := pcaptest.WriteFile(t, "a.pcap", pcaptest.Pcap(pcaptest.UDPFlow("10.0.0.1:1", "10.0.0.2:2").Send(0, 100).Frames...))
	f := func(ctx context.Context, want int, wantErr string, args ...string) {
		t.Helper()
		t.Chdir(t.TempDir())
		var out, errs bytes.Buffer
		got := run(ctx, args, streams{in: strings.NewReader(""), out: &out, err: &errs})
		if got != want || !strings.Contains(errs.String(), wantErr) {
			t.Errorf("%v: status %d, want %d; it said %q, want %q", args, got, want, &errs, wantErr)
		}
	}
	f(ctx, exitDone, "", "--output", "stdout", capture)
	f(ctx, exitDone, "", "--fail-on-botnet", "--threshold", "1", "--output", "stdout", capture)
	f(ctx, exitBotnet, "", "--fail-on-botnet", "--threshold", "0", "--output", "stdout", capture)
	f(ctx, exitFailed, "cannot find input", "--output", "stdout", "no-such", capture)
	f(ctx, exitFailed, "not a packet capture", "--output", "stdout", "/dev/null")
	f(ctx, exitUsage, "unknown flag", "--frobnicate")
	f(ctx, exitUsage, "no inputs", "predict")
	f(ctx, exitUsage, "choose one mode", "--train", "--predict")
	f(cancelled, exitFailed, "interrupted", "--output", "stdout", capture)
}

// Ctrl-C ends a capture on standard input, and what was read is judged.
func TestInterruptedStream(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx, cancel := context.WithCancel(context.Background())
	in, tcpdump := io.Pipe()
	go func() {
		tcpdump.Write(pcaptest.Pcap(pcaptest.UDPFlow("10.0.0.1:1", "10.0.0.2:2").Send(0, 100).Frames...))
		tcpdump.Write([]byte{0}) // is taken once the frame before has been
		cancel()                 // and tcpdump says nothing more, nor closes
	}()
	var out, errs bytes.Buffer
	if got := run(ctx, []string{"-"}, streams{in: in, out: &out, err: &errs}); got != exitFailed {
		t.Errorf("status %d; it said %q", got, &errs)
	}
	if want := "10.0.0.1\t10.0.0.2\t"; !strings.HasPrefix(out.String(), want) {
		t.Errorf("printed %q, want %q", &out, want)
	}
}

func TestModeToVerb(t *testing.T) {
	f := func(args, want string) {
		t.Helper()
		got, err := modeToVerb(strings.Fields(args))
		if err != nil || !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("%s: %v, %v; want %s", args, got, err, want)
		}
	}
	f("a.pcap", "a.pcap")
	f("--train --split 0.7 d/", "train --split 0.7 d/")
	f("--csv d/ --dump", "dump --csv d/")
	f("--train --train d/", "train d/")
	f("train d/", "train d/")
	f("-- --train", "-- --train")
	f("--dump -- --train", "dump -- --train")
}

func TestLiveToSensor(t *testing.T) {
	f := func(args, want string) {
		t.Helper()
		if got := liveToSensor(strings.Fields(args)); !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("%s: %v; want %s", args, got, want)
		}
	}
	f("", "")
	f("live -i eth0", "live -i eth0")
	f("live --nats nats://a --into j --site s -i eth0", "sensor --nats nats://a --into j --site s -i eth0")
	f("live --into j --nats=nats://a -", "sensor --into j --nats=nats://a -")
	f("live -- --nats", "live -- --nats")
	f("predict --nats", "predict --nats")
}

func TestChoiceHasBothLabels(t *testing.T) {
	for seed := range uint64(50) {
		order, botnet := random(seed, 200), make([]bool, 200)
		botnet[7] = true // one botnet capture of many
		bothFirst(order, botnet)
		if botnet[order[0]] == botnet[order[1]] {
			t.Errorf("seed %d: the first two captures have one label", seed)
		}
		slices.Sort(order)
		if !slices.Equal(order, slices.Sorted(slices.Values(random(0, 200)))) {
			t.Errorf("seed %d: the order lost a capture", seed)
		}
	}
}

func TestHostileNamesStayText(t *testing.T) {
	if got := terminal.Printable("a\x1b[31m\nb\u009b"); strings.ContainsAny(got, "\x1b\n\u009b") {
		t.Errorf("%q still moves the cursor", got)
	}
}
