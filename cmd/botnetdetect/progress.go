package main

import (
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows how far the reading of captures is, on a terminal only.
type progress struct {
	read     atomic.Int64 // bytes, by whoever reads
	captures atomic.Int64
	total    int
	bar      *progressbar.ProgressBar // nil if nobody watches
	quit     chan struct{}
	done     chan struct{}
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

func (c *common) startProgress(paths []string) *progress {
	p := &progress{total: len(paths)}
	f, ok := c.std.err.(*os.File)
	if c.quiet || !ok || !isTerminal(f) {
		return p
	}
	p.bar = progressbar.NewOptions64(totalSize(paths),
		progressbar.OptionSetWriter(f),
		progressbar.OptionShowBytes(true),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionFullWidth(),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionThrottle(100*time.Millisecond),
	)
	p.quit, p.done = make(chan struct{}), make(chan struct{})
	go p.show()
	return p
}

// totalSize returns the bytes to read, or -1 if that is not known.
func totalSize(paths []string) (total int64) {
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() {
			return -1
		}
		total += info.Size()
	}
	return total
}

func (p *progress) show() {
	defer close(p.done)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-p.quit:
			return
		case <-tick.C:
			p.bar.Describe(fmt.Sprintf("capture %d of %d", min(p.captures.Load()+1, int64(p.total)), p.total))
			p.bar.Set64(p.read.Load()) // fails only past the total, when a capture grows
		}
	}
}

// captured notes that one capture is done.
func (p *progress) captured() { p.captures.Add(1) }

// pause clears the bar's line for a message; the bar comes back at the next tick.
func (p *progress) pause() {
	if p.bar != nil {
		p.bar.Clear()
	}
}

func (p *progress) stop() {
	if p.bar == nil {
		return
	}
	close(p.quit)
	<-p.done
	p.bar.Clear()
}
