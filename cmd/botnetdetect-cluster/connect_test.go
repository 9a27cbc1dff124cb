package main

import (
	"context"
	"strings"
	"testing"
	"time"
)

// stopAt ends what writes a text to it.
type stopAt struct {
	text string
	said strings.Builder
	stop context.CancelFunc
}

func (s *stopAt) Write(p []byte) (int, error) {
	s.said.Write(p)
	if strings.Contains(s.said.String(), s.text) {
		s.stop()
	}
	return len(p), nil
}

// Who waits for servers says for which, and shows no password.
func TestWaitingIsSaid(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context()) // no deadline: requests would wait as long
	defer cancel()
	defer time.AfterFunc(time.Minute, cancel).Stop()
	said := &stopAt{text: "waiting for nats://127.0.0.1:1: ", stop: cancel}
	s := servers{std: streams{err: said}, url: "nats://me:secret@127.0.0.1:1"}
	_, _, err := s.open(ctx, true)
	if err == nil || !strings.Contains(said.said.String(), said.text) || strings.Contains(said.said.String(), "secret") {
		t.Errorf("%v; it said %q", err, said.said.String())
	}
}
