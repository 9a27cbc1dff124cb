package behaviour

import (
	"cmp"
	"encoding/binary"
	"slices"

	"botnetdetect/flow"
	"botnetdetect/packet"
)

// filterBits is the size of the filter of endpoints seen once: 8 MiB, of which small
// captures touch little.
const filterBits = 1 << 26

// busiest returns the endpoints with at least two peers that no DNS answer named: of
// more than MaxHosts those with most peers, and of equals the lowest addresses. It goes
// through the flows once, and takes memory for MaxHosts endpoints and a sketch.
func busiest(s *flow.Set) []packet.Endpoint {
	c := counter{seen: make([]uint64, filterBits/64), peers: make(map[packet.Endpoint]uint32)}
	for f := range s.P2P() {
		if individual(f.Src) && individual(f.Dst) {
			c.add(f.Src)
			c.add(f.Dst)
		}
	}
	return c.top()
}

// counter counts the peers of endpoints. An endpoint is counted singly from its second
// peer on; of the first, only a bit in a filter is kept, which may be another's too, so
// that an endpoint with one peer may be counted, but none with two is missed.
type counter struct {
	seen  []uint64
	peers map[packet.Endpoint]uint32
}

func (c *counter) add(e packet.Endpoint) {
	bit := hash(e) % filterBits
	if c.seen[bit/64]&(1<<(bit%64)) == 0 {
		c.seen[bit/64] |= 1 << (bit % 64)
		return
	}
	c.peers[e]++
	if len(c.peers) > 4*MaxHosts {
		c.prune()
	}
}

// prune keeps the endpoints with most peers, at most 2*MaxHosts.
func (c *counter) prune() {
	for _, known := range c.ranked()[2*MaxHosts:] {
		delete(c.peers, known.endpoint)
	}
}

func (c *counter) top() (endpoints []packet.Endpoint) {
	all := c.ranked()
	for _, known := range all[:min(len(all), MaxHosts)] {
		endpoints = append(endpoints, known.endpoint)
	}
	return endpoints
}

// counted is an endpoint with the peers that were counted.
type counted struct {
	endpoint packet.Endpoint
	peers    uint32
}

func (c *counter) ranked() []counted {
	all := make([]counted, 0, len(c.peers))
	for e, n := range c.peers {
		all = append(all, counted{e, n})
	}
	slices.SortFunc(all, func(x, y counted) int {
		return cmp.Or(cmp.Compare(y.peers, x.peers), x.endpoint.Compare(y.endpoint))
	})
	return all
}

// hash is the same in every run, as what is left out must be.
func hash(e packet.Endpoint) uint64 {
	var w [16]byte
	copy(w[:], e.Bytes())
	return mix(binary.LittleEndian.Uint64(w[:8]) ^ mix(binary.LittleEndian.Uint64(w[8:])+uint64(e.Kind())))
}
