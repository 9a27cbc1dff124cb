package main

import (
	"bufio"
	"fmt"
	"math"
	"math/rand/v2"

	"botnetdetect/capture"
	"botnetdetect/internal/craft"
)

// config is what a capture is made from.
type config struct {
	seed   uint64
	size   int64 // bytes
	pairs  int64
	mean   float64 // bytes of a frame
	rate   float64 // packets a second
	active int     // sessions at a time
	ng     bool    // pcapng
}

func (c config) check() error {
	switch {
	case c.pairs < 1 || c.pairs > maxPairs:
		return fmt.Errorf("cannot make %d pairs: want 1 to %d", c.pairs, maxPairs)
	case c.mean < 60 || c.mean > 1500:
		return fmt.Errorf("cannot make frames of %v bytes: want a mean from 60 to 1500", c.mean)
	case !(c.rate >= 1 && c.rate <= 1e8):
		return fmt.Errorf("cannot make %v packets a second: want 1 to 1e8", c.rate)
	case c.active < 1 || c.active > 1<<20:
		return fmt.Errorf("cannot keep %d sessions going: want 1 to %d", c.active, 1<<20)
	}
	return nil
}

// made is what has been made.
type made struct {
	frames, bytes, pairs int64
	wire                 int64 // bytes of all frames
}

func (m made) meanFrame() float64 { return float64(m.wire) / float64(max(1, m.frames)) }

// generator makes a capture. Its memory does not grow with the capture's size, and with
// the number of pairs only by a bit for each client.
type generator struct {
	c config
	made
	rng    *rand.Rand
	out    *craft.Writer
	noise  craft.Noise // what random payload is drawn from
	active []*session  // going on
	spare  []*session  // ended, to be used again
	next   int64       // number of the next pair
	known  []bool      // by client: whether it has asked its resolver
	owed   int64       // packets that active sessions have still to send
	silent int64       // active sessions that have sent nothing yet
	tune   float64     // share of full packets, or minus that of empty ones
	now    int64       // nanoseconds since the epoch
	frame  []byte
	err    error // of writing: the first
}

const (
	fullFrame = 1514
	burstMean = 4
	burstGap  = 20e3 // nanoseconds between packets of a burst
	epoch     = 1_700_000_000e9
	elephant  = 4 // a session takes at most a quarter of what is left
)

// generate writes the capture to w.
func generate(c config, w *bufio.Writer) (made, error) {
	g := &generator{
		c:     c,
		rng:   rand.New(rand.NewPCG(c.seed, 0x6361707475726567)),
		out:   craft.NewWriter(w, capture.LinkEthernet, c.ng),
		known: make([]bool, clients(c.pairs)),
		now:   epoch,
	}
	g.bytes, g.err = g.out.Header()
	for !g.done() && g.err == nil {
		g.refill()
		g.burst()
	}
	return g.made, g.err
}

// done wants the size reached and all pairs seen.
func (g *generator) done() bool {
	return g.bytes >= g.c.size && g.pairs >= g.c.pairs && g.silent == 0
}

// refill begins sessions until enough go on or no pair is left.
func (g *generator) refill() {
	for len(g.active) < g.c.active && g.pairs < g.c.pairs {
		g.active = append(g.active, g.begin())
	}
}

// burst sends some packets of one session, and ends it when it has no more.
func (g *generator) burst() {
	i := g.rng.IntN(len(g.active))
	s := g.active[i]
	start, before := g.now, g.frames
	for n := 1 + geometric(g.rng, burstMean-1); n > 0 && s.left > 0; n-- {
		g.step(s)
		g.now += int64(burstGap * g.rng.ExpFloat64())
	}
	g.pause(g.frames-before, g.now-start)
	if s.left > 0 && !g.hurry() {
		return
	}
	g.owed -= s.left
	if g.pairs >= g.c.pairs && !g.hurry() {
		g.again(s)
		return
	}
	g.spare = append(g.spare, s)
	last := len(g.active) - 1
	g.active[i] = g.active[last]
	g.active = g.active[:last]
}

// pause waits after a burst so long that its packets come at the rate asked for.
func (g *generator) pause(packets, took int64) {
	mean := math.Max(1000, float64(packets)*1e9/g.c.rate-float64(took))
	g.now += int64(mean * g.rng.ExpFloat64())
}

// hurry says that the size is reached before the pairs: each gets one packet more.
func (g *generator) hurry() bool { return g.bytes >= g.c.size }

// share returns how many packets a new session gets on average: what neither active
// sessions nor the other pairs to come need.
func (g *generator) share() float64 {
	return math.Max(1, g.free()/float64(max(1, g.c.pairs-g.pairs)))
}

// free returns how many packets there is room for beside what active sessions owe.
func (g *generator) free() float64 {
	return math.Max(0, float64(g.c.size-g.bytes)/(g.c.mean+craft.RecordLength)-float64(g.owed))
}

// step sends a session's next packet.
func (g *generator) step(s *session) {
	if !s.spoken {
		s.spoken = true
		g.silent--
	}
	s.left--
	g.owed--
	if s.app.tcp {
		g.segment(s)
		return
	}
	g.datagram(s)
}

// send finishes the frame and writes it.
func (g *generator) send() {
	n, err := g.out.Frame(&capture.Frame{Time: g.now, Length: uint32(len(g.frame)), Data: g.frame})
	if err != nil && g.err == nil {
		g.err = fmt.Errorf("cannot write the capture: %w", err)
	}
	g.bytes += n
	g.frames++
	g.wire += int64(len(g.frame))
	g.steer()
}

// steer moves tune by as much as a frame of the mean length would set right in about a
// thousand frames.
func (g *generator) steer() {
	debt := g.c.mean*float64(g.frames) - float64(g.wire)
	g.tune = math.Max(-1, math.Min(1, g.tune0()+debt/(1000*g.c.mean)))
}

// tune0 is where steering starts from: the share that would be right were all packets
// data packets.
func (g *generator) tune0() float64 { return (g.c.mean - 190) / (fullFrame - 190) }

// payloadSize draws how much a packet, or a message, carries: room bytes or more if full.
func (g *generator) payloadSize(room int) (n int, full bool) {
	u := g.rng.Float64()
	switch {
	case u < g.tune:
		return room, true
	case u < -g.tune:
		return 0, false
	}
	return min(room, 1+int(120*g.rng.ExpFloat64())), false
}

// geometric draws from 0, 1, 2… with the given mean.
func geometric(rng *rand.Rand, mean float64) int {
	return int(math.Log(1-rng.Float64()) / math.Log(mean/(mean+1)))
}

// pareto draws from a Pareto distribution with exponent 1.3 and the given mean.
func pareto(rng *rand.Rand, mean float64) float64 {
	const a = 1.3
	return mean * (a - 1) / a * math.Pow(1-rng.Float64(), -1/a)
}
