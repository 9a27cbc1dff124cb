package app

import (
	"bufio"
	"context"
	"math/rand/v2"
	"net"
	"net/netip"
	"time"

	"botnetdetect/lab/internal/gnutella"
)

// queryWords are what people look for.
var queryWords = []string{"public domain jazz", "creative commons ambient", "linux iso", "lecture recording", "field recordings birds", "sea shanty", "old radio play"} //nolint:gochecknoglobals // a constant list

// keepCompany exchanges messages on an accepted connection until one side leaves.
func (s *servent) keepCompany(ctx context.Context, c net.Conn, r *bufio.Reader) {
	s.mu.Lock()
	s.peers[c] = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.peers, c)
		s.mu.Unlock()
		_ = c.Close()
	}()
	ctx, cancel := context.WithTimeout(ctx, time.Duration(float64(25*time.Minute)*(0.1+rand.ExpFloat64())))
	defer cancel()
	defer closeAtEnd(ctx, c)()
	go s.chat(ctx, c)
	for {
		_ = c.SetDeadline(time.Now().Add(3 * time.Minute))
		m, err := gnutella.Read(r)
		if err != nil {
			return
		}
		s.answer(ctx, c, m)
	}
}

// chat sends what a servent sends of itself: pings, queries, and what others look for.
func (s *servent) chat(ctx context.Context, c net.Conn) {
	ping := time.NewTicker(time.Duration(40+rand.IntN(40)) * time.Second)
	defer ping.Stop()
	query := time.NewTicker(s.QueryEvery/2 + time.Duration(rand.Int64N(int64(s.QueryEvery))))
	defer query.Stop()
	for {
		m := gnutella.New(gnutella.Ping, 1, nil)
		select {
		case <-ctx.Done():
			return
		case <-ping.C:
		case <-query.C:
			m = gnutella.New(gnutella.Query, 3, gnutella.QueryPayload(queryWords[rand.IntN(len(queryWords))]))
		}
		if _, err := c.Write(m.Bytes()); err != nil {
			return
		}
	}
}

// answer reacts to one message of a connection.
func (s *servent) answer(ctx context.Context, c net.Conn, m gnutella.Message) {
	switch m.Kind {
	case gnutella.Ping:
		reply := gnutella.New(gnutella.Pong, 1, gnutella.PongPayload(s.Public, 40, s.list(5)))
		reply.ID = m.ID
		_, _ = c.Write(reply.Bytes())
	case gnutella.Pong:
		s.learn(gnutella.CachedHosts(m.Payload))
	case gnutella.Query:
		if sources := s.list(1); len(sources) > 0 && rand.Float64() < 0.3 {
			hit := gnutella.HitPayload(sources[rand.IntN(len(sources))], gnutella.Words(m.Payload), 1+rand.IntN(5), s.id)
			reply := gnutella.New(gnutella.QueryHit, 2, hit)
			reply.ID = m.ID
			_, _ = c.Write(reply.Bytes())
		}
	case gnutella.QueryHit:
		if from, ok := gnutella.HitSource(m.Payload); ok && rand.Float64() < 0.5 {
			go s.download(ctx, from)
		}
	case gnutella.Bye, gnutella.Vendor:
	}
}

// askForHosts pings hosts of the cache by datagram, one at a time.
func (s *servent) askForHosts(ctx context.Context) {
	for pause(ctx, time.Duration(float64(s.PingEvery)*(0.2+0.8*rand.ExpFloat64()))) {
		for _, h := range s.list(1) {
			s.send(h, gnutella.New(gnutella.Ping, 1, gnutella.AskHosts()))
		}
	}
}

func (s *servent) send(to netip.AddrPort, m gnutella.Message) {
	_, _ = s.udp.WriteTo(m.Bytes(), net.UDPAddrFromAddrPort(to))
}

// answerDatagrams gives hosts to who asks and learns those that it is given.
func (s *servent) answerDatagrams() {
	b := make([]byte, 2048)
	for {
		n, from, err := s.udp.ReadFrom(b)
		if err != nil {
			return
		}
		m, err := gnutella.Parse(b[:n])
		if err != nil {
			continue
		}
		switch m.Kind {
		case gnutella.Ping:
			reply := gnutella.New(gnutella.Pong, 1, gnutella.PongPayload(s.Public, 40, s.list(10)))
			reply.ID = m.ID
			_, _ = s.udp.WriteTo(reply.Bytes(), from)
		case gnutella.Pong:
			s.learn(gnutella.CachedHosts(m.Payload))
		default:
		}
	}
}
