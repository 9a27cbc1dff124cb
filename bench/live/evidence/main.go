// Command evidence measures how long it takes from the packet that completes the evidence
// against a bot, the first one to its eighth peer, to the alert, while so many flows of others
// are in the windows, and new ones come. It prints the median and the longest time, and how
// often windows slid meanwhile, and how long it takes to judge the last window when watching ends.
//
//	go run ./bench/live/evidence -flows 1000000 -for 130s
package main

import (
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"botnetdetect/capture"
	"botnetdetect/feature"
	"botnetdetect/live"
	"botnetdetect/model"
	"botnetdetect/packet"
	"botnetdetect/protocol"
)

func main() {
	flows := flag.Int("flows", 1_000_000, "flows in the windows before bots come; a 3,600th as many new ones come each second")
	length := flag.Duration("for", 130*time.Second, "how long bots come, one each two seconds")
	reload := flag.Duration("reload", 0, "read the model anew each such time; 0 is never")
	flag.Parse()
	if err := run(*flows, *length, *reload); err != nil {
		fmt.Fprintln(os.Stderr, "evidence:", err)
		os.Exit(1)
	}
}

func run(flows int, length, reload time.Duration) error {
	debug.SetGCPercent(25) // as the command sets it
	m, err := model.Default(feature.Behavioural)
	if err != nil {
		return err
	}
	judge := live.Judge{Model: m, Origin: "built in"}
	e, err := live.New(live.Config{Vocabulary: protocol.NewVocabulary(), Name: "made up", Memory: 2 << 30}, judge)
	if err != nil {
		return err
	}
	s := newSource(flows, length)
	took, slides, others := make(map[packet.Endpoint]time.Duration), 0, 0
	e.Subscribe(live.Handler{
		Alert: func(a *live.Alert) {
			if at, ok := s.asked(a.Host); ok && a.Change == live.Fresh {
				took[a.Host] = time.Since(at)
			} else if !ok {
				others++
			}
		},
		Slide: func(w *live.Slide) {
			slides++
			fmt.Fprintf(os.Stderr, "slide: %d flows in the short window, judged in %v\n", w.Flows, w.Took)
		},
	})
	ctx, stop := context.WithCancel(context.Background())
	if reload > 0 {
		go again(ctx, reload, func() error { return e.Reload(judge) })
	}
	err = e.Run(context.Background(), s)
	stop()
	if err != nil {
		return err
	}
	stopped := time.Since(s.ended)
	all := make([]time.Duration, 0, len(took))
	for _, d := range took {
		all = append(all, d)
	}
	slices.Sort(all)
	fmt.Printf("%d flows, %d slides: %d of %d bots alerted of, and %d times of others", flows, slides, len(all), s.complete(), others)
	if len(all) > 0 {
		fmt.Printf("; median %v, longest %v", all[len(all)/2].Round(time.Millisecond), all[len(all)-1].Round(time.Millisecond))
	}
	fmt.Printf("; stopped in %v\n", stopped.Round(10*time.Millisecond))
	return nil
}

// again does something each pause until ctx is done.
func again(ctx context.Context, pause time.Duration, do func() error) {
	beat := time.NewTicker(pause)
	defer beat.Stop()
	for {
		select {
		case <-beat.C:
			if err := do(); err != nil {
				fmt.Fprintln(os.Stderr, "evidence:", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

// frame makes a UDP frame from one address to another.
func frame(f *capture.Frame, b []byte, from, to uint32, at time.Time) {
	copy(b, []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45})
	binary.BigEndian.PutUint16(b[16:], uint16(len(b)-14))
	b[22], b[23] = 64, 17
	binary.BigEndian.PutUint32(b[26:], from)
	binary.BigEndian.PutUint32(b[30:], to)
	binary.BigEndian.PutUint32(b[34:], 40000<<16|40001)
	binary.BigEndian.PutUint16(b[38:], uint16(len(b)-34))
	*f = capture.Frame{Time: at.UnixNano(), Length: uint32(len(b)), Link: capture.LinkEthernet, Data: b}
}
