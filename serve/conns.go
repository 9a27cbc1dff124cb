package serve

import (
	"container/list"
	"context"
	"net"
	"net/http"
	"sync"
)

// conns bounds connections. When there is one too many, the one goes that has waited
// longest without being answered anything: so ten thousand that say nothing, or not who
// they are, keep nobody out.
type conns struct {
	most int

	mu     sync.Mutex
	all    map[net.Conn]*conn
	idle   list.List // of net.Conn: those that are not being answered, longest waiting first
	closed int       // for want of room
}

type conn struct {
	answering int           // requests at the moment
	place     *list.Element // in idle; nil while answering
}

func newConns(most int) *conns { return &conns{most: most, all: make(map[net.Conn]*conn)} }

// state is http.Server's ConnState.
func (c *conns) state(nc net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		if victim := c.add(nc); victim != nil {
			_ = victim.Close() // its server hears of it
		}
	case http.StateClosed, http.StateHijacked:
		c.remove(nc)
	}
}

// add notes a connection, and returns which one must be closed for it, if any.
func (c *conns) add(nc net.Conn) (victim net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all[nc] = &conn{place: c.idle.PushBack(nc)}
	if len(c.all) <= c.most {
		return nil
	}
	c.closed++
	victim = c.idle.Front().Value.(net.Conn) // nc itself, if all others are being answered
	c.drop(victim)
	return victim
}

func (c *conns) remove(nc net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(nc)
}

func (c *conns) drop(nc net.Conn) {
	if x, ok := c.all[nc]; ok {
		if x.place != nil {
			c.idle.Remove(x.place)
		}
		delete(c.all, nc)
	}
}

type connKey struct{}

// remember is http.Server's ConnContext.
func (c *conns) remember(ctx context.Context, nc net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, nc)
}

// answer keeps the connection of a request while answer runs.
func (c *conns) answer(r *http.Request, answer func()) {
	nc, _ := r.Context().Value(connKey{}).(net.Conn)
	c.count(nc, +1)
	defer c.count(nc, -1)
	answer()
}

func (c *conns) count(nc net.Conn, by int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	x, ok := c.all[nc]
	if !ok {
		return
	}
	x.answering += by
	switch {
	case x.answering > 0 && x.place != nil:
		c.idle.Remove(x.place)
		x.place = nil
	case x.answering == 0:
		x.place = c.idle.PushBack(nc)
	}
}

// counts returns how many connections there are, and how many were closed for want of
// room.
func (c *conns) counts() (open, closed int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.all), c.closed
}
