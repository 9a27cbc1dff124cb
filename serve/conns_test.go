package serve

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Many connections that say nothing, or half of something, keep nobody out; a stream that
// is being answered stays.
func TestManyConnections(t *testing.T) {
	s := newServer(t, func(c *Config) { c.Limits.Connections = 40 })
	address := start(t, s)
	next := follow(t, address)
	next("hello")
	for i := range 500 {
		c, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if i%2 == 1 {
			fmt.Fprint(c, "GET / HT")
		}
	}
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for range 20 {
		answer, err := client.Get(address + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
	}
	s.See(sighting("10.0.0.1", 1))
	next("hosts")
	if open, closed := s.conns.counts(); open > 40 || closed < 450 {
		t.Errorf("%d connections are open, %d were closed", open, closed)
	}
}

// Those who have not shown the token never count as being answered.
func TestConnectionsOfStrangers(t *testing.T) {
	c := newConns(2)
	a, b, d := &net.TCPConn{}, &net.UDPConn{}, &net.UnixConn{}
	c.add(a)
	c.add(b)
	c.count(a, +1)
	if victim := c.add(d); victim != net.Conn(b) {
		t.Errorf("the victim is %v, want the one that is not being answered", victim)
	}
	c.count(a, -1)
	c.remove(a)
	c.remove(a)
	c.count(a, +1) // gone
	if open, closed := c.counts(); open != 1 || closed != 1 {
		t.Errorf("%d open, %d closed", open, closed)
	}
}
