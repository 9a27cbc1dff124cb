// Package internet is a small Internet in one process: a router in user space between
// network namespaces, with the delays, jitter, losses, dead addresses and address
// translation of the real one.
//
// Call New, then Attach once for each namespace. A namespace holds one observed host, or
// hundreds of peers, each with an address of its own. Whatever a namespace sends arrives
// here as Ethernet frames, since its interface is a TAP device of this process; packets
// to an address of another namespace get there after a delay, and packets to an address
// that nobody has meet the fate of dead addresses. Nothing ever leaves the machine: there
// is no way out of here. IPv4 only.
package internet

import (
	"context"
	"net/netip"
	"sync"
	"time"
)

// Internet routes between its sites. It is safe for concurrent use.
type Internet struct {
	world   World
	began   time.Time
	transit *transit

	mu    sync.RWMutex
	sites map[netip.Addr]*Site
	all   []*Site
}

// New starts an Internet whose distances, losses and dead addresses follow from the seed.
// It carries packets until ctx ends.
func New(ctx context.Context, seed uint64) *Internet {
	n := &Internet{
		world:   World{Seed: seed},
		began:   time.Now(),
		transit: newTransit(),
		sites:   make(map[netip.Addr]*Site),
	}
	go n.transit.run(ctx)
	return n
}

// site returns the one that has the address, or nil.
func (n *Internet) site(a netip.Addr) *Site {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.sites[a]
}

func (n *Internet) add(s *Site) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, a := range s.public() {
		n.sites[a] = s
	}
	n.all = append(n.all, s)
}

// Close detaches every site and ends its recordings.
func (n *Internet) Close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, s := range n.all {
		s.close()
	}
	n.all, n.sites = nil, make(map[netip.Addr]*Site)
}

// route sends p, which left its sender's access link at t, on its way.
func (n *Internet) route(p packet, t time.Time) {
	src, dst := p.src(), p.dst()
	if !dst.IsGlobalUnicast() || dst.IsPrivate() || n.world.lost(src, dst) || !p.age(n.world.hops(src, dst)) {
		return
	}
	there := n.site(dst)
	if there == nil {
		n.answerForDead(p, t)
		return
	}
	if there.asleep(n.world, dst, t.Sub(n.began)) {
		return
	}
	n.transit.send(p, there, n.transit.inOrder(src, dst, t.Add(n.world.delay(src, dst))))
}

// answerForDead sends what comes back from an address that nobody has: mostly nothing.
func (n *Internet) answerForDead(p packet, t time.Time) {
	src, dst := p.src(), p.dst()
	var answer packet
	switch n.world.Fate(dst) {
	case Closed:
		answer = refuse(p)
	case Unreachable:
		answer = unreachable(p, n.world.router(dst), codeHost)
	case Silent:
	}
	back := n.site(src)
	if answer == nil || back == nil {
		return
	}
	n.transit.send(answer, back, t.Add(2*n.world.delay(src, dst)))
}
