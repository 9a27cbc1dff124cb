package live

import (
	"errors"
	"time"

	"botnetdetect/detect"
	"botnetdetect/flow"
	"botnetdetect/observe"
	"botnetdetect/packet"
)

// scene is what hosts did in the windows. Models of mode behaviour judge a flow within it; to
// others it does not matter. It is looked at as a whole when windows slide, in the background
// on a link; between that, what a host does is taken anew when its flows have changed: see renew.
type scene struct {
	long, short *detect.Scene
	classes     map[packet.Endpoint]detect.Class // what detect says of hosts, by the long window
	looked      time.Time                        // by the system's clock
	took        time.Duration                    // the look at the long window
	ticks       int                              // since
	stale       stale
}

// flowsPerTick is how many flows a replay may look at for each tick that has gone by, so that
// looking takes a part of the time only, however large windows are.
const flowsPerTick = 2_500

// lookAround sees to it that flows of a tick are judged within what their hosts do now.
func (w *watch) lookAround(t *flow.Table) {
	if !w.flows.Behaviour {
		return
	}
	w.scene.ticks++
	switch {
	case w.scene.long == nil:
		w.look()
	case !w.own:
		w.changed(t)
		w.renew()
	case w.scene.ticks*flowsPerTick >= w.long.len():
		w.look()
	}
}

// look takes in what hosts do, and weighs the flows that carry the verdict Botnet on one.
func (w *watch) look() {
	if !w.flows.Behaviour {
		return
	}
	var l looked
	l.look(w.detector, w.long.tables)
	short, err := w.detector.Scene(observed(w.short.tables), nil, detect.Yield{})
	if err = errors.Join(l.err, err); err != nil {
		w.fail(err)
		return
	}
	w.scene.short = short
	w.see(&l)
}

// looked is what a look at a long window shows.
type looked struct {
	scene    *detect.Scene
	classes  map[packet.Endpoint]detect.Class
	carriers []ends // flows that carry the verdict Botnet on a host
	begun    time.Time
	took     time.Duration
	err      error
}

// look looks at tables, which must not change meanwhile.
func (l *looked) look(d detect.Detector, tables []*flow.Table) {
	l.begun, l.classes = time.Now(), make(map[packet.Endpoint]detect.Class)
	l.scene, l.err = d.Scene(observed(tables), new(detect.Summary), detect.Yield{Bare: true, Host: func(v *detect.HostVerdict) error {
		l.classes[v.Host] = v.Class
		l.carriers = append(l.carriers, carriers(v)...)
		return nil
	}})
	l.took = time.Since(l.begun)
}

// see puts what a look shows in the place of what was known of hosts.
func (w *watch) see(l *looked) {
	before := w.scene.looked
	for e := range w.scene.stale.since { // more has come of them than the look has seen
		if class, ok := w.scene.classes[e]; ok {
			l.classes[e] = class
		}
	}
	w.scene.long, w.scene.classes = l.scene, l.classes
	w.scene.looked, w.scene.took, w.scene.ticks = l.begun, l.took, 0
	w.condemnAll(l.carriers, before)
	for e := range w.suspects {
		if l.classes[e] == detect.HostBotnet {
			w.stirred[e] = true
		}
	}
}

func observed(tables []*flow.Table) observe.Observation {
	return observe.Observation{Table: flow.SetOf(tables...)}
}

// carriers returns the flows that carry the verdict Botnet on a host.
func carriers(v *detect.HostVerdict) (all []ends) {
	if v.Class != detect.HostBotnet {
		return nil
	}
	for i := range v.Flows {
		all = append(all, ends{v.Host, v.Flows[i].Peer})
	}
	return all
}

// condemnAll weighs flows that are likely Botnet without a packet of theirs: what their host
// does has changed since a time.
func (w *watch) condemnAll(likely []ends, since time.Time) {
	w.late = since.UnixNano()
	for _, key := range likely {
		if w.stands(key) {
			continue
		}
		if o, ok := w.opinion(key[0], key[1]); ok && o.verdict.Botnet {
			w.weigh(o, false)
		}
	}
}

// stands reports whether the verdict Botnet on a flow stands, in whichever order its ends are.
func (w *watch) stands(key ends) bool {
	return w.standing[key] != nil || w.standing[ends{key[1], key[0]}] != nil
}

// verdictIn gives the verdict on a flow by what a ring has of it.
func (w *watch) verdictIn(r *ring, f flow.Flow) (detect.Verdict, error) {
	switch {
	case !w.flows.Behaviour:
		return w.detector.Verdict(f)
	case r == w.short:
		return w.scene.short.Verdict(f)
	}
	return w.scene.long.Verdict(f)
}

// guilty reports whether a suspect is to be alerted of.
func (w *watch) guilty(e packet.Endpoint, x *suspect) bool {
	if len(x.flows) < w.config.Enough.Peers || w.satellite(e, x) {
		return false
	}
	return !w.flows.Behaviour || w.scene.classes[e] == detect.HostBotnet
}
