package detect

import (
	"fmt"

	"botnetdetect/behaviour"
	"botnetdetect/feature"
	"botnetdetect/flow"
	"botnetdetect/observe"
)

// Yield takes what is said of a capture. Either may be nil. An error ends the judging, which
// returns it.
type Yield struct {
	Flow func(*Verdict) error     // each P2P flow, in the order of endpoints
	Host func(*HostVerdict) error // then each host, in the order of addresses; only models of mode behaviour know of hosts
}

// court judges the flows of one capture, and its hosts by them.
type court struct {
	detector Detector
	known    *behaviour.Hosts // nil but in mode behaviour
	whole    bool             // verdicts on flows are wanted with all that describes them
	tallies  map[seat]*tally  // nil if hosts are not judged
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
	return c, nil
}

// Within tells yield, unless that is nil, of the hosts of a capture or a window, and returns what
// then judges its flows one by one: in mode behaviour as if the hosts had done nothing since.
// It keeps nothing of seen, and is for one goroutine.
func (d Detector) Within(seen observe.Observation, yield func(*HostVerdict) error) (func(flow.Flow) (Verdict, error), error) {
	c, err := d.court(seen, Yield{Host: yield})
	if err != nil {
		return nil, err
	}
	if c.tallies != nil {
		err = c.judge(seen, new(Summary), Yield{Host: yield})
	}
	c.whole, c.tallies = true, nil
	return c.flow, err
}

// flow returns the verdict on one flow; in mode behaviour within what its host does.
func (c *court) flow(f flow.Flow) (v Verdict, err error) {
	d := c.detector
	if c.known == nil {
		return d.Verdict(f)
	}
	v = Verdict{Flow: f, Src: f.Src, Dst: f.Dst}
	if c.whole {
		v = d.describe(f, feature.Blocks(f, feature.Aware, d.Vocabulary))
	}
	values, seat := c.known.Seated(&f, nil)
	if seat.Aside {
		behaviour.SetAside(values)
	}
	v.Behaviour = values
	score, err := d.Model.ScoreBehaviour(v.Behaviour)
	if err != nil {
		return v, fmt.Errorf("cannot score flow %v to %v: %w", f.Src, f.Dst, err)
	}
	v.Score, v.Botnet = d.Model.Express(score), d.Model.Botnet(score)
	if c.tallies != nil {
		v.Host = seat.Host
		c.tally(seat, &v, score)
	}
	return v, nil
}
