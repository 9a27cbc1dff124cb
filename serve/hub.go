package serve

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// hub tells all open pages what is new. Each has a bounded queue: what a page is too slow
// to take is dropped for it, counted, and the page told to load everything anew.
type hub struct {
	most int

	mu      sync.Mutex
	pages   map[*listener]bool
	dropped int // messages, over all pages
	refused int // pages, for want of room
}

// maxQueue is how many messages a page may be behind: about 8 s.
const maxQueue = 32

type listener struct {
	queue chan []byte // whole messages
	lost  int         // messages dropped since the page was last told so; the hub's lock guards it
}

func newHub(most int) *hub { return &hub{most: most, pages: make(map[*listener]bool)} }

// join returns a listener, nil if there are too many.
func (h *hub) join() *listener {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.pages) >= h.most {
		h.refused++
		return nil
	}
	l := &listener{queue: make(chan []byte, maxQueue)}
	h.pages[l] = true
	return l
}

func (h *hub) leave(l *listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.pages, l)
}

// tell sends a message to all pages, and waits for none.
func (h *hub) tell(event string, data []byte) {
	message := fmt.Appendf(nil, "event: %s\ndata: %s\n\n", event, data)
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.pages {
		select {
		case l.queue <- message:
		default:
			l.lost++
			h.dropped++
		}
	}
}

// missed returns how many messages a page has lost since it was last asked. If it has
// lost any, those that wait are of no use any more, as it will load everything anew.
func (h *hub) missed(l *listener) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if n, l.lost = l.lost, 0; n > 0 {
		for len(l.queue) > 0 {
			<-l.queue
		}
	}
	return n
}

func (h *hub) counts() (pages, dropped, refused int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.pages), h.dropped, h.refused
}

// heartbeat shows both ends that the other is there, seconds.
const heartbeat = 15 * time.Second

// events streams what is new until the page goes, or reads nothing for too long.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	l := s.hub.join()
	if l == nil {
		w.Header().Set("Retry-After", "30")
		fail(w, http.StatusServiceUnavailable, "too many pages are open")
		return
	}
	defer s.hub.leave(l)
	w.Header().Set("Content-Type", "text/event-stream")
	stream := stream{w, http.NewResponseController(w)}
	_ = stream.control.SetReadDeadline(time.Time{})
	if stream.send([]byte("retry: 2000\nevent: hello\ndata: {}\n\n")) != nil {
		return
	}
	s.follow(r.Context(), l, stream)
}

func (s *Server) follow(ctx context.Context, l *listener, to stream) {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		message := []byte(": still here\n\n")
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		case message = <-l.queue:
		}
		if n := s.hub.missed(l); n > 0 {
			message = fmt.Appendf(nil, "event: reload\ndata: {\"lost\":%d}\n\n", n)
		}
		if to.send(message) != nil {
			return
		}
	}
}

// stream is an answer that goes on.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// send sends a message, or fails if the reader takes too long over it.
func (s stream) send(message []byte) error {
	_ = s.control.SetWriteDeadline(time.Now().Add(readerPatience)) // a recorder in a test has none
	if _, err := s.w.Write(message); err != nil {
		return err
	}
	return s.control.Flush()
}
