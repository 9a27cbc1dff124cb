// Command day measures whether watching takes more and more memory: it plays made-up traffic
// of some hours, with so many new flows an hour, through the engine as fast as it can, and
// prints, for each hour, what windows and the process take.
//
//	go run ./bench/live/day -hours 24 -flows 1000000
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"time"

	"botnetdetect/capture"
	"botnetdetect/feature"
	"botnetdetect/internal/memory"
	"botnetdetect/live"
	"botnetdetect/model"
	"botnetdetect/protocol"
)

func main() {
	d := day{memory: memory.Default}
	flag.IntVar(&d.hours, "hours", 24, "hours of traffic")
	flag.IntVar(&d.flows, "flows", 1_000_000, "new flows an hour")
	flag.DurationVar(&d.slide, "slide", time.Minute, "how far the short window slides; judging it whole takes much of the time")
	flag.IntVar(&d.bots, "bots", hosts, fmt.Sprintf("how many of the %d hosts are bots", hosts))
	flag.StringVar(&d.mode, "features", string(feature.Behavioural), "which built-in model judges: behaviour or aware")
	flag.StringVar(&d.profiles, "profiles", "", "folder for a heap profile of each hour, and one of the processor, for go tool pprof")
	flag.Func("memory", "the ceiling, as of the command (default 2GiB)", d.memory.Set)
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := d.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "day:", err)
		os.Exit(1)
	}
}

// day is what is to be played.
type day struct {
	hours, flows int // flows an hour
	bots         int // hosts that are bots
	slide        time.Duration
	mode         string
	profiles     string
	memory       memory.Limit
}

func (d *day) run(ctx context.Context) error {
	m, err := model.Default(feature.Mode(d.mode))
	if err != nil {
		return err
	}
	captures, done := d.memory.Keep()
	defer done()
	config := live.Config{Vocabulary: protocol.NewVocabulary(), Name: "made up", Slide: d.slide, Memory: captures * 2 / 3} // as the command does
	e, err := live.New(config, live.Judge{Model: m, Origin: "built in"})
	if err != nil {
		return err
	}
	end, err := d.profile()
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, end)() // what is judged at the end is not in it
	defer end()
	fmt.Println("hour  flows in windows  windows MB  heap MB  resident MB  peak MB  evicted  alerts   took  processor")
	e.Subscribe(live.Handler{Slide: d.hourly(e)})
	s := &source{bots: uint32(d.bots), gap: int64(time.Hour) / int64(d.flows), until: int64(d.hours)*int64(time.Hour) + int64(time.Minute)} // so that watching goes on when the last line is written
	return e.Run(ctx, s)
}

// hourly returns what prints a line each hour.
func (d *day) hourly(e *live.Engine) func(*live.Slide) {
	begun, slides, hour := time.Now(), 0, int(time.Hour/d.slide)
	return func(*live.Slide) {
		if slides++; slides%hour != 0 {
			return
		}
		st, peak := e.Stats(), status("VmHWM:")
		heap, resident := settled()
		fmt.Printf("%4d  %16d  %10.1f  %7.1f  %11.1f  %7.1f  %7d  %6d  %5.0fs  %8.0fs\n", slides/hour, st.Flows, float64(st.Memory)/1e6,
			heap, resident, peak, st.Evicted, st.Active, time.Since(begun).Seconds(), processor().Seconds())
		d.dump(slides / hour)
	}
}

// settled returns what is in use of the heap, and the process's resident memory, in MB, once garbage has been given back.
func settled() (heap, resident float64) {
	runtime.GC()
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / 1e6, status("VmRSS:")
}

// profile begins a profile of the processor, if profiles are wanted.
func (d *day) profile() (end func(), err error) {
	if d.profiles == "" {
		return func() {}, nil
	}
	f, err := os.Create(filepath.Join(d.profiles, "processor.pprof"))
	if err != nil {
		return nil, err
	}
	return func() {
		pprof.StopCPUProfile()
		_ = f.Close()
	}, pprof.StartCPUProfile(f)
}

// dump writes a profile of the heap, if profiles are wanted.
func (d *day) dump(hour int) {
	if d.profiles == "" {
		return
	}
	f, err := os.Create(filepath.Join(d.profiles, fmt.Sprintf("hour%02d.pprof", hour)))
	if err == nil {
		err = errors.Join(pprof.WriteHeapProfile(f), f.Close())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "day:", err)
	}
}

// processor returns the time that the process has used processors for; 0 if the kernel does not say.
func processor() time.Duration {
	text, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	var user, system int64 // in 1/100 s: proc(5)
	_, _ = fmt.Sscan(strings.Join(fields[11:13], " "), &user, &system)
	return time.Duration(user+system) * time.Second / 100
}

// status returns what the kernel says of the process under a name, in MB; 0 if it does not.
func status(name string) float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), name)
	var kB float64
	_, _ = fmt.Sscan(rest, &kB)
	return kB / 1e3
}

// hosts is how many hosts there are at home.
const hosts = 5000

// source makes up a flow of three packets each gap: request, answer, and a last word some
// seconds later. Bots have peers all over the world and say little to each; the peers of others are in one
// network, to which they say more, and more to one than to another.
type source struct {
	bots   uint32
	gap    int64 // ns
	until  int64
	now    int64
	number uint32
	later  []pending
	frame  [86]byte
	seq    int64
}

type pending struct {
	at     int64
	number uint32
}

const epoch = 1_700_000_000 * int64(time.Second)

func (s *source) Lanes() []live.Lane        { return []live.Lane{s} }
func (s *source) OwnClock() bool            { return true }
func (s *source) Counts() live.SourceCounts { return live.SourceCounts{} }

// Next is that of a lane.
func (s *source) Next(f *capture.Frame) error {
	switch {
	case len(s.later) > 0 && s.later[0].at <= s.now:
		s.fill(f, s.later[0].at, s.later[0].number, s.later[0].number&1 == 0)
		s.later = s.later[1:]
	case s.now >= s.until:
		return io.EOF
	default:
		s.number++
		s.fill(f, s.now, s.number, false)
		s.later = append(s.later, pending{s.now + int64(3*time.Second), s.number})
		s.now += s.gap
	}
	return nil
}

// fill makes the frame of a flow's packet: UDP between a host at home and one outside.
func (s *source) fill(f *capture.Frame, at int64, number uint32, back bool) {
	b := s.frame[:]
	copy(b, []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 72})
	b[22], b[23] = 64, 17
	home, outside := b[26:30], b[30:34]
	if back {
		home, outside = outside, home
	}
	host, peer, more := number%hosts, number*2654435761>>4, uint32(0)
	if host >= s.bots {
		peer, more = host<<16|peer&0xffff, 900+peer%500
	}
	binary.BigEndian.PutUint32(home, 10<<24|host)
	binary.BigEndian.PutUint32(outside, 32<<24+peer)
	binary.BigEndian.PutUint32(b[34:], 40000<<16|40001)
	binary.BigEndian.PutUint16(b[16:], uint16(72+more))
	binary.BigEndian.PutUint16(b[38:], uint16(52+more))
	s.seq++
	*f = capture.Frame{Time: epoch + at, Seq: s.seq, Length: uint32(len(b)) + more, Link: capture.LinkEthernet, Data: b}
}
