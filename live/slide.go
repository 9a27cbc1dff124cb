package live

import (
	"time"

	"botnetdetect/detect"
	"botnetdetect/flow"
	"botnetdetect/observe"
	"botnetdetect/packet"
)

// slideIfDue slides windows as often as is due. After a silence in which everything has
// left them, they begin anew.
func (w *watch) slideIfDue() {
	if w.short == nil {
		return
	}
	for w.clock.elapsed >= w.next {
		late := w.clock.elapsed - w.next
		w.slide(w.clock.wall.Add(-late))
		if late > w.config.Long+w.config.Window {
			w.next = w.clock.elapsed.Truncate(w.config.Slide)
			w.restart()
		}
		w.next += w.config.Slide
	}
}

// slide judges the window that ends now, and begins the next one.
func (w *watch) slide(now time.Time) {
	w.stats.Slides++
	w.short.seal()
	w.slides++
	longToo := w.slides >= w.short.size
	if longToo {
		w.slides = 0
		w.told.age()
		w.long.seal()
	}
	w.look()
	w.recheck()
	w.settle()
	w.judgeWhole(now)
	w.begin(w.short, now)
	if longToo {
		w.begin(w.long, now)
	}
}

// begin begins the next table of a window, in which names live on.
func (w *watch) begin(r *ring, now time.Time) {
	r.begin(now)
	w.names.carry(r.filling(), w.clock.elapsed)
}

// judged is a whole judgement.
type judged struct {
	slide  Slide
	hosts  hosts
	likely []ends // of flows with verdict Botnet, in mode behaviour
	err    error
}

// judgeWhole judges all of the short window, in a replay at once, else in another
// goroutine: its tables are sealed.
func (w *watch) judgeWhole(now time.Time) {
	if w.judging {
		w.stats.LateSlide++
		return
	}
	work := wholeOf(w, now)
	if w.own {
		w.finish(work())
		return
	}
	w.judging = true
	go func() { w.whole <- work() }()
}

// wholeOf returns the work that a whole judgement is; it may be done anywhere.
func wholeOf(w *watch, now time.Time) func() *judged {
	tables, d, enough, behaving := w.short.tables, w.detector, w.config.Enough, w.flows.Behaviour
	j := &judged{slide: Slide{Window: w.short.window(now), Model: w.model}, hosts: newHosts(w.config.Hosts)}
	return func() *judged {
		begun := time.Now()
		var sum detect.Summary
		say := detect.Yield{Flow: func(v *detect.Verdict) error {
			j.add(v, enough.of(v, now), behaving)
			return nil
		}}
		if behaving {
			j.hosts.classes = make(map[packet.Endpoint]detect.Class)
			say.Host = j.hosts.class
		}
		j.err = d.JudgeAll(observe.Observation{Table: flow.SetOf(tables...)}, &sum, say)
		j.slide.Flows, j.slide.P2P, j.slide.Allowed = sum.Flows, sum.P2P, sum.Allowed
		j.slide.Hosts = j.hosts.ranked(enough)
		j.slide.Took = time.Since(begun)
		return j
	}
}

// add counts a verdict; enough says whether there was enough of its flow.
func (j *judged) add(v *detect.Verdict, enough, behaving bool) {
	switch {
	case !enough:
		j.slide.Insufficient++
	case v.Botnet:
		j.slide.Botnet++
		if behaving && len(j.likely) < mostStanding {
			j.likely = append(j.likely, ends{v.Src, v.Dst})
		}
	}
	j.hosts.add(v, enough && v.Botnet)
}

// finish announces a whole judgement.
func (w *watch) finish(j *judged) {
	w.judging = false
	if j.err != nil {
		w.fail(j.err)
	}
	w.stats.Sliding = j.slide.Took
	w.condemnAll(j.likely, time.Now().Add(-j.slide.Took))
	clear(w.totals)
	for i := range j.slide.Hosts {
		w.totals[j.slide.Hosts[i].Host] = j.slide.Hosts[i]
	}
	for _, h := range w.engine.handlers {
		if h.Slide != nil {
			h.Slide(&j.slide)
		}
	}
}

// last judges and announces what the long window has when watching ends: all of it, as
// predict would, for no more packets will come.
func (w *watch) last() {
	if w.short == nil {
		return
	}
	w.look()
	whole := wholeOf(w, w.clock.wall)()
	whole.likely = nil // conclude comes to them
	w.finish(whole)
	w.withdraw()
	in := w.long.window(w.clock.wall)
	var sum detect.Summary
	err := w.detector.Judge(observe.Observation{Path: w.config.Name, Table: flow.SetOf(w.long.tables...)}, &sum, func(v *detect.Verdict) error {
		w.conclude(v, in)
		return nil
	})
	if err != nil {
		w.fail(err)
	}
	w.settle()
	w.concludeAlerts()
}

// withdraw takes back the verdicts on flows that are no longer to be judged.
func (w *watch) withdraw() {
	for _, key := range sortedEnds(w.standing) {
		if !w.judgeable(key[0], key[1]) {
			w.drop(key, w.standing[key], Withdrawn)
		}
	}
}

// conclude announces the last verdict on a flow.
func (w *watch) conclude(v *detect.Verdict, in Window) {
	key := ends{v.Src, v.Dst}
	s, stands := w.standing[key]
	o := opinion{*v, in}
	switch {
	case stands && v.Botnet:
		s.keep(o)
	case v.Botnet && w.seat():
		s = new(standing)
		s.keep(o)
		w.standing[key] = s
		w.accuse(key, s)
	}
	w.say(v, in, Last)
}

// adopt makes j the judge, and has it judge all that is in the long window.
func (w *watch) adopt(j Judge) error {
	if err := w.use(j); err != nil {
		return err
	}
	w.stats.Reloads++
	w.stats.Reloaded = time.Now().UTC()
	if w.long == nil {
		return nil
	}
	w.look()
	w.recheck()
	set := flow.SetOf(w.long.tables...)
	for f := range set.P2P() {
		total := f.Total()
		if total.N() < uint64(w.config.Enough.Packets) {
			continue
		}
		if o, ok := w.opinion(f.Src, f.Dst); ok && o.verdict.Botnet {
			w.late = time.Now().UnixNano()
			w.weigh(o, true)
		}
	}
	w.settle()
	return set.Err()
}
