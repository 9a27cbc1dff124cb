package app

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"botnetdetect/lab/internal/gnutella"
)

// gnutellaParameters describe servents that behave alike, one for each address to listen at.
type gnutellaParameters struct {
	Listen     []netip.AddrPort
	Public     netip.AddrPort   // where the servent says it is, if not where it listens
	Known      []netip.AddrPort // the cache of hosts to begin with
	Told       []netip.AddrPort // hosts that are in every list of hosts it gives
	Slots      int              // connections to keep
	Parallel   int              // connections to try at a time
	PingEvery  time.Duration    // between two datagrams that ask for hosts
	QueryEvery time.Duration    // between two queries
	Ultrapeer  bool
	Busy       float64 // share of callers that are refused
}

// gnutellaServents runs all of them.
func gnutellaServents(ctx context.Context, p gnutellaParameters) error {
	var wait sync.WaitGroup
	errs := make(chan error, len(p.Listen))
	for _, a := range p.Listen {
		wait.Go(func() { errs <- newServent(p, a).run(ctx) })
	}
	wait.Wait()
	return <-errs
}

// servent is one node of the network.
type servent struct {
	gnutellaParameters

	listen netip.AddrPort
	id     [16]byte
	udp    net.PacketConn

	mu    sync.Mutex
	cache []netip.AddrPort
	tried map[netip.AddrPort]time.Time
	peers map[net.Conn]bool
}

const (
	maxCache    = 3000
	retryAfter  = 10 * time.Minute
	dialTimeout = 8 * time.Second
)

func newServent(p gnutellaParameters, listen netip.AddrPort) *servent {
	s := &servent{
		gnutellaParameters: p, listen: listen, cache: append([]netip.AddrPort(nil), p.Known...),
		tried: make(map[netip.AddrPort]time.Time), peers: make(map[net.Conn]bool),
	}
	s.id = gnutella.New(gnutella.Ping, 1, nil).ID
	if !s.Public.IsValid() {
		s.Public = listen
	}
	return s
}

func (s *servent) run(ctx context.Context) error {
	udp, err := net.ListenPacket("udp4", s.listen.String())
	if err != nil {
		return err
	}
	defer closeAtEnd(ctx, udp)()
	s.udp = udp
	tcp, err := net.Listen("tcp4", s.listen.String())
	if err != nil {
		return err
	}
	defer closeAtEnd(ctx, tcp)()
	go s.answerDatagrams()
	go s.askForHosts(ctx)
	for range s.Parallel {
		go s.keepConnected(ctx)
	}
	for {
		c, err := tcp.Accept()
		if err != nil {
			return ended(ctx, err)
		}
		go s.answerCaller(ctx, c)
	}
}

// learn puts hosts into the cache.
func (s *servent) learn(hosts []netip.AddrPort) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range hosts {
		if len(s.cache) < maxCache && h != s.Public && h.Port() != 0 && h.Addr().IsGlobalUnicast() {
			s.cache = append(s.cache, h)
		}
	}
}

// list is what it tells others of hosts.
func (s *servent) list(n int) []netip.AddrPort {
	s.mu.Lock()
	defer s.mu.Unlock()
	hosts := append([]netip.AddrPort(nil), s.Told...)
	for range n {
		if len(s.cache) > 0 {
			hosts = append(hosts, s.cache[rand.IntN(len(s.cache))])
		}
	}
	return hosts
}

// next draws a host that was not tried lately; ok is false when there is none.
func (s *servent) next() (h netip.AddrPort, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.peers) >= s.Slots {
		return h, false
	}
	for range 20 {
		if len(s.cache) == 0 {
			return h, false
		}
		h = s.cache[rand.IntN(len(s.cache))]
		if time.Since(s.tried[h]) > retryAfter {
			s.tried[h] = time.Now()
			return h, true
		}
	}
	return h, false
}

func (s *servent) keepConnected(ctx context.Context) {
	for pause(ctx, time.Duration(500+rand.IntN(2500))*time.Millisecond) {
		if h, ok := s.next(); ok {
			s.call(ctx, h)
		}
	}
}

// dial connects from the servent's own address.
func (s *servent) dial(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	d := net.Dialer{Timeout: dialTimeout}
	if !s.listen.Addr().IsUnspecified() {
		d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(s.listen.Addr(), 0))
	}
	return d.DialContext(ctx, "tcp4", to.String())
}

func (s *servent) greeting() gnutella.Greeting {
	return gnutella.Greeting{Agent: "lab/1.0", Ultrapeer: s.Ultrapeer, Listen: s.Public, Try: s.list(10)}
}

// call greets a host and, if it accepts, keeps it company in the background.
func (s *servent) call(ctx context.Context, h netip.AddrPort) {
	c, err := s.dial(ctx, h)
	if err != nil {
		return
	}
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	r := bufio.NewReader(c)
	accepted, hosts, err := gnutella.Connect(c, r, s.greeting())
	s.learn(hosts)
	if err != nil || !accepted {
		_ = c.Close()
		return
	}
	go s.keepCompany(ctx, c, r)
}

// answerCaller serves a greeting or a download.
func (s *servent) answerCaller(ctx context.Context, c net.Conn) {
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	r := bufio.NewReader(c)
	line, err := r.ReadString('\n')
	switch {
	case err != nil:
	case strings.HasPrefix(line, "GNUTELLA CONNECT/"):
		s.mu.Lock()
		full := len(s.peers) >= 2*s.Slots+4
		s.mu.Unlock()
		busy := full || rand.Float64() < s.Busy
		if err := gnutella.Accept(c, r, s.greeting(), busy); err == nil && !busy {
			s.keepCompany(ctx, c, r)
			return
		}
	case strings.HasPrefix(line, "GET /uri-res/"):
		s.upload(c, r)
	}
	_ = c.Close()
}

// upload answers a request for a piece of a file.
func (s *servent) upload(c net.Conn, r *bufio.Reader) {
	for line := " "; strings.TrimSpace(line) != "" || line == " "; {
		var err error
		if line, err = r.ReadString('\n'); err != nil {
			return
		}
	}
	if rand.Float64() < 0.4 {
		fmt.Fprint(c, "HTTP/1.1 503 Busy\r\nX-Queue: position=7\r\nContent-Length: 0\r\n\r\n")
		return
	}
	_ = c.SetDeadline(time.Now().Add(5 * time.Minute))
	n := int64(30_000 + rand.IntN(400_000))
	fmt.Fprintf(c, "HTTP/1.1 206 Partial Content\r\nServer: lab/1.0\r\nContent-Range: bytes 0-%d/4000000\r\nContent-Length: %d\r\n\r\n", n-1, n)
	_, _ = io.CopyN(c, noise{}, n)
}

// download fetches a piece of a file that a hit told of.
func (s *servent) download(ctx context.Context, from netip.AddrPort) {
	c, err := s.dial(ctx, from)
	if err != nil {
		return
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(5 * time.Minute))
	fmt.Fprintf(c, "GET /uri-res/N2R?urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB HTTP/1.1\r\nHost: %s\r\nUser-Agent: lab/1.0\r\nRange: bytes=0-524287\r\n\r\n", from)
	if answer, err := http.ReadResponse(bufio.NewReader(c), nil); err == nil {
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
	}
}
