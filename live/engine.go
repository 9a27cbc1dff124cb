package live

import (
	"context"
	"errors"
)

// Engine watches one source.
type Engine struct {
	config   Config
	handlers []Handler
}

// New returns an engine that has seen nothing. An error says what of the configuration
// cannot be.
func New(c Config, j Judge) (*Engine, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Engine{config: c}, j.check()
}

// Subscribe adds a handler; before Run only.
func (e *Engine) Subscribe(h Handler) { e.handlers = append(e.handlers, h) }

// Run watches until the source ends, which returns nil, or ctx is done, which returns
// nil too once the last window has been judged and announced. Any other error is a
// lane's; then too, what was seen is judged first. An engine runs once.
func (e *Engine) Run(ctx context.Context, s Source) error { return errors.New("not yet") }

// Reload replaces what verdicts come from, without a packet lost: it takes effect within
// a second, and all flows that stand are judged anew. Any goroutine may call it.
func (e *Engine) Reload(j Judge) error { return j.check() }

// Stats returns the counts so far. Any goroutine may call it at any time.
func (e *Engine) Stats() Stats { return Stats{} }

func (j *Judge) check() error {
	if j.Model == nil {
		return errors.New("live: no model to judge by")
	}
	return nil
}
