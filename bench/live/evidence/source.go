package main

import (
	"encoding/binary"
	"io"
	"slices"
	"sync"
	"time"

	"botnetdetect/capture"
	"botnetdetect/live"
	"botnetdetect/packet"
)

// source first makes up the flows that are there before, then new ones and bots as time goes on.
type source struct {
	flows  int
	length time.Duration
	begun  time.Time // of the bots, once it is known
	ended  time.Time // when the last frame had been handed out
	made   int       // packets of the flows of others
	bots   int       // that have begun
	queue  []planned
	buffer [1500]byte

	lock   sync.Mutex
	eighth map[packet.Endpoint]time.Time // when the first packet went to a bot's eighth peer
}

// planned is a packet of a bot.
type planned struct {
	at         time.Time
	from, to   uint32
	length     int
	completing bool
}

// Before bots come, so many flows a second do, and then there is some rest.
const (
	filling  = 40_000
	settling = 10 * time.Second
)

// Bots come each pause, and ask their eighth peer so long after the seven others.
const (
	pause      = 1937 * time.Millisecond
	hesitation = 3 * time.Second
	botHome    = 10<<24 | 200<<16
)

func newSource(flows int, length time.Duration) *source {
	return &source{flows: flows, length: length, eighth: make(map[packet.Endpoint]time.Time)}
}

func (s *source) Lanes() []live.Lane        { return []live.Lane{s} }
func (s *source) OwnClock() bool            { return false }
func (s *source) Counts() live.SourceCounts { return live.SourceCounts{} }

// Next is that of a lane.
func (s *source) Next(f *capture.Frame) error {
	now := time.Now()
	if s.begun.IsZero() {
		s.begun = now.Add(settling + time.Duration(s.flows)*time.Second/filling)
	}
	since := now.Sub(s.begun)
	if since < 0 {
		return s.fill(f, now, since)
	}
	for s.bots <= int(since/pause) && since < s.length {
		s.plan(now)
	}
	switch {
	case len(s.queue) > 0 && !s.queue[0].at.After(now):
		s.bot(f, now)
	case s.made < 3*s.flows+int(since.Seconds()*float64(s.flows)/1200):
		s.other(f, now)
	case since > s.length+5*time.Second:
		s.ended = now
		return io.EOF
	default:
		time.Sleep(time.Millisecond)
		return capture.ErrIdle
	}
	return nil
}

// fill makes the flows that are there before bots come.
func (s *source) fill(f *capture.Frame, now time.Time, until time.Duration) error {
	left := (-until - settling).Seconds() * filling // flows
	if s.made < 3*s.flows && float64(s.made) < 3*(float64(s.flows)-left) {
		s.other(f, now)
		return nil
	}
	time.Sleep(time.Millisecond)
	return capture.ErrIdle
}

// other makes a packet of a flow of three, with payloads as files have them, between one of
// 5,000 hosts at home and one of 262,144 in four networks outside.
func (s *source) other(f *capture.Frame, now time.Time) {
	number := uint32(s.made / 3)
	home, outside := 10<<24|number%5000, 32<<24+number%(1<<18)
	if s.made%3 == 1 {
		home, outside = outside, home
	}
	frame(f, s.buffer[:size(s.made)], home, outside, now)
	s.made++
}

// plan plans what one bot says: to seven peers, and later to the eighth, in as many networks.
func (s *source) plan(now time.Time) {
	host := uint32(botHome + s.bots)
	for peer := range uint32(8) {
		at := now
		if peer == 7 {
			at = at.Add(hesitation)
		}
		to := (20+11*peer)<<24 | uint32(s.bots)<<8 | peer + 1
		for i := range 12 {
			s.queue = append(s.queue, planned{at, host, to, 67, peer == 7 && i == 0})
		}
		if peer%5 == 0 {
			s.queue = append(s.queue, planned{at, to, host, 120, false})
		}
	}
	s.bots++
	slices.SortStableFunc(s.queue, func(x, y planned) int { return x.at.Compare(y.at) }) // those that hesitate go behind
}

func (s *source) bot(f *capture.Frame, now time.Time) {
	p := s.queue[0]
	s.queue = s.queue[1:]
	frame(f, s.buffer[:p.length], p.from, p.to, now)
	if p.completing {
		s.lock.Lock()
		s.eighth[address(p.from)] = now
		s.lock.Unlock()
	}
}

// asked returns when a bot asked its eighth peer.
func (s *source) asked(e packet.Endpoint) (time.Time, bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	at, ok := s.eighth[e]
	return at, ok
}

// complete returns how many bots have asked their eighth peer.
func (s *source) complete() int {
	s.lock.Lock()
	defer s.lock.Unlock()
	return len(s.eighth)
}

func address(a uint32) packet.Endpoint {
	return packet.MakeIPv4([4]byte(binary.BigEndian.AppendUint32(nil, a)))
}

// size returns the length of a frame of others: long ones, and none like another.
func size(n int) int { return 1060 + n*7919%400 }
