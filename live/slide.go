package live

import (
	"errors"
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
		w.repack()
		w.long.seal()
	}
	if !w.flows.Behaviour {
		w.recheck() // else once hosts have been looked at, in finish
		w.settle()
	}
	w.judgeWhole(now, longToo)
	w.begin(w.short, &w.scene.short, now)
	if longToo {
		w.begin(w.long, &w.scene.long, now)
	}
}

// begin begins the next table of a window, in which names live on.
func (w *watch) begin(r *ring, s *sight, now time.Time) {
	r.begin(now)
	w.names.carry(r.filling(), w.clock.elapsed)
	s.begin(r.filling())
}

// judged is a whole judgement.
type judged struct {
	slide  Slide
	hosts  hosts
	likely []ends        // of flows with verdict Botnet, in mode behaviour
	short  *detect.Scene // what was judged
	long   *looked       // a look at the long window, if it slid
	bases  [2]base       // of short and long
	epoch  int
	judges int64 // how often the judge had been replaced
	err    error
}

// base is the tables that a look at a window was at.
type base struct {
	tables    []*flow.Table
	begun     int // of the ring's tables
	evictions int
}

func (w *watch) baseOf(r *ring) base { return base{r.tables, r.begun, w.evictions} }

// now returns the tables of b as they are after evictions; not ok if some of them have left the window and
// are no longer known.
func (w *watch) now(b *base, r *ring) (tables []*flow.Table, ok bool) {
	if b.evictions == w.evictions {
		return b.tables, true
	}
	n := len(r.tables) - (r.begun - b.begun)
	if n != len(b.tables) {
		return nil, false
	}
	return r.tables[:n], true
}

// mostBehind is how many tables that have left the short window what hosts do may still be known by. So many
// come together only while evictions make what was looked at void, time after time.
const mostBehind = 8

// judgeWhole judges all of the short window, in a replay at once, else in another
// goroutine: its tables are sealed. longToo says that those of the long window are, too; then it is looked at.
func (w *watch) judgeWhole(now time.Time, longToo bool) {
	switch {
	case w.judging && longToo:
		w.await()
	case w.judging:
		w.stats.LateSlide++
		return
	}
	if len(w.scene.short.tables) > w.short.size+mostBehind {
		w.lookShort()
	}
	work := wholeOf(w, now, longToo && w.flows.Behaviour)
	if w.own {
		w.finish(work())
		return
	}
	w.judging = true
	go func() { w.whole <- work() }()
}

// await waits for the whole judgement that is under way, if any.
func (w *watch) await() {
	if w.judging {
		w.finish(<-w.whole)
	}
}

// wholeOf returns the work that a whole judgement is, with a look at the long window if that is wanted;
// it may be done anywhere.
func wholeOf(w *watch, now time.Time, long bool) func() *judged {
	d, enough, behaving := w.detector, w.config.Enough, w.flows.Behaviour
	j := &judged{slide: Slide{Window: w.short.window(now), Model: w.model}, hosts: newHosts(w.config.Hosts), epoch: w.epoch, judges: w.stats.Reloads}
	j.bases = [...]base{w.baseOf(w.short), w.baseOf(w.long)}
	return func() *judged {
		begun := time.Now()
		var sum detect.Summary
		say := detect.Yield{Flow: func(v *detect.Verdict) error {
			j.add(v, enough.of(v, now), behaving)
			return nil
		}}
		if behaving {
			j.hosts.classes = make(map[packet.Endpoint]detect.Class)
			say.Host, say.Bare, say.Plain = j.hosts.class, true, true
		}
		j.short, j.err = d.Scene(observed(j.bases[0].tables), &sum, say)
		j.slide.Flows, j.slide.P2P, j.slide.Allowed = sum.Flows, sum.P2P, sum.Allowed
		j.slide.Hosts = j.hosts.ranked(enough)
		j.slide.Took = time.Since(begun)
		if long {
			j.long = new(looked)
			j.long.look(d, j.bases[1].tables)
			j.err = errors.Join(j.err, j.long.err)
		}
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
	if w.flows.Behaviour {
		w.regard(j)
	}
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

// regard takes what a whole judgement shows of hosts for what they do, counts what has come of them
// meanwhile, and has the flows reviewed.
func (w *watch) regard(j *judged) {
	if j.err != nil || j.epoch != w.epoch || w.scene.long.scene == nil {
		return
	}
	if j.judges != w.stats.Reloads {
		w.overrule(j)
	}
	before := w.scene.classes
	if tables, ok := w.now(&j.bases[1], w.long); ok && j.long != nil {
		w.scene.long, w.scene.classes = sight{scene: j.long.scene, tables: tables}, j.long.classes
		w.catchUp(&w.scene.long, w.long)
	}
	if tables, ok := w.now(&j.bases[0], w.short); ok {
		w.scene.short = sight{scene: j.short, tables: tables}
		w.catchUp(&w.scene.short, w.short)
	}
	for e := range w.scene.stale.since { // until it is renewed
		if class, ok := before[e]; ok {
			w.scene.classes[e] = class
		}
	}
	if j.long != nil {
		w.see(j.long)
	}
	w.review(j)
	w.settle()
}

// last judges and announces what the long window has when watching ends: all of it, as
// predict would, for no more packets will come.
func (w *watch) last() {
	if w.short == nil {
		return
	}
	short := make(chan *judged, 1)
	go func(work func() *judged) { short <- work() }(wholeOf(w, w.clock.wall, false)) // beside the long window
	var long looked
	if w.flows.Behaviour {
		long.look(w.detector, w.long.tables)
	}
	whole := <-short
	if w.flows.Behaviour {
		w.trustShort(whole.short, whole.err)
		w.trust(&long)
	}
	whole.likely = nil // conclude comes to them
	w.finish(whole)
	if len(w.reviewing) > 0 { // there is time now
		w.reviewing = nil
		w.recheck()
	}
	w.withdraw()
	in := w.long.window(w.clock.wall)
	var sum detect.Summary
	judge := w.detector.Judge
	if w.scene.long.scene != nil {
		judge = w.scene.long.scene.Flows
	}
	err := judge(observe.Observation{Path: w.config.Name, Table: flow.SetOf(w.long.tables...)}, &sum, func(v *detect.Verdict) error {
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
