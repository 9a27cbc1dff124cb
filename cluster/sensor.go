package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"botnetdetect/flow"
	"botnetdetect/live"
	"botnetdetect/observe"
)

// Sensor is what one site does for a job of windows. Zero fields mean what they say.
type Sensor struct {
	Site   string      // as the job calls it
	Memory int64       // bytes that windows may take before flows go to disk; 0 is no ceiling
	Temp   string      // the folder that they then go to; "" is os.TempDir
	Say    func(error) // is told what went wrong; nil is nobody
}

// mostWaiting bounds windows that the servers have not taken yet: an hour of windows of ten minutes. What
// comes then is lost, and said.
const mostWaiting = 6

// Sense sums up what a source sees, window by window, and sends each window, with nothing of
// what packets carry, until ctx is done or the source ends. What does not
// reach the servers waits; it is sent whole or not at all.
func (f *Fleet) Sense(ctx context.Context, job Job, s Sensor, source live.Source) error {
	part := slices.Index(job.Windows.Sites, s.Site)
	if part < 0 {
		return fmt.Errorf("job %s has no site %.80q, but %v: name one of these", job.Name, s.Site, job.Windows.Sites)
	}
	lanes := source.Lanes()
	w := newWorker(f, Worker{Name: s.Site, Memory: s.Memory, Temp: s.Temp, Say: s.Say})
	sensed := &sensing{worker: w, job: job, part: part, full: make(chan *window, mostWaiting), assembly: newAssembly(len(lanes))}
	var sending, reading sync.WaitGroup
	sending.Go(func() { sensed.send(undated{context.WithoutCancel(ctx)}, ctx) })
	errs := make([]error, len(lanes))
	for i, lane := range lanes {
		reading.Go(func() {
			l := sensed.newLane(i, lane, source.OwnClock())
			errs[i] = l.run(ctx)
		})
	}
	reading.Wait()
	close(sensed.full)
	sending.Wait()
	return errors.Join(errs...)
}

// sensing is a Sense at work.
type sensing struct {
	*worker
	job      Job
	part     int
	full     chan *window
	assembly *assembly
}

// window is what a site saw in a window.
type window struct {
	number int
	flows  []*flow.Collector // of lanes
	stats  observe.Stats
}

// collector returns where flows of a lane go: windows that wait and one more share the memory.
func (s *sensing) collector(lanes int) *flow.Collector {
	limit := s.Memory / int64(lanes*(mostWaiting+2))
	return flow.NewCollector(flow.Options{Behaviour: s.job.Behaviour, Limit: limit, Folder: s.Temp})
}

// done takes what a lane saw up to now, and queues the windows that all lanes are done with.
func (s *sensing) done(lane int, seen *window, next int) {
	for _, w := range s.assembly.add(lane, seen, next) {
		select {
		case s.full <- w:
		default:
			s.Say(fmt.Errorf("window %s is lost: the servers have not taken the %d before it", s.job.Windows.path(w.number), mostWaiting))
			_ = flow.NewSet(w.flows...).Close()
		}
	}
}

// send sends windows as they are full. Once asked is done, what does not go at once is
// given up.
func (s *sensing) send(ctx, asked context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(asked, func() {
		if !sleep(ctx, lastWait) {
			return
		}
		cancel()
	})
	defer stop()
	for w := range s.full {
		set := flow.NewSet(w.flows...)
		d := &delivery{Job: s.job, Try: 1, Task: Task{
			Job: s.job.Name, Capture: w.number, Path: s.job.Windows.path(w.number), Bytes: -1, Part: s.part, Parts: len(s.job.Windows.Sites),
		}}
		err := s.worker.send(ctx, d, observe.Observation{Path: d.Path, Table: set, Stats: w.stats})
		if err = errors.Join(err, set.Close()); err != nil {
			s.Say(fmt.Errorf("window %s is lost: %w", d.Path, err))
		}
	}
}
