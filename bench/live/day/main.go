// Command day measures whether watching takes more and more memory: it plays made-up traffic
// of some hours, with so many new flows an hour, through the engine as fast as it can, and
// prints, for each hour, what windows and the process take.
//
//	go run ./bench/live/day -hours 24 -flows 1000000
package main

import (
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
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
	hours := flag.Int("hours", 24, "hours of traffic")
	flows := flag.Int("flows", 1_000_000, "new flows an hour")
	slide := flag.Duration("slide", time.Minute, "how far the short window slides; judging it whole takes most of the time")
	mode := flag.String("features", string(feature.Behavioural), "which built-in model judges: behaviour or aware")
	ceiling := memory.Default
	flag.Func("memory", "the ceiling, as of the command (default 2GiB)", ceiling.Set)
	flag.Parse()
	m, err := model.Default(feature.Mode(*mode))
	if err == nil {
		captures, done := ceiling.Keep()
		err = run(m, captures*2/3, *hours, *flows, *slide) // of captures, as the command does
		done()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "day:", err)
		os.Exit(1)
	}
}

func run(m *model.Model, windows int64, hours, flows int, slide time.Duration) error {
	e, err := live.New(live.Config{Vocabulary: protocol.NewVocabulary(), Name: "made up", Slide: slide, Memory: windows}, live.Judge{Model: m, Origin: "built in"})
	if err != nil {
		return err
	}
	s := &source{random: rand.New(rand.NewPCG(1, 2)), gap: int64(time.Hour) / int64(flows), until: int64(hours) * int64(time.Hour)}
	fmt.Println("hour  flows in windows  windows MB  resident MB  peak MB  evicted  alerts  took")
	begun := time.Now()
	slides := 0
	e.Subscribe(live.Handler{Slide: func(*live.Slide) {
		slides++
		if hour := int(time.Hour / slide); slides%hour == 0 {
			st := e.Stats()
			peak := status("VmHWM:")
			fmt.Printf("%4d  %16d  %10.1f  %11.1f  %7.1f  %7d  %6d  %v\n", slides/hour, st.Flows, float64(st.Memory)/1e6, resident(), peak, st.Evicted, st.Active, time.Since(begun).Round(time.Second))
		}
	}})
	return e.Run(context.Background(), s)
}

// resident returns the process's resident memory in MB, after garbage has been given back.
func resident() float64 {
	runtime.GC()
	debug.FreeOSMemory()
	return status("VmRSS:")
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

// source makes up a flow of three packets each gap: request, answer, and a last word some
// seconds later.
type source struct {
	random *rand.Rand
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
	binary.BigEndian.PutUint32(home, 10<<24|number%5000)
	binary.BigEndian.PutUint32(outside, 32<<24+number*2654435761>>4)
	binary.BigEndian.PutUint32(b[34:], 40000<<16|40001)
	b[39] = 52
	s.seq++
	*f = capture.Frame{Time: epoch + at, Seq: s.seq, Length: uint32(len(b)), Link: capture.LinkEthernet, Data: b}
}
