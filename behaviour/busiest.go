package behaviour

import (
	"encoding/binary"
	"maps"
	"slices"

	"botnetdetect/flow"
	"botnetdetect/packet"
)

// filterBits is the size of the filter of endpoints seen once: 8 MiB, of which small
// captures touch little.
const filterBits = 1 << 26

// busiest returns the endpoints with at least two peers that no DNS answer named. Of more than
// MaxHosts half are those with most peers that payload was exchanged with, so that addresses
// that somebody makes up, and that answer nobody, leave room for hosts that speak with theirs; the others are
// those with most peers. Of equals it is the lowest addresses. It goes
// through the flows once, and takes memory for MaxHosts endpoints and a sketch.
func busiest(s *flow.Set) []packet.Endpoint { return counterOf(s).best(MaxHosts) }

func counterOf(s *flow.Set) *counter {
	c := newCounter()
	for f := range s.P2P() {
		if between(&f) {
			spoke := f.Behaviour != nil && f.Behaviour.Payloads[0] > 0 && f.Behaviour.Payloads[1] > 0
			c.add(f.Src, spoke)
			c.add(f.Dst, spoke)
		}
	}
	return c
}

// counter counts the peers of endpoints. An endpoint is counted singly from its second
// peer on; of the first, only a bit in a filter is kept, which may be another's too, so
// that an endpoint with one peer may be counted, but none with two is missed.
type counter struct {
	seen  []uint64
	peers map[packet.Endpoint]peers
	left  []left // what had been counted of those that were pruned, by hash; nil: none were
}

// peers are how many peers were counted, and with how many of them payload went both ways.
type peers struct{ all, spoken uint32 }

// left is the most that was counted of any endpoint that shares its place: of one that comes up again, no peer is
// forgotten, though others' may be added.
type left struct{ all, spoken uint8 }

// leftPlaces is how many places there are: 16 MiB.
const leftPlaces = 1 << 23

func newCounter() *counter {
	return &counter{seen: make([]uint64, filterBits/64), peers: make(map[packet.Endpoint]peers)}
}

// add counts a peer of e.
func (c *counter) add(e packet.Endpoint, spoke bool) {
	h := hash(e)
	if bit := h % filterBits; c.seen[bit/64]&(1<<(bit%64)) == 0 {
		c.seen[bit/64] |= 1 << (bit % 64)
		return
	}
	n, known := c.peers[e]
	if !known && c.left != nil {
		was := c.left[h>>32%leftPlaces]
		n = peers{uint32(was.all), uint32(was.spoken)}
	}
	n.all++
	count(&n.spoken, spoke)
	c.peers[e] = n
	if len(c.peers) > 4*MaxHosts {
		c.prune()
	}
}

// prune keeps the best endpoints, 2*MaxHosts of them.
func (c *counter) prune() {
	if c.left == nil {
		c.left = make([]left, leftPlaces)
	}
	kept := make(map[packet.Endpoint]peers, 4*MaxHosts)
	for _, e := range c.best(2 * MaxHosts) {
		kept[e] = c.peers[e]
	}
	for e, n := range c.peers {
		if _, known := kept[e]; !known {
			c.left[hash(e)>>32%leftPlaces].raise(n)
		}
	}
	c.peers = kept
}

func (l *left) raise(n peers) {
	l.all = max(l.all, uint8(min(n.all, 255)))
	l.spoken = max(l.spoken, uint8(min(n.spoken, 255)))
}

// best returns at most so many endpoints, in no particular order.
func (c *counter) best(most int) (endpoints []packet.Endpoint) {
	if len(c.peers) <= most {
		return slices.Collect(maps.Keys(c.peers))
	}
	taken := make(map[packet.Endpoint]bool, most)
	take := func(all []ranked) {
		for i := range all {
			taken[all[i].endpoint] = true
			endpoints = append(endpoints, all[i].endpoint)
		}
	}
	take(strongest(c.ranked(nil, func(p peers) uint32 { return p.spoken }), most/2))
	take(strongest(c.ranked(taken, func(p peers) uint32 { return p.all }), most-len(endpoints)))
	return endpoints
}

// ranked returns the endpoints with a number above 0 that are not taken yet, in no order.
func (c *counter) ranked(taken map[packet.Endpoint]bool, by func(peers) uint32) []ranked {
	all := make([]ranked, 0, len(c.peers))
	for e, p := range c.peers {
		if n := by(p); n > 0 && !taken[e] {
			all = append(all, ranked{e, n})
		}
	}
	return all
}

// hash is the same in every run, as what is left out must be.
func hash(e packet.Endpoint) uint64 {
	var w [16]byte
	copy(w[:], e.Bytes())
	return mix(binary.LittleEndian.Uint64(w[:8]) ^ mix(binary.LittleEndian.Uint64(w[8:])+uint64(e.Kind())))
}
