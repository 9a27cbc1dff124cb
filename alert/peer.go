package alert

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"syscall"
	"time"
)

// deadline is how long a peer may take for one record. A peer that hangs is one that is down.
const deadline = 10 * time.Second

// webhook returns what posts records to a URL, and nowhere else: a redirection would have a
// record fetched, not posted, or posted to whom nobody named.
func webhook(to string) func(context.Context, []byte) error {
	client := &http.Client{
		Timeout:       deadline,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return func(ctx context.Context, record []byte) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(record))
		if err != nil {
			return fmt.Errorf("%w: %w", ErrRefused, err)
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("User-Agent", "botnetdetect")
		answer, err := client.Do(request)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		_, _ = io.CopyN(io.Discard, answer.Body, 1<<16) // so that the connection can be used again
		return verdictOf(answer)
	}
}

// verdictOf tells from a status whether a record was taken, and if not, whether to try again:
// unless it is the record that the peer minds, the same one may be taken once the peer, or
// what stands before it, has been put right.
func verdictOf(answer *http.Response) error {
	switch code := answer.StatusCode; {
	case code < 300:
		return nil
	case code < 400:
		return fmt.Errorf("the peer answers %s, to another address; give the one that takes records", answer.Status)
	case code == http.StatusBadRequest, code == http.StatusRequestEntityTooLarge, code == http.StatusUnsupportedMediaType, code == http.StatusUnprocessableEntity:
		return fmt.Errorf("%w: the peer answers %s", ErrRefused, answer.Status)
	default:
		return fmt.Errorf("the peer answers %s", answer.Status)
	}
}

// syslogger sends records to a syslog daemon (RFC 5424; over TCP with octet counts, RFC
// 6587).
type syslogger struct {
	network, address string
	host             string
	connection       net.Conn
}

// priority is facility local0, severity warning.
const priority = 16*8 + 4

// newSyslogger reads "syslog:" (the local daemon), "syslog://host:port" or
// "syslog+tcp://host:port".
func newSyslogger(to string) (*syslogger, error) {
	host, err := os.Hostname()
	if err != nil {
		host = "-"
	}
	if to == "syslog:" {
		return &syslogger{network: "unixgram", address: "/dev/log", host: host}, nil
	}
	u, err := url.Parse(to)
	if err != nil || u.Hostname() == "" || u.Path != "" {
		return nil, fmt.Errorf("%s: want syslog:, syslog://host:port or syslog+tcp://host:port", to)
	}
	s := &syslogger{network: "udp", host: host}
	port := "514"
	if u.Scheme == "syslog+tcp" {
		s.network, port = "tcp", "601"
	}
	if u.Port() != "" {
		port = u.Port()
	}
	s.address = net.JoinHostPort(u.Hostname(), port)
	return s, nil
}

// send sends one record, over a connection that it keeps.
func (s *syslogger) send(ctx context.Context, record []byte) error {
	if s.connection != nil && s.network == "tcp" && hungUp(s.connection) {
		s.hangUp()
	}
	if s.connection == nil {
		dialer := net.Dialer{Timeout: deadline}
		c, err := dialer.DialContext(ctx, s.network, s.address)
		if err != nil {
			return err
		}
		s.connection = c
	}
	err := s.connection.SetWriteDeadline(time.Now().Add(deadline))
	if err == nil {
		_, err = s.connection.Write(s.frame(record))
	}
	switch {
	case errors.Is(err, syscall.EMSGSIZE):
		return fmt.Errorf("%w: a record of %d bytes is too long for a datagram: %w; syslog+tcp takes longer ones", ErrRefused, len(record), err)
	case err != nil:
		s.hangUp()
	}
	return err
}

func (s *syslogger) hangUp() {
	_ = s.connection.Close() // it has failed already
	s.connection = nil
}

// hungUp reports whether the peer has closed a connection: then what is written to it would
// be lost without an error. A syslog peer says nothing, so there is nothing to read.
func hungUp(c net.Conn) bool {
	var nothing [1]byte
	if c.SetReadDeadline(time.Now().Add(time.Millisecond)) != nil {
		return true
	}
	_, err := c.Read(nothing[:])
	return err != nil && !errors.Is(err, os.ErrDeadlineExceeded)
}

func (s *syslogger) frame(record []byte) []byte {
	stamp := time.Now().UTC().Format("2006-01-02T15:04:05.000000Z")
	text := fmt.Appendf(nil, "<%d>1 %s %s botnetdetect %d alert - ", priority, stamp, s.host, os.Getpid())
	text = append(text, bytes.TrimRight(record, "\n")...)
	if s.network != "tcp" {
		return text
	}
	return append(strconv.AppendInt(nil, int64(len(text)), 10), append([]byte{' '}, text...)...)
}
