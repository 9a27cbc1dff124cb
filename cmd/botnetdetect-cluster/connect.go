package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"botnetdetect/cluster"
	"botnetdetect/internal/terminal"

	"github.com/nats-io/nats.go"
	"github.com/spf13/cobra"
)

// servers is what every verb that connects to NATS takes.
type servers struct {
	std         streams
	url         string
	credentials string
	ca          string
	cert        string
	key         string
	inbox       string
}

func (s *servers) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&s.url, "nats", os.Getenv("NATS_URL"), "the `URL`s of NATS servers, between commas (default $NATS_URL)")
	f.StringVar(&s.credentials, "creds", os.Getenv("NATS_CREDS"), "a `FILE` of NATS credentials (default $NATS_CREDS)")
	f.Lookup("nats").DefValue, f.Lookup("creds").DefValue = "", "" // --help must not show a password
	f.StringVar(&s.ca, "tls-ca", "", "a `FILE` with the authority that signed the servers' certificates (default the system's)")
	f.StringVar(&s.cert, "tls-cert", "", "a `FILE` with the certificate to show them")
	f.StringVar(&s.key, "tls-key", "", "a `FILE` with its key")
	f.StringVar(&s.inbox, "inbox", "", "have answers sent below `SUBJECT`, such as _INBOX_worker, where others have no right to listen (default _INBOX)")
}

// connect connects to the servers; what is lost is sought again for ever, and if patient
// says so, also what has not been there yet.
func (s *servers) connect(patient bool) (*nats.Conn, error) {
	if s.url == "" {
		return nil, usage("no server: name one with --nats nats://HOST:4222, or set NATS_URL")
	}
	if (s.cert == "") != (s.key == "") {
		return nil, usage("--tls-cert and --tls-key go together")
	}
	o := []nats.Option{
		nats.Name("botnetdetect"), nats.MaxReconnects(-1), nats.ReconnectWait(time.Second), nats.Timeout(10 * time.Second),
		nats.RetryOnFailedConnect(patient),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				s.warn(fmt.Errorf("the connection is lost and sought again: %w", err))
			}
		}),
	}
	if s.credentials != "" {
		o = append(o, nats.UserCredentials(s.credentials))
	}
	if s.inbox != "" {
		if strings.ContainsAny(s.inbox, "*> \t") || strings.HasSuffix(s.inbox, ".") {
			return nil, usage("--inbox %q: want a subject such as _INBOX_worker", s.inbox)
		}
		o = append(o, nats.CustomInboxPrefix(s.inbox))
	}
	if s.ca != "" {
		o = append(o, nats.RootCAs(s.ca))
	}
	if s.cert != "" {
		o = append(o, nats.ClientCert(s.cert, s.key))
	}
	conn, err := nats.Connect(s.url, o...)
	if err != nil {
		return nil, fmt.Errorf("cannot connect to %s: %w", withoutPasswords(s.url), err)
	}
	return conn, nil
}

// reason says why the fleet cannot be opened yet.
func reason(conn *nats.Conn, err error) string {
	if conn.IsConnected() {
		return err.Error()
	}
	if last := conn.LastError(); last != nil {
		return last.Error()
	}
	return "nobody answers there"
}

// withoutPasswords is the URLs of servers as they can be shown: without who connects.
func withoutPasswords(urls string) string {
	all := strings.Split(urls, ",")
	for i := range all {
		one, err := url.Parse(strings.TrimSpace(all[i]))
		if err != nil {
			return "the servers that are named"
		}
		one.User = nil // a password, or a token
		all[i] = one.String()
	}
	return strings.Join(all, ",")
}

func (s *servers) warn(err error) {
	fmt.Fprintf(s.std.err, "botnetdetect: %s\n", terminal.Printable(err.Error()))
}

// open connects and opens the fleet. If there is none yet and patient says so, it waits
// for it, and for the servers, and says for what.
func (s *servers) open(ctx context.Context, patient bool) (*cluster.Fleet, func(), error) {
	conn, err := s.connect(patient)
	if err != nil {
		return nil, nil, err
	}
	var said string
	for {
		f, err := cluster.Open(ctx, conn) // fails too while the servers are not there
		if err == nil {
			return f, conn.Close, nil
		}
		if !patient || ctx.Err() != nil {
			conn.Close()
			return nil, nil, err
		}
		if why := reason(conn, err); why != said {
			said = why
			s.warn(fmt.Errorf("waiting for %s: %s", withoutPasswords(s.url), why))
		}
		select {
		case <-ctx.Done():
			conn.Close()
			return nil, nil, ctx.Err()
		case <-time.After(time.Second):
		}
	}
}
