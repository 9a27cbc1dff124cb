package app

import (
	"math/rand/v2"
	"net/netip"
	"time"

	"botnetdetect/lab/internal/internet"
	"botnetdetect/lab/internal/recording"
)

// gnutellaHost is one observed servent.
type gnutellaHost struct {
	recording.Host

	alive, dead int // hosts that its cache begins with
	slots       int // connections that it keeps
	parallel    int // connections that it tries at a time
	pingEvery   time.Duration
	queryEvery  time.Duration
	ultrapeer   bool
	think       time.Duration // its user also browses; 0: not
}

// gnutellaScene is a network in decline: most hosts in every cache are gone.
func gnutellaScene(r *recording.Recording) {
	web(r)
	servents := r.Peers("servents", 260, internet.Sleep{Share: 0.5, On: 20 * time.Minute, Off: 15 * time.Minute})
	draw := r.Rand("gnutella")
	living := withPorts(draw, servents.Addresses, 6346, 0.6)
	gone := withPorts(draw, r.Dead("servents", 2500), 6346, 0.6)
	var reachable []netip.AddrPort
	for _, h := range gnutellaHosts() {
		p := r.Host(h.Host)
		if r.Err() != nil {
			return
		}
		listen := netip.AddrPortFrom(netip.IPv4Unspecified(), uint16(1024+draw.IntN(60000)))
		public := netip.AddrPortFrom(p.Addresses[0], listen.Port())
		if h.ultrapeer {
			reachable = append(reachable, public)
		}
		p.Role("gnutella", gnutellaParameters{
			Listen: []netip.AddrPort{listen}, Public: public,
			Known: append(some(draw, living, h.alive), some(draw, gone, h.dead)...),
			Slots: h.slots, Parallel: h.parallel, PingEvery: h.pingEvery, QueryEvery: h.queryEvery,
			Ultrapeer: h.ultrapeer, Busy: 0.2,
		})
		if h.think > 0 {
			browse(p, r, h.think)
		}
	}
	known := append(append(some(draw, gone, 300), living...), reachable...)
	servents.Role("gnutella", gnutellaParameters{
		Listen: living, Known: known, Told: reachable, Slots: 2, Parallel: 1, PingEvery: 5 * time.Minute, QueryEvery: 2 * time.Minute,
		Ultrapeer: true, Busy: 0.6,
	})
}

func gnutellaHosts() []gnutellaHost {
	host := func(name string, reach recording.Reach, at recording.Vantage, settings string) recording.Host {
		return recording.Host{Name: name, Reach: reach, Vantage: at, Up: 5, Down: 20, Settings: settings}
	}
	return []gnutellaHost{
		{
			Host:  host("leaf", recording.Natted, recording.AtHost, "leaf; 95 % of the cache dead"),
			alive: 25, dead: 500, slots: 4, parallel: 6, pingEvery: 4 * time.Second, queryEvery: 3 * time.Minute, think: 2 * time.Minute,
		},
		{
			Host:  host("ultrapeer", recording.Forwarded, recording.AtHost, "ultrapeer; 80 % of the cache dead"),
			alive: 100, dead: 400, slots: 24, parallel: 10, pingEvery: 3 * time.Second, queryEvery: 4 * time.Minute, ultrapeer: true,
		},
		{
			Host:  host("hopeless", recording.Natted, recording.AtGateway, "leaf after a long absence; 99 % of the cache dead"),
			alive: 8, dead: 900, slots: 5, parallel: 20, pingEvery: 2 * time.Second, queryEvery: time.Minute,
		},
		{
			Host:  host("calm", recording.Public, recording.AtHost, "leaf; half of the cache dead; slow"),
			alive: 60, dead: 60, slots: 3, parallel: 2, pingEvery: 20 * time.Second, queryEvery: 10 * time.Minute, think: 4 * time.Minute,
		},
	}
}

// withPorts gives addresses a port each: the usual one to a share, else any.
func withPorts(r *rand.Rand, addresses []netip.Addr, usual uint16, share float64) []netip.AddrPort {
	all := make([]netip.AddrPort, len(addresses))
	for i, a := range addresses {
		port := usual
		if r.Float64() >= share {
			port = uint16(1024 + r.IntN(64000))
		}
		all[i] = netip.AddrPortFrom(a, port)
	}
	return all
}

// some draws n of all, or all of them if there are fewer.
func some[T any](r *rand.Rand, all []T, n int) []T {
	drawn := make([]T, 0, n)
	for _, i := range r.Perm(len(all))[:min(n, len(all))] {
		drawn = append(drawn, all[i])
	}
	return drawn
}
