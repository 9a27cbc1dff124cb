package synthetic

import (
	"slices"

	"botnetdetect/internal/craft"
)

// fate is what becomes of attempts to reach a peer.
type fate uint8

const (
	alive   fate = iota
	hidden       // behind a router that lets nobody in; it connects to others
	silent       // nothing comes back
	refuses      // resets connections; says that a UDP port is unreachable
	mute         // accepts connections and says nothing
)

// peer is another infected host, or what a peer list takes for one.
type peer struct {
	node
	port  uint16
	fate  fate
	up    bool
	turns int64  // when it next comes or goes
	fails int    // contacts in a row that nothing came of
	gone  bool   // forgotten
	local uint16 // port of the host that is used with it; 0: none yet

	dialect *craft.Dialect // of BitTorrent's DHT; nil: not drawn yet
}

// peers is a botnet as one host knows it.
type peers struct {
	w     *world
	t     *Traits
	space *space
	all   []*peer
	ports []uint16
	fates []float64
	// learned, if any, is told of each peer that is added.
	learned func(q *peer)
}

// maxPeers bounds what is learned, as peer lists do.
const maxPeers = 5000

func drawPeers(w *world, t *Traits, s *space) *peers {
	p := &peers{w: w, t: t, space: s}
	n := 1
	if t.PeerPorts == FewPorts {
		n = w.between(2, 12)
	}
	for range n {
		p.ports = append(p.ports, w.listening())
	}
	there := 1 - t.Dead
	p.fates = []float64{
		there * (1 - t.Hidden), there * t.Hidden, t.Dead * t.Silent,
		t.Dead * (1 - t.Silent) * (1 - t.Mute), t.Dead * (1 - t.Silent) * t.Mute,
	}
	for range t.Peers {
		p.learn()
	}
	return p
}

// learn adds a peer.
func (p *peers) learn() {
	if len(p.all) >= maxPeers {
		return
	}
	q := p.fresh()
	p.all = append(p.all, q)
	if p.learned != nil {
		p.learned(q)
	}
}

func (p *peers) draw(f fate) *peer {
	q := &peer{node: *p.w.remote(p.space, p.t), fate: f, port: pick(p.w.dice, p.ports...)}
	if p.t.PeerPorts == AnyPort {
		q.port = p.w.listening()
	}
	q.up = p.w.chance(p.t.Uptime / (p.t.Uptime + p.t.Downtime))
	return q
}

// remote draws a host somewhere in the Internet.
func (w *world) remote(s *space, t *Traits) *node {
	return &node{
		addr: s.address(w.dice), mac: w.home.gateway.mac, stack: drawStack(w.dice),
		hops: byte(w.between(4, 26)), id: uint16(w.Uint32()), next: uint16(w.Uint32()),
		path: path{
			rtt:    w.logNormal(t.RTT, 0.7),
			jitter: w.logUniform(0.005, 0.3),
			loss:   min(0.3, w.logNormal(t.Loss, 0.8)),
			rate:   w.logUniform(30e3, 10e6),
		},
	}
}

// answers says whether a request reaches a peer that will answer it.
func (p *peers) answers(q *peer) bool {
	p.churn(q)
	return q.fate == alive && q.up
}

// churn has a peer come and go as time passes.
func (p *peers) churn(q *peer) {
	if q.turns == 0 {
		q.turns = p.w.now + int64(p.stay(q)*second)
	}
	for q.turns <= p.w.now {
		q.up = !q.up
		q.turns += int64(p.stay(q)*second) + 1
	}
}

func (p *peers) stay(q *peer) float64 {
	mean := p.t.Downtime
	if q.up {
		mean = p.t.Uptime
	}
	return max(1, p.w.exponential(mean))
}

// outcome notes what came of a contact; a peer that fails too often is forgotten, unless it is the last.
func (p *peers) outcome(q *peer, answered bool) {
	q.fails++
	if answered {
		q.fails = 0
	}
	i := slices.Index(p.all, q)
	if p.t.Drops == 0 || q.fails < p.t.Drops || i < 0 || len(p.all) == 1 {
		return
	}
	q.gone = true
	p.all = slices.Delete(p.all, i, i+1)
}

// fresh draws a peer that has just been heard of.
func (p *peers) fresh() *peer { return p.draw(fate(p.w.choose(p.fates))) }

// next returns a known peer, or a fresh one.
func (p *peers) next(known *peer) *peer {
	if p.w.chance(p.t.Fresh) {
		return p.fresh()
	}
	return known
}

// any draws a known peer.
func (p *peers) any() *peer { return pick(p.w.dice, p.all...) }
