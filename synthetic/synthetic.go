// Package synthetic makes up the traffic of hosts in peer-to-peer botnets, to train and test
// with. Nothing is sent: frames come out, as a capture would have them.
//
//	h, err := synthetic.New(seed, synthetic.Options{})
//	for frame := range h.Frames() { … } // in the order of time
//	for _, p := range h.Pairs() { … }   // which pairs were of the botnet
//
// A host is drawn: its botnet's design is one of Kinds, and all that a botnet's author, its
// peers and the network around it decide comes from wide distributions, which Traits and
// docs/synthetic.md name. The same seed and options give the same frames, at least on machines of the same
// architecture (others may round logarithms otherwise).
//
// Memory grows with the pairs of a capture, some hundred bytes each, not with its frames.
package synthetic

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"botnetdetect/capture"
	"botnetdetect/internal/craft"
)

// Options narrow what is drawn.
type Options struct {
	Kind   Kind          // empty: one of Kinds, each as likely
	Frames int           // at most; 0: 100,000
	Length time.Duration // of the capture; 0: drawn
}

const mostFrames = 100_000

// Host is one infected host and what surrounds it.
type Host struct {
	seed   uint64
	most   int
	traits Traits
	wire   vantage
	start  int64
	pairs  ledger
}

// What streams of random numbers are for.
const (
	forTraits = iota + 1
	forVantage
	forWorld
)

// New draws a host. An unknown kind, or a negative bound, is an error.
func New(seed uint64, o Options) (*Host, error) {
	d := stream(seed, forTraits)
	kind := pick(d, Kinds()...)
	if o.Kind != "" {
		kind = o.Kind
	}
	if kind != Client && kind != Browser && !slices.Contains(Kinds(), kind) {
		return nil, fmt.Errorf("unknown kind of botnet %q: want one of %v, %s or %s", kind, Kinds(), Client, Browser)
	}
	if o.Frames < 0 || o.Length < 0 {
		return nil, fmt.Errorf("cannot make %d frames in %v: want 0 or more of both", o.Frames, o.Length)
	}
	h := &Host{seed: seed, most: o.Frames, traits: drawTraits(d, kind)}
	if h.most == 0 {
		h.most = mostFrames
	}
	if o.Length > 0 {
		h.traits.Begins *= o.Length.Seconds() / h.traits.Length
		h.traits.Length = o.Length.Seconds()
	}
	v := stream(seed, forVantage)
	h.wire = drawVantage(v)
	h.start = int64(v.uniform(firstDay, lastDay) * second)
	return h, nil
}

// Captures begin between these, in seconds since the epoch: 2007 and 2026.
const (
	firstDay = 1_167_600_000
	lastDay  = 1_767_200_000
)

// Traits returns what has been drawn.
func (h *Host) Traits() Traits { return h.traits }

// Link returns the link type of all frames.
func (h *Host) Link() capture.LinkType { return h.wire.link }

// Frames yields the frames in the order of time. A frame's Data is borrowed until the next
// one. Each call begins anew.
func (h *Host) Frames() iter.Seq[capture.Frame] {
	return func(yield func(capture.Frame) bool) {
		w := h.world(yield)
		h.pairs = w.pairs
		w.populate(h.traits)
		w.run()
	}
}

// Pairs returns the pairs that Frames has yielded so far, sorted.
func (h *Host) Pairs() []Pair { return h.pairs.sorted() }

func (h *Host) world(yield func(capture.Frame) bool) *world {
	w := &world{
		dice:  stream(h.seed, forWorld),
		noise: craft.Noise(h.seed),
		now:   h.start,
		end:   h.start + int64(h.traits.Length*second),
		most:  h.most,
		wire:  h.wire,
		pairs: make(ledger),
		yield: yield,
	}
	return w
}

// populate sets going all that goes on.
func (w *world) populate(t Traits) {
	drawHome(w, &t)
	switch t.Kind {
	case Client:
		w.share(w.home.host, P2P)
	case Browser: // does what all hosts do
	default:
		w.infect(&t)
	}
	w.browse(w.home.host, t.Pages)
	w.serve(w.home.host)
	w.chatter()
	for _, other := range w.home.others {
		w.browse(other, w.logUniform(1, 200))
		w.serve(other)
	}
}

// infect has the bot start, with a client beside it if there is one.
func (w *world) infect(t *Traits) {
	b := newBot(w, t, w.home.host, P2P)
	begins := t.Begins
	if t.MidLife {
		begins = 0
	}
	w.after(begins, b.start)
	if t.Torrent {
		w.share(w.home.host, Background)
	}
}
