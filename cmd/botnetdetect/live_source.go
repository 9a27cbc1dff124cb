package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"

	"botnetdetect/capture"
	"botnetdetect/filter"
	"botnetdetect/internal/memory"
	"botnetdetect/live"
	"botnetdetect/nic"

	"github.com/spf13/pflag"
)

// origin says where live's frames come from.
type origin struct {
	stdin       bool
	iface       string
	replay      string
	speed       string
	promiscuous bool
	ring        ringSize
	filter      string
}

// ringSize is the value of --ring, in bytes.
type ringSize = memory.Limit

const defaultRing ringSize = 64 << 20

func (o *origin) flags(f *pflag.FlagSet) {
	f.StringVarP(&o.iface, "interface", "i", "", "watch the interface `NAME` (Linux; needs CAP_NET_RAW)")
	f.StringVar(&o.replay, "replay", "", "play the capture `FILE` by its own clock")
	f.StringVar(&o.speed, "speed", "full", "of a replay: full, own, or so many times its own, such as 10")
	f.BoolVarP(&o.promiscuous, "promiscuous", "p", false, "see frames to other stations too, as on a mirror port")
	f.StringVar(&o.filter, "filter", "", "look only at what `FILTER` wants, such as 'not port 22', or at what the output of tcpdump -ddd does, from @FILE too")
	o.ring = defaultRing
	f.Var(&o.ring, "ring", "let the kernel hold `SIZE` of packets while this program is busy")
}

// ways counts how many things there are to watch.
func (o *origin) ways() (n int) {
	for _, given := range []bool{o.stdin, o.iface != "", o.replay != ""} {
		if given {
			n++
		}
	}
	return n
}

func (o *origin) check() error {
	if o.ways() != 1 {
		return usage("live watches one thing: -i INTERFACE, --replay FILE, or - for standard input")
	}
	if name, isFile := strings.CutPrefix(o.filter, "@"); isFile {
		text, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("cannot read filter: %w", err)
		}
		o.filter = string(text)
	}
	if o.filter != "" {
		if _, err := filter.Parse(o.filter, filter.Ethernet); err != nil {
			return usage("--filter: %v", err)
		}
	}
	_, err := o.pace()
	return err
}

// name is what stands as the capture of verdicts.
func (o *origin) name() string { return cmp.Or(o.iface, o.replay, "-") }

// pace returns how many seconds of the capture a replay plays in a second; 0 is as many
// as can be.
func (o *origin) pace() (float64, error) {
	switch o.speed {
	case "full":
		return 0, nil
	case "own":
		return 1, nil
	}
	x, err := strconv.ParseFloat(strings.TrimSuffix(o.speed, "x"), 64)
	if err != nil || !(x > 0 && x <= 1e9) {
		return 0, usage("--speed %s: want full, own, or a number of times its own, such as 10", o.speed)
	}
	return x, nil
}

// open opens what is to be watched.
func (w *watching) open(ctx context.Context) (s live.Source, err error) {
	if w.from.iface != "" {
		return w.openInterface()
	}
	if w.from.replay != "" {
		s, err = w.openReplay()
	} else {
		s, err = w.openStream(ctx)
	}
	if err != nil || w.from.filter == "" {
		return s, err
	}
	return live.NewFiltered(s, w.from.filter)
}

func (w *watching) openStream(ctx context.Context) (live.Source, error) {
	r, err := capture.NewReader(newInterruptible(ctx, w.std.in))
	if err != nil {
		return nil, fmt.Errorf("standard input: %w", err)
	}
	s := live.NewStream(r)
	w.release = append(w.release, s.Close)
	return s, nil
}

func (w *watching) openInterface() (live.Source, error) {
	lanes := w.cores
	if lanes == 0 {
		lanes = runtime.GOMAXPROCS(0)
	}
	in, err := nic.Open(w.from.iface, nic.Options{Lanes: lanes, Promiscuous: w.from.promiscuous, RingBytes: int(w.from.ring), Filter: w.from.filter})
	if err != nil {
		return nil, err
	}
	w.release = append(w.release, in.Close)
	return live.NewInterface(in), nil
}

func (w *watching) openReplay() (live.Source, error) {
	r, err := capture.Open(w.from.replay)
	if err != nil {
		return nil, fmt.Errorf("capture %s: %w", w.from.replay, err)
	}
	w.release = append(w.release, func() { r.Close() })
	speed, err := w.from.pace()
	return live.NewReplay(r, speed), err
}
