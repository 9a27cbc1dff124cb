package alert

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"
)

// deadline is how long a peer may take for one record. A peer that hangs is one that is down.
const deadline = 10 * time.Second

// webhook returns what posts records to a URL.
func webhook(to string) func(context.Context, []byte) error {
	client := &http.Client{Timeout: deadline}
	return func(ctx context.Context, record []byte) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(record))
		if err != nil {
			return fmt.Errorf("%w: %w", errRefused, err)
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

// verdictOf tells from a status whether a record was taken, and if not, whether to try again.
func verdictOf(answer *http.Response) error {
	switch code := answer.StatusCode; {
	case code < 300:
		return nil
	case code >= 500, code == http.StatusRequestTimeout, code == http.StatusTooManyRequests, code == http.StatusTooEarly:
		return fmt.Errorf("the peer answers %s", answer.Status)
	default:
		return fmt.Errorf("%w: the peer answers %s", errRefused, answer.Status)
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

// send sends one record; over a connection that it keeps.
func (s *syslogger) send(ctx context.Context, record []byte) (err error) {
	if s.connection == nil {
		dialer := net.Dialer{Timeout: deadline}
		if s.connection, err = dialer.DialContext(ctx, s.network, s.address); err != nil {
			return err
		}
	}
	if err = s.connection.SetWriteDeadline(time.Now().Add(deadline)); err == nil {
		_, err = s.connection.Write(s.frame(record))
	}
	if err != nil {
		_ = s.connection.Close() // it has failed already
		s.connection = nil
	}
	return err
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
