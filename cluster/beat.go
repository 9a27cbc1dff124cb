package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Beat is a worker's sign of life: what it is at. It is kept as JSON for a few seconds.
type Beat struct {
	Worker string    `json:"worker"`
	Began  time.Time `json:"began"`
	Done   int64     `json:"done"` // tasks of observing that it has come to the end of
	Tasks  []Current `json:"tasks"`
}

// Current is a task that a worker is at.
type Current struct {
	Job     string    `json:"job"`
	Capture int       `json:"capture"`
	Path    string    `json:"path"`
	Part    int       `json:"part"`
	Parts   int       `json:"parts"`
	Try     int       `json:"try"`
	Bytes   int64     `json:"bytes"` // of the capture; -1 if not known
	Read    int64     `json:"read"`  // of them
	Began   time.Time `json:"began"`
}

const (
	beatEvery   = 2 * time.Second
	maxBeat     = 256 << 10 // bytes of its JSON
	mostCurrent = 256       // tasks that it names
)

// readBeat reads a beat and checks it.
func readBeat(data []byte) (b Beat, err error) {
	if err := decode("beat", data, maxBeat, &b); err != nil {
		return b, err
	}
	if len(b.Worker) > maxText || len(b.Tasks) > mostCurrent || b.Done < 0 {
		return b, malformed("beat", "%d tasks of worker %.40q", len(b.Tasks), b.Worker)
	}
	for _, t := range b.Tasks {
		if t.Read < 0 || t.Bytes < -1 || t.Parts < 1 || t.Part < 0 || t.Part >= t.Parts || t.Capture < 0 || t.Capture >= maxCaptures {
			return b, malformed("beat", "part %d of %d of capture %d, %d of %d bytes", t.Part, t.Parts, t.Capture, t.Read, t.Bytes)
		}
		if err := checkPath(t.Path); err != nil {
			return b, err
		}
	}
	return b, nil
}

// beat gathers what a worker is at.
type beat struct {
	mutex   sync.Mutex
	last    Beat
	current map[int]*reading
	number  int
}

type reading struct {
	Current
	read atomic.Int64
}

func newBeat(w Worker) *beat {
	return &beat{last: Beat{Worker: w.Name, Began: time.Now().UTC()}, current: make(map[int]*reading)}
}

// began notes that a capture is being read, until done is called. Read is to grow by the
// bytes read.
func (b *beat) began(d *delivery) (read *atomic.Int64, done func()) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	r := &reading{Current: Current{
		Job: d.Task.Job, Capture: d.Capture, Path: d.Path, Part: d.Part, Parts: d.Parts, Try: d.Try, Bytes: d.Bytes, Began: time.Now().UTC(),
	}}
	b.number++
	number := b.number
	b.current[number] = r
	return &r.read, func() {
		b.mutex.Lock()
		defer b.mutex.Unlock()
		delete(b.current, number)
		b.last.Done++
	}
}

// now returns what the worker is at.
func (b *beat) now() Beat {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	now := b.last
	for _, r := range b.current {
		c := r.Current
		c.Read = r.read.Load()
		now.Tasks = append(now.Tasks, c)
	}
	slices.SortFunc(now.Tasks, func(x, y Current) int { return x.Began.Compare(y.Began) })
	now.Tasks = now.Tasks[:min(len(now.Tasks), mostCurrent)]
	return now
}

// run sends a sign of life every now and then until ctx is done.
func (b *beat) run(ctx context.Context, w *worker) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		data, err := json.Marshal(b.now())
		if err == nil {
			_, err = w.workers.Put(ctx, w.Name, data)
		}
		if err != nil && ctx.Err() == nil {
			w.Say(fmt.Errorf("cannot send a sign of life: %w", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
