package alert

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// What a status says of a record: taken, refused for good, or to be tried again.
func TestWebhookStatus(t *testing.T) {
	var status atomic.Int32
	peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(int(status.Load())) }))
	defer peer.Close()
	post := webhook(peer.URL)
	f := func(code int, taken, refused bool) {
		t.Helper()
		status.Store(int32(code))
		if err := post(context.Background(), []byte("{}")); (err == nil) != taken || errors.Is(err, ErrRefused) != refused {
			t.Errorf("%d: %v", code, err)
		}
	}
	for _, code := range []int{200, 202, 204} {
		f(code, true, false)
	}
	for _, code := range []int{400, 413, 415, 422} {
		f(code, false, true)
	}
	for _, code := range []int{304, 401, 403, 404, 408, 410, 429, 500, 502, 503} {
		f(code, false, false)
	}
}

// A redirection is not followed: the record would be fetched, not posted, and to nobody knows
// whom.
func TestWebhookIsNotSentElsewhere(t *testing.T) {
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	var code atomic.Int32
	peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, int(code.Load()))
	}))
	defer peer.Close()
	for _, c := range []int32{301, 302, 303, 307, 308} {
		code.Store(c)
		if err := webhook(peer.URL)(context.Background(), []byte("{}")); err == nil || errors.Is(err, ErrRefused) {
			t.Errorf("%d: %v", c, err)
		}
	}
	if n := elsewhere.Load(); n != 0 {
		t.Errorf("%d requests to another address", n)
	}
}

func TestSyslog(t *testing.T) {
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := openSyslog(t, "jsonl:syslog://"+l.LocalAddr().String())
	if err := s.Send(example(t)); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 1<<16)
	n, _, err := l.ReadFrom(buffer)
	if err != nil {
		t.Fatal(err)
	}
	checkSyslog(t, string(buffer[:n]))
}

func openSyslog(t *testing.T, text string) *Sink {
	t.Helper()
	s, err := Open(text, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// syslogHead is RFC 5424's HEADER with empty STRUCTURED-DATA, for what is sent here: facility 16,
// severity 4, names of printable ASCII within their bounds.
var syslogHead = regexp.MustCompile(`^<132>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z [!-~]{1,255} botnetdetect \d{1,128} alert - `)

func checkSyslog(t *testing.T, text string) {
	t.Helper()
	head := syslogHead.FindString(text)
	if head == "" || !json.Valid([]byte(text[len(head):])) || strings.ContainsAny(text, "\n\x00") {
		t.Errorf("%q", text)
	}
}

// Over TCP, each message comes after its length (RFC 6587, 3.4.1). Of a peer that ends and comes
// back, none is lost.
func TestSyslogPeerComesBack(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := openSyslog(t, "ecs:syslog+tcp://"+l.Addr().String())
	for range 3 {
		if err := s.Send(example(t)); err != nil {
			t.Fatal(err)
		}
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		checkSyslog(t, counted(t, bufio.NewReader(c)))
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if c := s.Counts(); c.Lost != 0 || c.Failed != 0 {
		t.Errorf("%+v", c)
	}
}

// counted reads a message after its length.
func counted(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	length, err := r.ReadString(' ')
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(strings.TrimSuffix(length, " "))
	if err != nil || length[0] == '0' {
		t.Fatalf("length %q", length)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A record that no datagram holds is lost, and does not hold up the next.
func TestSyslogOfTooMuch(t *testing.T) {
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	peer, err := newSyslogger("syslog://" + l.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	q := newQueue(peer.send, time.Millisecond, func(error) {})
	q.add(make([]byte, 1<<16))
	q.add([]byte("{}"))
	q.close(context.Background())
	if c := q.count(); c.Sent != 1 || c.Lost != 1 {
		t.Errorf("%+v", c)
	}
}
