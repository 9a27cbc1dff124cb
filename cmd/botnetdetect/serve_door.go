package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"botnetdetect/serve"
)

// door is how people come in.
type door struct {
	listener net.Listener
	token    *serve.Token // nil if none is asked for
	url      string
}

// openDoor opens the door: plain and without a token on this machine, with a token over TLS
// beyond it.
func (s *serving) openDoor(folder string) (d door, err error) {
	local := isLocal(s.listen)
	secure := !local || s.tlsCert != ""
	if d.token, err = s.token(folder, local); err != nil {
		return d, err
	}
	if d.listener, err = net.Listen("tcp", s.listen); err != nil {
		return d, fmt.Errorf("cannot listen: %w", err)
	}
	d.url = "http://" + d.listener.Addr().String() + "/"
	if !secure {
		return d, nil
	}
	certificate, err := s.certificate(folder)
	if err != nil {
		return d, errors.Join(err, d.listener.Close())
	}
	d.listener = tls.NewListener(d.listener, &tls.Config{
		Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
	})
	_, port, err := net.SplitHostPort(d.listener.Addr().String())
	d.url = "https://" + net.JoinHostPort(s.callNames()[0], port) + "/"
	return d, err
}

// token returns the token to ask for, nil for none, and prints it if it was made up.
func (s *serving) token(folder string, local bool) (*serve.Token, error) {
	if s.tokenFile != "" {
		text, err := os.ReadFile(s.tokenFile)
		if err != nil {
			return nil, fmt.Errorf("cannot read the token: %w", err)
		}
		token, err := serve.NewToken(strings.TrimSpace(string(text)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.tokenFile, err)
		}
		return token, nil
	}
	if local && !s.newToken {
		return nil, nil
	}
	path := filepath.Join(folder, "token.sha256")
	if s.newToken {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("cannot replace the token: %w", err)
		}
	}
	token, text, err := serve.KeptToken(path)
	if text != "" && err == nil {
		fmt.Fprintf(s.std.err, "token (shown this once): %s\n", text)
	}
	return token, err
}

func (s *serving) certificate(folder string) (tls.Certificate, error) {
	if s.tlsCert != "" {
		certificate, err := tls.LoadX509KeyPair(s.tlsCert, s.tlsKey)
		if err != nil {
			return certificate, fmt.Errorf("cannot read the certificate: %w", err)
		}
		return certificate, nil
	}
	certificate, err := serve.OwnCertificate(folder, s.callNames())
	if err == nil {
		s.say("certificate, made here; SHA-256 fingerprint %s", serve.Fingerprint(certificate))
	}
	return certificate, err
}

// callNames returns the names that this machine goes by, the best one first.
func (s *serving) callNames() []string {
	names := append([]string(nil), s.names...)
	host, _, err := net.SplitHostPort(s.listen)
	if ip := net.ParseIP(host); err == nil && host != "" && (ip == nil || !ip.IsUnspecified()) {
		names = append(names, host)
	}
	if name, err := os.Hostname(); err == nil && validName(name) {
		names = append(names, name)
	}
	return append(names, "localhost", "127.0.0.1")
}

// validName reports whether a machine's name can stand in a certificate.
func validName(name string) bool {
	return name != "" && strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789-.") == ""
}
