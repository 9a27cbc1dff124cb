package live

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"botnetdetect/detect"
	"botnetdetect/flow"
	"botnetdetect/model"
	"botnetdetect/packet"
)

// watch is one run of an engine. All but its watchers is one goroutine's.
type watch struct {
	engine *Engine
	config *Config
	own    bool // the source has a clock of its own
	flows  flow.Options
	clock  clock
	set    clock // when the calendar was last set, and to what

	watchers []*watcher
	lanes    sync.WaitGroup
	ticks    chan *tick
	spare    chan *tick
	stop     atomic.Bool
	due      atomic.Int64

	detector detect.Detector
	scene    scene
	model    ModelID
	short    *ring
	long     *ring
	names    names
	next     time.Duration // when the short window slides
	slides   int           // since the long one slid

	young    youth
	told     told
	standing map[ends]*standing // flows whose verdict is Botnet
	suspects map[packet.Endpoint]*suspect
	stirred  map[packet.Endpoint]bool // suspects whose evidence has changed
	totals   map[packet.Endpoint]HostState

	whole       chan *judged // a whole judgement that another goroutine has done
	judging     bool         // one is under way
	evictions   int          // so far
	reviewing   []ends       // flows whose verdicts are to be asked again
	rejudging   rejudging    // flows that a new judge has not judged yet
	reviewSince time.Time    // when those that do not stand became likely, at the latest
	epoch       int          // grows when what is under way must not count any more: after a restart

	stats  Stats
	failed error // the first verdict that could not be worked out
	late   int64 // packets' time, ns since the epoch, that the flow under judgement waits since
	sums   [2][]flow.Sums
}

// ends are the endpoints of a flow in the order of their texts.
type ends [2]packet.Endpoint

func (x ends) compare(y ends) int { return cmp.Or(x[0].Compare(y[0]), x[1].Compare(y[1])) }

// laneShare is the part of the memory that ticks take, those being filled, judged and on
// their way.
const (
	laneShare   = 4
	ticksInHand = 3
)

func newWatch(e *Engine, s Source) (*watch, error) {
	c := &e.config
	lanes := s.Lanes()
	w := &watch{
		engine: e, config: c, own: s.OwnClock(), flows: e.judge.observes(),
		ticks: make(chan *tick, 1), spare: make(chan *tick, len(lanes)),
		standing: make(map[ends]*standing), suspects: make(map[packet.Endpoint]*suspect),
		stirred: make(map[packet.Endpoint]bool), totals: make(map[packet.Endpoint]HostState),
		whole: make(chan *judged, 1),
	}
	limit := c.Memory / laneShare / int64(ticksInHand*max(1, len(lanes)))
	for _, lane := range lanes {
		x := &watcher{
			lane: lane, namer: packet.NewNamer(), tuples: newTuples(), tick: newTick(w.flows, limit),
			ticks: w.ticks, spare: w.spare, stop: &w.stop, due: &w.due, left: mostLeft,
		}
		if s.OwnClock() {
			x.own = new(packetClock)
		}
		w.watchers = append(w.watchers, x)
	}
	w.stats.Started = time.Now().UTC()
	return w, w.use(e.latest())
}

// use makes j the judge.
func (w *watch) use(j Judge) error {
	id, err := identify(j.Model, j.Origin)
	if err != nil {
		return err
	}
	w.model = id
	w.detector = detect.Detector{Model: j.Model, Vocabulary: w.config.Vocabulary, Allow: j.Allow}
	w.stats.Model, w.stats.Allowed = id, j.Allow.Len()
	return nil
}

func identify(m *model.Model, origin string) (ModelID, error) {
	sum := sha256.New()
	if err := m.Write(sum); err != nil {
		return ModelID{}, fmt.Errorf("cannot identify the model: %w", err)
	}
	return ModelID{origin, hex.EncodeToString(sum.Sum(nil)[:8]), string(m.Mode), m.Threshold}, nil
}

// start begins to read all lanes. When the last one has ended, ticks is closed.
func (w *watch) start() {
	for _, x := range w.watchers {
		w.lanes.Go(x.run)
	}
	go func() {
		w.lanes.Wait()
		close(w.ticks)
	}()
}

// close judges the last window, and returns the first error of a lane.
func (w *watch) close() (err error) {
	w.await()
	w.rejudging.end() // last comes to them
	w.last()
	w.publish()
	for _, x := range w.watchers {
		err = cmp.Or(err, x.err)
	}
	return err
}

func (w *watch) fail(err error) { w.failed = cmp.Or(w.failed, err) }

// take adds a tick to the windows and judges its flows.
func (w *watch) take(t *tick) {
	if w.short == nil {
		w.short = newRing(w.flows, w.config.Window, w.config.Slide, w.wall(t))
		w.long = newRing(w.flows, w.config.Long, w.config.Window, w.wall(t))
		w.next = w.clock.elapsed.Truncate(w.config.Slide) + w.config.Slide
		if w.own {
			w.next = w.config.Slide
		}
	}
	w.count(&t.counts)
	w.expel(t)
	w.resolve(t.answers)
	w.lookAhead(t.flows)
	w.short.filling().Merge(t.flows)
	w.long.filling().Merge(t.flows)
	w.makeRoom()
	w.lookAround()
	for f := range t.flows.Flows() {
		w.consider(f)
	}
	w.considerQuiet()
	w.settle()
	t.reset()
	select {
	case w.spare <- t:
	default:
	}
}

// wall returns what the calendar says when a tick comes in. A replay's first tick began
// with its first packet.
func (w *watch) wall(t *tick) time.Time {
	if t.clock.wall.IsZero() {
		return w.clock.wall
	}
	return t.clock.wall.Add(-t.clock.elapsed)
}

func (w *watch) resolve(answers []answer) {
	if len(answers) > 0 && w.scene.long.scene != nil {
		addresses := make([]packet.Endpoint, 0, len(answers))
		for _, a := range answers {
			addresses = append(addresses, a.address)
		}
		w.name(addresses, &w.scene.long, &w.scene.short)
	}
	for _, a := range answers {
		w.short.filling().Resolve(a.address)
		w.long.filling().Resolve(a.address)
		if !w.names.add(a, w.clock.elapsed, w.config.Window) {
			w.stats.Lost++
		}
	}
}

// count adds up what a lane has counted.
func (w *watch) count(c *counts) {
	s := &w.stats
	s.Packets += c.packets
	s.Bytes += c.bytes
	s.Shed += c.shed
	s.Answers += c.answers
	s.Lost += c.lost
	for i := range c.outcomes {
		s.Outcomes[i] += c.outcomes[i]
	}
}

// publish makes the counts known.
func (w *watch) publish() {
	s := w.stats
	s.Clock, s.Jumps = w.clock.wall, w.clock.jumps
	s.Active = w.active()
	if w.short != nil {
		s.Flows = int64(w.long.len())
		s.Memory = w.short.bytes() + w.long.bytes()
		s.Resolved = int64(w.long.resolvedLen())
	}
	w.engine.published.Store(&s)
}
