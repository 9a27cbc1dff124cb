package live

import (
	"time"

	"botnetdetect/detect"
	"botnetdetect/flow"
	"botnetdetect/observe"
	"botnetdetect/packet"
)

// scene is what hosts did in the windows. Models of mode behaviour judge a flow within it; to
// others it does not matter. Flows that come are counted in it one by one: see sight. It is looked at as a whole when
// windows slide, in the background on a link, as what leaves a window cannot be taken back.
type scene struct {
	long, short sight
	classes     map[packet.Endpoint]detect.Class // what detect says of hosts, by the long window
	looked      time.Time                        // when the long window was looked at last, by the system's clock
	stale       stale
	renewals    int
}

// lookAhead counts the flows of a tick, which the windows do not have yet, in what hosts do.
func (w *watch) lookAhead(t *flow.Table) {
	if w.scene.long.scene != nil {
		w.notice(t, &w.scene.long, &w.scene.short)
	}
}

// lookAround sees to it that flows of a tick are judged within what their hosts do now.
func (w *watch) lookAround() {
	switch {
	case !w.flows.Behaviour:
	case w.scene.long.scene == nil:
		w.look()
	default:
		w.renew()
	}
}

// look takes in what hosts do, and weighs the flows that carry the verdict Botnet on one.
func (w *watch) look() {
	if !w.flows.Behaviour {
		return
	}
	var l looked
	l.look(w.detector, w.long.tables)
	w.lookShort()
	w.trust(&l)
}

// trust takes what a look at the long window as it is shows for what hosts do, and weighs it.
func (w *watch) trust(l *looked) {
	if l.err != nil {
		w.fail(l.err)
		return
	}
	w.scene.long = sight{scene: l.scene, tables: w.long.tables}
	w.scene.stale, w.scene.classes = stale{}, l.classes
	w.see(l)
}

// lookShort takes in what hosts do by the short window.
func (w *watch) lookShort() {
	short, err := w.detector.Scene(observed(w.short.tables), nil, detect.Yield{})
	w.trustShort(short, err)
}

func (w *watch) trustShort(s *detect.Scene, err error) {
	if err != nil {
		w.fail(err)
		return
	}
	w.scene.short = sight{scene: s, tables: w.short.tables}
}

// looked is what a look at a long window shows.
type looked struct {
	scene    *detect.Scene
	classes  map[packet.Endpoint]detect.Class
	carriers []ends // flows that carry the verdict Botnet on a host
	begun    time.Time
	err      error
}

// look looks at tables, which must not change meanwhile.
func (l *looked) look(d detect.Detector, tables []*flow.Table) {
	l.begun, l.classes = time.Now(), make(map[packet.Endpoint]detect.Class)
	l.scene, l.err = d.Scene(observed(tables), new(detect.Summary), detect.Yield{Bare: true, Plain: true, Host: func(v *detect.HostVerdict) error {
		l.classes[v.Host] = v.Class
		l.carriers = append(l.carriers, carriers(v)...)
		return nil
	}})
}

// see weighs what a look shows.
func (w *watch) see(l *looked) {
	w.condemnAll(l.carriers, w.scene.looked)
	w.scene.looked = l.begun
	for e := range w.suspects {
		if w.scene.classes[e] == detect.HostBotnet {
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
		return w.scene.short.scene.Verdict(f)
	}
	return w.scene.long.scene.Verdict(f)
}

// featuresIn returns a flow's features by what a ring has of it; nil but in mode behaviour.
func (w *watch) featuresIn(r *ring, f *flow.Flow) []float64 {
	switch {
	case !w.flows.Behaviour:
		return nil
	case r == w.short:
		return w.scene.short.scene.Features(f)
	}
	return w.scene.long.scene.Features(f)
}

// guilty reports whether a suspect is to be alerted of.
func (w *watch) guilty(e packet.Endpoint, x *suspect) bool {
	if len(x.flows) < w.config.Enough.Peers || w.satellite(e, x) {
		return false
	}
	return !w.flows.Behaviour || w.scene.classes[e] == detect.HostBotnet
}
