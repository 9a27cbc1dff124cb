package synthetic

import (
	"math"
	"net/netip"

	"botnetdetect/internal/craft"
)

var broadcast = craft.MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// node is one host, or what stands for it where the capture is taken.
type node struct {
	addr  netip.Addr
	name  string    // that DNS knows it by; empty: none
	mac   craft.MAC // its own, or that of the router that it is behind
	stack *stack
	hops  byte // routers between it and the capture
	local bool // on the side of the capture
	id    uint16
	path  path
	next  uint16 // ephemeral port, less the first
	until int64  // when what the resolver said of it expires
}

// path is the network between a node and the capture.
type path struct {
	rtt    float64 // seconds: median of the round trip
	jitter float64 // sigma of the round trip's logarithm
	loss   float64 // share of packets lost, each way
	rate   float64 // bytes a second
}

// delay draws a round trip in seconds.
func (p path) delay(d dice) float64 { return d.logNormal(p.rtt, p.jitter) }

func (n *node) ttl() byte { return n.stack.ttl - n.hops }

// identify gives the IP identification of the next packet.
func (n *node) identify(d dice, protocol byte) (id uint16, dontFragment bool) {
	dontFragment = n.stack.noFragment && (protocol == craft.ProtoTCP || n.stack.noFragmentUDP)
	switch n.stack.ids {
	case idZero:
		if dontFragment {
			return 0, true
		}
	case idRandom:
		return uint16(d.Uint32()), dontFragment
	}
	n.id += uint16(1 + d.IntN(1+int(n.stack.busy)))
	return n.id, dontFragment
}

// reaction draws the seconds from a packet of n, as seen in the capture, until what
// follows on it from the other node can be seen there.
func reaction(d dice, from, to *node) float64 {
	if from.local && to.local {
		return d.logNormal(0.0004, 0.5)
	}
	if from.local {
		return to.path.delay(d) + d.logNormal(0.0005, 1)
	}
	return d.logNormal(0.0003, 0.8)
}

// lossy draws whether any of some packets between two nodes is lost.
func lossy(d dice, a, b *node, packets int) bool {
	return d.chance(1 - math.Pow(1-a.path.loss-b.path.loss, float64(packets)))
}
