package evaluate

import (
	"encoding/hex"
	"net/netip"
	"strings"

	"botnetdetect/metric"
)

// peers counts, by capture, how many peers each host has in it.
func (c *Corpus) peers(captures Groups) []map[string]int {
	peers := make([]map[string]int, len(captures.Names))
	for i := range peers {
		peers[i] = make(map[string]int)
	}
	for r := range c.Flows {
		f := &c.Flows[r]
		for _, end := range []string{f.Src, f.Dst} {
			if isHost(end) {
				peers[captures.Of[r]][end]++ // a pair of endpoints is one flow
			}
		}
	}
	return peers
}

// isHost reports whether an endpoint can be one machine that is known by its address.
func isHost(endpoint string) bool {
	if a, err := netip.ParseAddr(endpoint); err == nil {
		broadcast := a == netip.AddrFrom4([4]byte{255, 255, 255, 255})
		return !(a.IsMulticast() || a.IsLoopback() || a.IsUnspecified() || broadcast)
	}
	first, err := hex.DecodeString(strings.SplitN(endpoint, ":", 2)[0])
	group := err == nil && len(first) == 1 && first[0]&1 == 1 // IEEE 802: the group bit
	return endpoint != "" && !group
}

// hosts says whose flows the flows are.
type hosts struct {
	of     []int  // by row; -1 is no host
	botnet []bool // by host: whether any of its flows is botnet
}

// hosts gives each flow to one of its endpoints: the one with more peers in the
// capture, the first in text order where they have as many. So a host is an endpoint of
// one capture, and its flows are those in which it is the busier side.
func (c *Corpus) hosts() hosts {
	captures := c.captures()
	peers := c.peers(captures)
	type key struct {
		capture int
		host    string
	}
	index := make(map[key]int)
	h := hosts{of: make([]int, len(c.Flows))}
	for r := range c.Flows {
		f, capture := &c.Flows[r], captures.Of[r]
		k := key{capture, busier(f, peers[capture])}
		if k.host == "" {
			h.of[r] = -1
			continue
		}
		i, seen := index[k]
		if !seen {
			i = len(h.botnet)
			index[k] = i
			h.botnet = append(h.botnet, false)
		}
		h.of[r] = i
		h.botnet[i] = h.botnet[i] || f.Botnet
	}
	return h
}

// busier returns the endpoint with more peers; "" if neither is a host.
func busier(f *Flow, peers map[string]int) string {
	first, second := min(f.Src, f.Dst), max(f.Src, f.Dst)
	switch {
	case peers[first] == 0 && peers[second] == 0:
		return ""
	case peers[second] > peers[first]:
		return second
	}
	return first
}

// HostFigures is what verdicts on flows say of hosts. A host is the endpoint with more
// peers of the two of a flow; it is a botnet host if any flow of it is.
type HostFigures struct {
	Any  metric.Confusion `json:"any"`  // a host is called botnet if any flow tested is
	Most metric.Confusion `json:"most"` // … if at least half of its flows tested are
}

// judge counts hosts by the verdicts on the rows tested.
func (h hosts) judge(rows []int, flagged []bool) (figures HostFigures) {
	total, botnet := make(map[int]int), make(map[int]int)
	for i, r := range rows {
		if h.of[r] < 0 {
			continue
		}
		total[h.of[r]]++
		if flagged[i] {
			botnet[h.of[r]]++
		}
	}
	for host, n := range total {
		figures.Any.Observe(h.botnet[host], botnet[host] > 0)
		figures.Most.Observe(h.botnet[host], 2*botnet[host] >= n)
	}
	return figures
}

func (f HostFigures) add(o HostFigures) HostFigures {
	return HostFigures{Any: f.Any.Add(o.Any), Most: f.Most.Add(o.Most)}
}
