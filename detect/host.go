package detect

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"botnetdetect/behaviour"
	"botnetdetect/feature"
	"botnetdetect/observe"
	"botnetdetect/packet"
)

// Class is the verdict on a host.
type Class string

// The verdicts on hosts.
const (
	HostBenign Class = "Benign"
	HostBotnet Class = "Botnet"
	TooLittle  Class = "too little evidence" // fewer than MinPeers peers in every cohort
)

// MinPeers is how many peers of one cohort a verdict on a host needs.
const MinPeers = 8

// HostVerdict is what is said of one host, from all its flows.
type HostVerdict struct {
	Capture string
	Host    packet.Endpoint
	Class   Class
	Score   float64 // mean score of the flows of the cohort that the verdict rests on
	Manner  behaviour.Manner
	Peers   int       // in that cohort
	Reasons []string  // in words, the weightiest first
	Flows   []Carrier // those with the highest scores, at most maxCarriers
}

// Carrier is a flow that carries a verdict on a host.
type Carrier struct {
	Peer  packet.Endpoint
	Score float64
}

const (
	maxCarriers = 10
	maxReasons  = 5
)

// JudgeHosts hands the verdict on each host of a capture, in the order of addresses, to yield. It
// stops at yield's first error, which it returns. The model must be of mode behaviour.
func (d Detector) JudgeHosts(seen observe.Observation, yield func(*HostVerdict) error) error {
	if d.Model.Mode != feature.Behavioural {
		return fmt.Errorf("a model of mode %s says nothing of hosts: use --features behaviour", d.Model.Mode)
	}
	hosts, err := behaviour.Observe(seen.Table)
	if err != nil {
		return fmt.Errorf("capture %s: %w", seen.Path, err)
	}
	tallies, err := d.tally(seen, hosts)
	if err != nil {
		return err
	}
	for e := range hosts.All {
		best := strongest(tallies, e)
		if best == nil {
			continue // the peers of others
		}
		v, err := d.hostVerdict(best)
		if err != nil {
			return err
		}
		v.Capture, v.Host = seen.Path, e
		if err := yield(&v); err != nil {
			return err
		}
	}
	return nil
}

// seat names a cohort.
type seat struct {
	host   packet.Endpoint
	manner behaviour.Manner
}

// tally is what the flows of a cohort come to.
type tally struct {
	manner   behaviour.Manner
	peers    int
	sum      float64
	carriers []Carrier
	telling  []float64 // features of the flow with the highest score
}

func (t *tally) mean() float64 { return t.sum / float64(t.peers) }

func (d Detector) tally(seen observe.Observation, hosts *behaviour.Hosts) (map[seat]*tally, error) {
	tallies := make(map[seat]*tally)
	var values []float64
	for f := range seen.Table.P2P() {
		s := hosts.Seat(&f)
		if !s.Evidence() || d.Allow.Either(f.Src, f.Dst) {
			continue
		}
		values = hosts.Features(&f, values[:0])
		score, err := d.Model.ScoreBehaviour(values)
		if err != nil {
			return nil, fmt.Errorf("cannot score flow %v to %v: %w", f.Src, f.Dst, err)
		}
		t := tallies[seat{s.Host, s.Manner}]
		if t == nil {
			t = &tally{manner: s.Manner}
			tallies[seat{s.Host, s.Manner}] = t
		}
		peer := f.Src
		if peer == s.Host {
			peer = f.Dst
		}
		t.add(peer, score, values)
	}
	return tallies, seen.Table.Err()
}

func (t *tally) add(peer packet.Endpoint, score float64, values []float64) {
	if len(t.carriers) == 0 || score > t.carriers[0].Score {
		t.telling = append(t.telling[:0], values...)
	}
	t.peers++
	t.sum += score
	at, _ := slices.BinarySearchFunc(t.carriers, score, func(c Carrier, score float64) int { return cmp.Compare(score, c.Score) })
	if at < maxCarriers {
		t.carriers = slices.Insert(t.carriers, at, Carrier{peer, score})
		t.carriers = t.carriers[:min(len(t.carriers), maxCarriers)]
	}
}

// strongest returns the cohort that the verdict on a host rests on: of those with enough
// peers the one with the highest mean, else the one with most peers.
func strongest(tallies map[seat]*tally, e packet.Endpoint) (best *tally) {
	for _, m := range [...]behaviour.Manner{behaviour.TCP, behaviour.UDP} {
		t := tallies[seat{e, m}]
		switch {
		case t == nil:
		case best == nil, best.peers < MinPeers && t.peers > best.peers, t.peers >= MinPeers && t.mean() > best.mean():
			best = t
		}
	}
	return best
}

func (d Detector) hostVerdict(t *tally) (v HostVerdict, err error) {
	v = HostVerdict{Score: t.mean(), Manner: t.manner, Peers: t.peers, Flows: t.carriers, Class: HostBenign}
	switch {
	case t.peers < MinPeers:
		v.Class = TooLittle
	case d.Model.Botnet(v.Score):
		v.Class = HostBotnet
	}
	v.Reasons, err = d.hostReasons(t.telling, v.Class == HostBotnet)
	return v, err
}

// hostReasons says what speaks for a verdict, the weightiest first.
func (d Detector) hostReasons(values []float64, botnet bool) (reasons []string, err error) {
	pushes, err := d.Model.ExplainBehaviour(values)
	if err != nil {
		return nil, err
	}
	var columns []int
	for c, push := range pushes.ByFeature {
		if push != 0 && push > 0 == botnet {
			columns = append(columns, c)
		}
	}
	slices.SortStableFunc(columns, func(x, y int) int {
		return cmp.Compare(math.Abs(pushes.ByFeature[y]), math.Abs(pushes.ByFeature[x]))
	})
	names := behaviour.Names()
	for _, c := range columns[:min(len(columns), maxReasons)] {
		place := slices.Index(names, d.Model.Features()[c])
		reasons = append(reasons, behaviour.Words(place, values[place]))
	}
	return reasons, nil
}
