package synthetic

import "math"

// Kind is a design of peer-to-peer botnets.
type Kind string

// The designs, and Client and Browser, which are no bots.
const (
	Gossip   Kind = "gossip"   // peer lists over UDP
	Transfer Kind = "transfer" // peer lists over UDP, files over TCP
	Overlay  Kind = "overlay"  // a DHT of its own: publishing and searching
	Relay    Kind = "relay"    // HTTP-like requests over TCP from peer to peer
	Padded   Kind = "padded"   // padded peer exchange over UDP, data over TCP
	Swarm    Kind = "swarm"    // BitTorrent's DHT, abused
	Circle   Kind = "circle"   // few peers, long encrypted TCP sessions
	Mesh     Kind = "mesh"     // SSH-like sessions over TCP
	Hybrid   Kind = "hybrid"   // peers beside central servers
	Client   Kind = "client"   // an honest file-sharing program and nothing else
	Browser  Kind = "browser"  // somebody who browses and nothing else
)

// Kinds returns the designs of bots.
func Kinds() []Kind {
	return []Kind{Gossip, Transfer, Overlay, Relay, Padded, Swarm, Circle, Mesh, Hybrid}
}

// Traits is what has been drawn for one infected host. docs/synthetic.md has the
// distributions; times are in seconds, shares from 0 to 1.
type Traits struct {
	Kind    Kind
	Length  float64 // of the capture
	MidLife bool    // the bot has run before the capture begins
	Begins  float64 // else: when it starts

	Peers     int     // that it knows at first
	Dead      float64 // share of peers that are never there
	Hidden    float64 // share of the others that only connect to others
	Learns    float64 // peers learned with each answer that has some
	Fresh     float64 // share of contacts with peers heard of just now, and not kept
	Drops     int     // failures in a row after which a peer is forgotten; 0: none is
	Uptime    float64 // mean time that a peer is there
	Downtime  float64 // mean time that it is not
	Silent    float64 // share of dead peers from whom nothing comes
	Mute      float64 // share of dead peers that accept connections, of those not silent
	Reachable bool    // strangers reach the host
	Strangers float64 // mean time between contacts by others, if reachable
	Friends   float64 // share of those that are by known peers

	Interval float64 // between contacts with a peer, or rounds
	Jitter   Jitter
	Spread   float64 // of the interval by jitter, as a share
	Share    float64 // of peers contacted in a round
	Pace     float64 // median time between contacts of a round
	PaceVary float64 // sigma of its logarithm
	Order    Order
	Contact  float64 // mean number of exchanges of a contact
	Retries  int
	Timeout  float64 // before the first retry
	Backoff  float64 // by which it grows

	Types      int  // of messages
	Sizes      Size // of most messages
	Sockets    Sockets
	PeerPorts  PeerPorts
	RTT        float64 // median
	Loss       float64 // share of packets, each way
	Updates    float64 // mean number of bulk downloads in an hour
	UpdateSize float64 // median bytes
	Scans      float64 // connection attempts a second while it scans; 0: it does not
	Spams      bool
	Central    float64 // time between calls on servers; 0: none

	Pages   float64 // visited in an hour; 0: nobody browses
	Torrent bool    // an honest file-sharing client beside it
	Others  int     // other hosts in the capture
}

// Jitter is how an interval varies.
type Jitter string

// Order is how contacts follow one another.
type Order string

// Sockets is which ports the bot sends datagrams from.
type Sockets string

// PeerPorts is which ports peers listen at.
type PeerPorts string

// What can be drawn of each.
const (
	NoJitter      Jitter = "none"
	UniformJitter Jitter = "uniform"
	NormalJitter  Jitter = "normal"
	Exponential   Jitter = "exponential"

	Rounds  Order = "rounds"  // a share of the peers, then a pause
	Timers  Order = "timers"  // each peer on its own
	Sweep   Order = "sweep"   // one after another, without end
	Poisson Order = "poisson" // any peer at any time

	OneSocket  Sockets = "one"
	FewSockets Sockets = "few"
	AnySocket  Sockets = "any" // a port for each contact

	OnePort  PeerPorts = "one"
	FewPorts PeerPorts = "few"
	AnyPort  PeerPorts = "any"
)

// drawTraits draws all that docs/synthetic.md lists. Whatever does not apply to a kind is
// drawn all the same and stays unused.
func drawTraits(d dice, kind Kind) Traits {
	t := Traits{Kind: kind}
	drawPopulation(d, &t)
	drawRhythm(d, &t)
	drawWire(d, &t)
	drawCompany(d, &t)
	if kind == Browser && t.Pages == 0 {
		t.Pages = d.logUniform(1, 200)
	}
	return t
}

func drawPopulation(d dice, t *Traits) {
	t.Peers = d.count(5, 1000)
	if t.Kind == Circle || t.Kind == Mesh {
		t.Peers = d.count(5, 200)
	}
	t.Dead = 0.95 * math.Pow(d.Float64(), 1.5)
	t.Hidden = d.uniform(0, 0.6) * d.Float64()
	t.Learns = d.exponential(0.2)
	t.Fresh = pick(d, 0, d.Float64(), 1)
	if d.chance(0.5) {
		t.Drops = d.count(1, 10)
	}
	t.Uptime = d.logUniform(10*60, 24*3600)
	t.Downtime = d.logUniform(60, 12*3600)
	t.Silent = d.uniform(0, 1)
	t.Mute = d.uniform(0, 1)
	t.Reachable = d.chance(0.4)
	t.Strangers = d.logUniform(0.5, 600)
	t.Friends = d.uniform(0, 1)
}

func drawRhythm(d dice, t *Traits) {
	t.Length = d.logUniform(120, 4*3600)
	t.MidLife = d.chance(0.5)
	t.Begins = min(d.logUniform(0.1, 300), t.Length/2)
	t.Interval = max(d.logUniform(1, 1800), float64(t.Peers)/d.logUniform(1, 50))
	t.Jitter = pick(d, NoJitter, UniformJitter, NormalJitter, Exponential)
	t.Spread = d.logUniform(0.001, 0.6)
	t.Share = d.logUniform(0.02, 1)
	t.Pace = d.logUniform(0.0005, 20)
	t.PaceVary = d.logUniform(0.01, 2)
	t.Order = pick(d, Rounds, Timers, Sweep, Poisson)
	t.Contact = 1 + d.exponential(1.5)*float64(d.IntN(2))
	t.Retries = d.between(1, 5) * d.IntN(2)
	t.Timeout = d.logUniform(0.3, 60)
	t.Backoff = pick(d, 1, 1.5, 2)
}

func drawWire(d dice, t *Traits) {
	t.Types = d.between(1, 9)
	t.Sizes = pick(d, FixedSize, FewSizes, PaddedSize, BlockSize, ListSize, MixedSize)
	t.Sockets = pick(d, OneSocket, OneSocket, FewSockets, AnySocket)
	t.PeerPorts = pick(d, OnePort, FewPorts, AnyPort)
	t.RTT = d.logUniform(0.015, 0.4)
	if d.chance(0.15) { // laboratories, and proxies that answer for everyone
		t.RTT = d.logUniform(0.0002, 0.015)
	}
	t.Loss = d.logUniform(0.0003, 0.1)
	if d.chance(0.3) {
		t.Updates = d.logUniform(0.2, 10)
	}
	t.UpdateSize = d.logUniform(10e3, 2e6)
	if d.chance(0.2) {
		t.Scans = d.logUniform(0.05, 30)
	}
	t.Spams = d.chance(0.1)
	if t.Kind == Hybrid || d.chance(0.15) {
		t.Central = d.logUniform(10, 3600)
	}
}

func drawCompany(d dice, t *Traits) {
	if d.chance(0.7) {
		t.Pages = d.logUniform(1, 200)
	}
	t.Torrent = d.chance(0.1)
	if d.chance(0.25) {
		t.Others = d.count(1, 8)
	}
}

// jitter varies an interval.
func (t *Traits) jitter(d dice, seconds float64) float64 {
	switch t.Jitter {
	case UniformJitter:
		seconds *= 1 + t.Spread*d.uniform(-1, 1)
	case NormalJitter:
		seconds *= math.Max(0.1, 1+t.Spread*d.NormFloat64())
	case Exponential:
		seconds = d.exponential(seconds)
	}
	return seconds
}

// pace draws the time between two contacts of a round.
func (t *Traits) pace(d dice) float64 { return d.logNormal(t.Pace, t.PaceVary) }
