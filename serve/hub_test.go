package serve

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// follow opens a stream and returns a function that waits for the next event of a kind.
func follow(t *testing.T, address string) func(kind string) string {
	t.Helper()
	answer, err := http.Get(address + "/api/events")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	return func(kind string) string {
		t.Helper()
		for lines.Scan() {
			if lines.Text() == "event: "+kind && lines.Scan() {
				return strings.TrimPrefix(lines.Text(), "data: ")
			}
		}
		t.Fatalf("the stream ended before %s: %v", kind, lines.Err())
		return ""
	}
}

func TestEvents(t *testing.T) {
	s := newServer(t, nil)
	next := follow(t, start(t, s))
	next("hello")
	s.See(sighting("10.0.0.9", 4))
	if got := next("hosts"); !strings.HasPrefix(got, `[["eth0","10.0.0.9","Botnet",0.9,3.6,`) {
		t.Errorf("the news is %s", got)
	}
	if got := next("status"); !strings.Contains(got, `"hosts":1`) {
		t.Errorf("the status is %s", got)
	}
}

// A page that reads too slowly loses messages, hears how many, and is not sent those that
// are of no use any more.
func TestSlowPage(t *testing.T) {
	h := newHub(10)
	slow, quick := h.join(), h.join()
	for i := range maxQueue + 5 {
		h.tell("hosts", fmt.Appendf(nil, "%d", i))
		<-quick.queue
	}
	if n := h.missed(quick); n != 0 {
		t.Errorf("the quick page lost %d", n)
	}
	if n := h.missed(slow); n != 5 || len(slow.queue) != 0 {
		t.Errorf("the slow page lost %d, and %d wait", n, len(slow.queue))
	}
	if n := h.missed(slow); n != 0 {
		t.Errorf("it lost %d twice", n)
	}
	h.leave(slow)
	if pages, dropped, _ := h.counts(); pages != 1 || dropped != 5 {
		t.Errorf("%d pages, %d dropped", pages, dropped)
	}
}

// A browser that never reads keeps nobody waiting, and is told to load everything anew.
func TestPageThatNeverReads(t *testing.T) {
	s := newServer(t, nil)
	address := start(t, s)
	c, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
	next := follow(t, address)
	next("hello")
	large := bytes.Repeat([]byte("x"), 500<<10)
	begin := time.Now()
	for dropped := 0; dropped == 0; _, dropped, _ = s.hub.counts() {
		s.hub.tell("large", large)
		next("large") // the other page gets all
		if time.Since(begin) > 30*time.Second {
			t.Fatal("nothing was dropped")
		}
	}
	in := bufio.NewReader(c)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			t.Fatalf("it was never told to load anew: %v", err)
		}
		if strings.HasPrefix(line, "event: reload") {
			return
		}
	}
}

func TestTooManyPages(t *testing.T) {
	s := newServer(t, func(c *Config) { c.Limits.Streams = 2 })
	address := start(t, s)
	follow(t, address)("hello")
	follow(t, address)("hello")
	answer, err := http.Get(address + "/api/events")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Errorf("one page too many: status %d", answer.StatusCode)
	}
}

// More news than a message should have makes pages load everything anew.
func TestMuchNews(t *testing.T) {
	s := newServer(t, nil)
	l := s.hub.join()
	for i := range maxNews + 1 {
		s.See(sighting(fmt.Sprint("host-", i), 0))
	}
	s.tellNews()
	if got := string(<-l.queue); !strings.HasPrefix(got, "event: reload") {
		t.Errorf("the message is %.100s", got)
	}
}
