package main

import (
	"encoding/binary"
	"math"
	"net/netip"
)

const maxPairs = 1 << 30

// clients returns how many clients share the pairs.
func clients(pairs int64) int64 {
	return min(1<<22, max(4, pairs/64))
}

// session is what goes on between the two addresses of a pair. Side 0 is the client.
type session struct {
	app    *app
	client uint32
	addr   [2]netip.Addr
	port   [2]uint16
	spoken bool  // the pair has sent something
	left   int64 // packets to come
	whole  bool  // seen from beginning to end
	state  state // TCP
	seq    [2]uint32
	turn   int    // UDP: who spoke last asks or answers
	unread int    // full packets not yet acknowledged
	body   [2]int // TCP: bytes of the message under way
	told   [2]int // messages begun
	id     uint64 // connection identifiers and the like
}

// begin makes the session of the next pair.
func (g *generator) begin() *session {
	s := g.fresh()
	i := g.next
	g.next++
	g.pairs++
	g.silent++
	s.client = uint32(i) % uint32(len(g.known)) // one after another: all get some
	s.addr = pairAddresses(s.client, uint32(i), g.rng.IntN(10) == 0)
	s.app = pickApp(g.rng.Float64())
	g.open(s)
	return s
}

// again lets a pair whose session has ended have another, for want of further pairs.
func (g *generator) again(s *session) {
	*s = session{client: s.client, addr: s.addr, app: s.app, spoken: true}
	g.open(s)
}

// open draws the session's length and all that a connection draws.
func (g *generator) open(s *session) {
	s.id = g.rng.Uint64()
	s.port = [2]uint16{g.ephemeral(), s.app.port}
	if s.app.port == 0 {
		s.port[1] = g.ephemeral()
	}
	s.seq = [2]uint32{g.rng.Uint32(), g.rng.Uint32()}
	s.left = g.length(s.app)
	g.owed += s.left
	s.whole = s.left >= 6
	s.state = established
	if s.whole {
		s.state = closed
	}
	if s.whole && s.app.named {
		g.lookUp(s)
	}
}

func (g *generator) fresh() *session {
	if n := len(g.spare); n > 0 {
		s := g.spare[n-1]
		g.spare = g.spare[:n-1]
		*s = session{}
		return s
	}
	return new(session)
}

// length draws how many packets a session has.
func (g *generator) length(a *app) int64 {
	if g.hurry() {
		return 1
	}
	more := g.share() - 1
	if a.chatter > 0 {
		return 1 + int64(geometric(g.rng, math.Min(a.chatter, more+1e-9)))
	}
	n := math.Min(pareto(g.rng, more), g.free()/elephant)
	return 1 + int64(n+g.rng.Float64())
}

func (g *generator) ephemeral() uint16 { return uint16(32768 + g.rng.IntN(28000)) }

// pairAddresses gives pair i its addresses: the client's own, and a remote one that no
// other pair has.
func pairAddresses(client, i uint32, v6 bool) [2]netip.Addr {
	remote := scatter(i)
	if v6 {
		return [2]netip.Addr{ipv6(0x20010db8_00000001, client), ipv6(0x20010db8_00010000, remote)}
	}
	return [2]netip.Addr{ipv4(10<<24 | client + 10), ipv4(1<<31 | remote)}
}

// scatter permutes the numbers below maxPairs.
func scatter(i uint32) uint32 {
	const mask = maxPairs - 1
	i = i * 0x9e3779b1 & mask
	i ^= i >> 15
	return i * 0x85ebca6b & mask
}

func ipv4(a uint32) netip.Addr {
	return netip.AddrFrom4([4]byte{byte(a >> 24), byte(a >> 16), byte(a >> 8), byte(a)})
}

func ipv6(prefix uint64, host uint32) netip.Addr {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], prefix)
	binary.BigEndian.PutUint32(b[12:], host)
	return netip.AddrFrom16(b)
}
