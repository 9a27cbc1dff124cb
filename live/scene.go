package live

import (
	"errors"
	"time"

	"botnetdetect/detect"
	"botnetdetect/flow"
	"botnetdetect/observe"
	"botnetdetect/packet"
)

// scene is what hosts did in the windows, as it was a moment ago. Models of mode behaviour
// judge a flow within it; to others it does not matter.
type scene struct {
	long, short func(flow.Flow) (detect.Verdict, error)
	classes     map[packet.Endpoint]detect.Class // what detect says of hosts, by the long window
	looked      time.Time                        // by the system's clock
	ticks       int                              // since
}

// flowsPerTick is how many flows may be looked at for each tick that has gone by, so that
// looking takes a part of the time only, however large windows are.
const flowsPerTick = 10_000

// lookAround looks at the scene anew if that is due.
func (w *watch) lookAround() {
	if !w.flows.Behaviour {
		return
	}
	if w.scene.ticks++; w.scene.long == nil || w.scene.ticks*flowsPerTick >= w.long.len() {
		w.look()
	}
}

// look takes in what hosts do, and weighs the flows that carry the verdict Botnet on one.
func (w *watch) look() {
	if !w.flows.Behaviour {
		return
	}
	next := scene{classes: make(map[packet.Endpoint]detect.Class), looked: time.Now()}
	var carriers []ends
	var failed [2]error
	next.long, failed[0] = w.detector.Within(w.observed(w.long), func(v *detect.HostVerdict) error {
		next.classes[v.Host] = v.Class
		if v.Class == detect.HostBotnet {
			for i := range v.Flows {
				carriers = append(carriers, ends{v.Host, v.Flows[i].Peer})
			}
		}
		return nil
	})
	next.short, failed[1] = w.detector.Within(w.observed(w.short), nil)
	if err := errors.Join(failed[:]...); err != nil {
		w.fail(err)
		return
	}
	before := w.scene.looked
	w.scene = next
	w.condemnAll(carriers, before)
	for e := range w.suspects {
		if next.classes[e] == detect.HostBotnet {
			w.stirred[e] = true
		}
	}
}

func (w *watch) observed(r *ring) observe.Observation {
	return observe.Observation{Table: flow.SetOf(r.tables...)}
}

// condemnAll weighs flows that are likely Botnet without a packet of theirs: what their host
// does has changed since a time.
func (w *watch) condemnAll(likely []ends, since time.Time) {
	w.late = since.UnixNano()
	for _, key := range likely {
		if _, stands := w.standing[key]; stands {
			continue
		}
		if o, ok := w.opinion(key[0], key[1]); ok && o.verdict.Botnet {
			w.weigh(o, false)
		}
	}
}

// verdictIn gives the verdict on a flow by what a ring has of it.
func (w *watch) verdictIn(r *ring, f flow.Flow) (detect.Verdict, error) {
	switch {
	case !w.flows.Behaviour:
		return w.detector.Verdict(f)
	case r == w.short:
		return w.scene.short(f)
	}
	return w.scene.long(f)
}

// guilty reports whether a suspect is to be alerted of.
func (w *watch) guilty(e packet.Endpoint, x *suspect) bool {
	if len(x.flows) < w.config.Enough.Peers || w.satellite(e, x) {
		return false
	}
	return !w.flows.Behaviour || w.scene.classes[e] == detect.HostBotnet
}
