package live

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"botnetdetect/feature"
	"botnetdetect/flow"
)

// Engine watches one source.
type Engine struct {
	config    Config
	handlers  []Handler
	judge     Judge
	reload    chan Judge
	published atomic.Pointer[Stats]
	source    atomic.Pointer[Source]
}

// New returns an engine that has seen nothing. An error says what of the configuration
// cannot be.
func New(c Config, j Judge) (*Engine, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := j.check(); err != nil {
		return nil, err
	}
	e := &Engine{config: c, judge: j, reload: make(chan Judge, 1)}
	e.published.Store(&Stats{})
	return e, nil
}

// Subscribe adds a handler; before Run only.
func (e *Engine) Subscribe(h Handler) { e.handlers = append(e.handlers, h) }

// Run watches until the source ends, or ctx is done, both of which return nil once the
// last window has been judged and announced. Any other error is a lane's; then too, what
// was seen is judged first. An engine runs once.
func (e *Engine) Run(ctx context.Context, s Source) error {
	if s.OwnClock() && len(s.Lanes()) != 1 {
		return errors.New("live: a source with a clock of its own must have one lane")
	}
	e.source.Store(&s)
	w, err := newWatch(e, s)
	if err != nil {
		return err
	}
	w.start()
	if s.OwnClock() {
		w.replay(ctx)
	} else {
		w.follow(ctx)
	}
	err = w.close()
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = nil // a lane that was told to end
	}
	return errors.Join(err, w.failed)
}

// Reload replaces what verdicts come from, without a packet lost: it takes effect within
// a second, before Run at once, and all that is in the windows is judged anew. Any goroutine may call it. An
// error leaves all as it was.
func (e *Engine) Reload(j Judge) error {
	if err := j.check(); err != nil {
		return err
	}
	if j.observes() != e.judge.observes() {
		return fmt.Errorf("a model of mode %s cannot take the place of one of mode %s while watching goes on: start anew", j.Model.Mode, e.judge.Model.Mode)
	}
	for {
		select {
		case e.reload <- j:
			return nil
		case <-e.reload: // one that has not taken effect is replaced
		}
	}
}

// latest returns the judge that Reload has left before watching began, else the one from New.
func (e *Engine) latest() Judge {
	select {
	case j := <-e.reload:
		return j
	default:
		return e.judge
	}
}

// Stats returns the counts so far. Any goroutine may call it at any time.
func (e *Engine) Stats() Stats {
	s := *e.published.Load()
	if source := e.source.Load(); source != nil {
		s.Source = (*source).Counts()
	}
	return s
}

func (j *Judge) check() error {
	if j.Model == nil {
		return errors.New("live: no model to judge by")
	}
	return nil
}

// observes returns what must be kept of flows for the model to judge them.
func (j *Judge) observes() flow.Options {
	return flow.Options{Behaviour: j.Model.Mode == feature.Behavioural}
}

// replay takes ticks one after the other, in the source's own time.
func (w *watch) replay(ctx context.Context) {
	stopped := context.AfterFunc(ctx, func() { w.stop.Store(true) })
	defer stopped()
	for t := range w.ticks {
		w.clock = t.clock
		w.take(t)
		w.slideIfDue()
		w.adoptIfNew()
		w.publish()
	}
}

// follow takes ticks as the system's clock goes on.
func (w *watch) follow(ctx context.Context) {
	clock := newSystemClock()
	w.clock = clock.clock
	beat := time.NewTicker(systemTick)
	defer beat.Stop()
	done, silent := ctx.Done(), true // no tick came since the last beat
	for {
		select {
		case t, more := <-w.ticks:
			if !more {
				clock.tick()
				w.clock = clock.clock
				return
			}
			w.take(t)
			silent = false
		case <-beat.C:
			w.beat(clock, silent)
			silent = true
		case whole := <-w.whole:
			w.finish(whole)
		case <-done:
			done = nil
			w.stop.Store(true)
		}
		w.publish()
	}
}

// beat does what is to be done as time goes on; if there was silence, also what is done with each tick else.
func (w *watch) beat(c *systemClock, silent bool) {
	if c.tick() {
		w.restart()
	}
	w.clock = c.clock
	w.due.Add(1)
	w.considerQuiet()
	if silent {
		w.renew()
	}
	w.reviewSome()
	w.rejudgeSome()
	w.slideIfDue()
	w.adoptIfNew()
	w.settle()
}

// adoptIfNew replaces the judge, if another one has come.
func (w *watch) adoptIfNew() {
	select {
	case j := <-w.engine.reload:
		if err := w.adopt(j); err != nil {
			w.fail(fmt.Errorf("cannot judge anew: %w", err))
		}
	default:
	}
}
