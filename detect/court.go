package detect

import (
	"fmt"

	"botnetdetect/behaviour"
	"botnetdetect/feature"
	"botnetdetect/flow"
	"botnetdetect/observe"
)

// Yield takes what is said of a capture; a verdict is valid until it returns. Either may be nil.
// An error ends the judging, which returns it.
type Yield struct {
	Flow func(*Verdict) error     // each P2P flow, in the order of endpoints
	Host func(*HostVerdict) error // then each host, in the order of addresses; only models of mode behaviour know of hosts
	Bare bool                     // verdicts on hosts are wanted without reasons, which take time
	// Plain says that verdicts on flows are wanted without Verdict.Behaviour, which takes time. Where
	// hosts are judged, too, it is there all the same, unless they are Bare.
	Plain bool
}

// court judges the flows of one capture, and its hosts by them.
type court struct {
	detector Detector
	known    *behaviour.Hosts // nil but in mode behaviour
	whole    bool             // verdicts on flows are wanted with all that describes them
	tallies  map[seat]*tally  // nil if hosts are not judged
	plain    bool             // features are made only where a score needs them

	values []float64        // of the flow judged, while a whole capture is; else each flow gets its own
	scores map[seat]float64 // of the cohorts so far, as they are now, if the model sees no more; else nil
}

// atOnce readies c to judge one flow after the other. Where a host changes, the scores of its cohorts
// are to be let go.
func (c *court) atOnce() {
	c.values = make([]float64, 0, len(behaviour.All()))
	if c.scores == nil && c.known != nil && c.detector.Model.SeesCohorts() {
		c.scores = make(map[seat]float64)
	}
}

// score returns what the model says of a flow at a place, and its features unless they are
// neither wanted nor needed.
func (c *court) score(p *behaviour.Place, s behaviour.Seat) (score float64, values []float64, err error) {
	at, known := seat{s.Host, s.Manner}, !p.Judged() // what says nothing scores 0
	if !known {
		score, known = c.scores[at]
	}
	if known && c.plain {
		return score, nil, nil
	}
	values = featuresOf(p, s, c.values[:0])
	if known {
		return score, values, nil
	}
	score, err = c.detector.Model.ScoreBehaviour(values)
	if c.scores != nil {
		c.scores[at] = score
	}
	if c.plain {
		return score, nil, err
	}
	return score, values, err
}

// featuresOf appends the features of a flow at a place to values.
func featuresOf(p *behaviour.Place, s behaviour.Seat, values []float64) []float64 {
	from := len(values)
	values = p.Values(values)
	if s.Aside {
		behaviour.SetAside(values[from:])
	}
	return values
}

func (d Detector) court(seen observe.Observation, y Yield) (*court, error) {
	c := &court{detector: d, whole: y.Flow != nil}
	if d.Model.Mode != feature.Behavioural {
		return c, nil
	}
	known, err := behaviour.Observe(seen.Table)
	if err != nil {
		return nil, fmt.Errorf("capture %s: %w", seen.Path, err)
	}
	c.known = known
	if y.Host != nil {
		c.tallies = make(map[seat]*tally)
	}
	c.plain = y.Plain && (y.Host == nil || y.Bare)
	return c, nil
}

// flow returns the verdict on one flow; in mode behaviour within what its host does.
func (c *court) flow(f flow.Flow) (v Verdict, err error) {
	d := c.detector
	if c.known == nil {
		return d.Verdict(f)
	}
	v = Verdict{Flow: f, Src: f.Src, Dst: f.Dst}
	if c.whole {
		v = d.describe(f)
	}
	place := c.known.Place(&f)
	seat := place.Seat()
	var score float64
	if score, v.Behaviour, err = c.score(place, seat); err != nil {
		return v, fmt.Errorf("cannot score flow %v to %v: %w", f.Src, f.Dst, err)
	}
	v.Score, v.Botnet = d.Model.Express(score), d.Model.Botnet(score)
	if c.tallies != nil {
		v.Host = seat.Host
		c.tally(place, &v, score)
	}
	return v, nil
}
