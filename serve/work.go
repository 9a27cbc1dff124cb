package serve

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"botnetdetect/allow"
	"botnetdetect/detect"
	"botnetdetect/feature"
	"botnetdetect/internal/safefile"
	"botnetdetect/live"
	"botnetdetect/observe"
	"botnetdetect/report"
)

// Worker is what judges captures in the process that Program starts.
type Worker struct {
	Detector detect.Detector
	Allow    []string // entries of Detector.Allow, to which a job adds
	About    report.About
	Limits   report.Limits
	Memory   int64 // bytes that flows may take before they go to disk
	Peers    int   // in botnet flows, that make a host Botnet; 0 is live.DefaultPeers
}

const progressEvery = 250 * time.Millisecond

// Work reads a job from in, does it, and writes what Program.Judge reads to out. It gives
// up when in ends: then nobody wants the outcome any more.
func (k Worker) Work(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lines := bufio.NewReader(in)
	text, err := lines.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("cannot read what to judge: %w", err)
	}
	var job Job
	if err := json.Unmarshal(text, &job); err != nil {
		return fmt.Errorf("cannot read what to judge: %w", err)
	}
	go func() {
		_, _ = io.Copy(io.Discard, lines)
		cancel()
	}()
	if k.Detector.Allow, err = allow.Parse(slices.Concat(k.Allow, job.Allow)); err != nil {
		return fmt.Errorf("the allow-list: %w", err)
	}
	say := &speaker{out: json.NewEncoder(out)}
	outcome, err := k.judge(ctx, job, say)
	if err != nil {
		return say.say(message{Error: err.Error()})
	}
	for i := range outcome.Sightings {
		_ = say.say(message{Host: &outcome.Sightings[i]}) // the outcome fails too, and is heard
	}
	return say.say(message{Outcome: &outcome})
}

// speaker writes messages from several goroutines, and keeps the first error.
type speaker struct {
	mu  sync.Mutex
	out *json.Encoder
	err error
}

func (s *speaker) say(m message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = s.out.Encode(m)
	}
	return s.err
}

func (k Worker) judge(ctx context.Context, job Job, say *speaker) (o Outcome, err error) {
	var read atomic.Int64
	done := make(chan struct{})
	var watcher sync.WaitGroup
	watcher.Go(func() { sayProgress(&read, say, done) })
	defer watcher.Wait()
	defer close(done)
	options := observe.Options{Vocabulary: k.Detector.Vocabulary, Behaviour: k.Detector.Model.Mode == feature.Behavioural, Read: &read, Memory: k.Memory, Temp: job.Temp}
	for seen := range observe.All(ctx, []string{job.Capture}, options) {
		seen.Path = job.Name
		if o, err = k.report(seen, job); err != nil {
			return o, err
		}
	}
	return o, ctx.Err()
}

func sayProgress(read *atomic.Int64, say *speaker, done <-chan struct{}) {
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			_ = say.say(message{Read: read.Load()}) // the next message fails too, and is heard
		}
	}
}

// report judges what was seen, writes the page and sums up the hosts.
func (k Worker) report(seen observe.Observation, job Job) (o Outcome, err error) {
	if seen.Err != nil && seen.Stats.Frames == 0 {
		return o, seen.Err
	}
	if seen.Stats.Frames == 0 {
		return o, errors.New("there are no packets in it")
	}
	facts := report.NewFacts(k.About, k.Detector, k.Limits)
	if err := facts.Add(seen); err != nil {
		return o, err
	}
	if err := safefile.Write(job.Page, facts.WriteHTML); err != nil {
		return o, fmt.Errorf("the report cannot be written: %w", errors.Unwrap(err))
	}
	t := newTally(cmp.Or(k.Peers, live.DefaultPeers))
	if err := t.judge(k.Detector, seen); err != nil {
		return o, err
	}
	sum := facts.Summary()
	o = Outcome{Packets: seen.Stats.Frames, Judged: sum.P2P, Botnet: sum.Botnet, Hosts: len(t.hosts)}
	if seen.Err != nil {
		o.Warning = seen.Err.Error()
	}
	o.Sightings, err = t.sightings(k.Detector, seen.Table)
	return o, err
}
