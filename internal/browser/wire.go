package browser

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"
)

// wire carries messages of the DevTools protocol: JSON, each ended by a zero byte.
type wire struct {
	mu      sync.Mutex
	out     io.Writer
	last    int                  // number of the last command
	waiting map[int]chan message // commands without an answer yet
	events  []message
	news    chan struct{} // closed and replaced at every event
	ended   chan struct{} // closed when Chromium is gone
}

type message struct {
	ID      int             `json:"id,omitempty"`
	Session string          `json:"sessionId,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

var errEnded = errors.New("chromium has quit")

func newWire(out io.Writer, in io.Reader) *wire {
	w := &wire{out: out, waiting: make(map[int]chan message), news: make(chan struct{}), ended: make(chan struct{})}
	go w.read(bufio.NewReaderSize(in, 1<<20))
	return w
}

func (w *wire) read(in *bufio.Reader) {
	defer close(w.ended)
	for {
		text, err := in.ReadBytes(0)
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(text[:len(text)-1], &m) == nil {
			w.deliver(m)
		}
	}
}

func (w *wire) deliver(m message) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if answer, ok := w.waiting[m.ID]; ok {
		delete(w.waiting, m.ID)
		answer <- m
		return
	}
	w.events = append(w.events, m)
	close(w.news)
	w.news = make(chan struct{})
}

// call sends a command and waits for its answer.
func (w *wire) call(t testing.TB, session, method string, params, result any) {
	t.Helper()
	answer, err := w.send(session, method, params)
	if err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	select {
	case m := <-answer:
		if m.Error != nil {
			t.Fatalf("%s: %s", method, m.Error.Message)
		}
		if result == nil {
			return
		}
		if err := json.Unmarshal(m.Result, result); err != nil {
			t.Fatalf("%s: %v", method, err)
		}
	case <-w.ended:
		t.Fatalf("%s: %v", method, errEnded)
	case <-time.After(patience):
		t.Fatalf("%s: no answer in %v", method, patience)
	}
}

func (w *wire) send(session, method string, params any) (<-chan message, error) {
	arguments, err := json.Marshal(params)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last++
	answer := make(chan message, 1)
	w.waiting[w.last] = answer
	text, err := json.Marshal(message{ID: w.last, Session: session, Method: method, Params: arguments})
	if err != nil {
		return nil, err
	}
	if _, err := w.out.Write(append(text, 0)); err != nil {
		return nil, fmt.Errorf("%w: %w", errEnded, err)
	}
	return answer, nil
}

// await waits until an event of a session satisfies a test, and returns it. Events from
// before the call count from number from on.
func (w *wire) await(t testing.TB, from int, test func(message) bool) message {
	t.Helper()
	deadline := time.After(patience)
	for {
		w.mu.Lock()
		for ; from < len(w.events); from++ {
			if test(w.events[from]) {
				defer w.mu.Unlock()
				return w.events[from]
			}
		}
		news := w.news
		w.mu.Unlock()
		select {
		case <-news:
		case <-w.ended:
			t.Fatal(errEnded)
		case <-deadline:
			t.Fatalf("the page did not do what was waited for in %v", patience)
		}
	}
}

// seen returns the events so far.
func (w *wire) seen() []message {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.events[:len(w.events):len(w.events)]
}
