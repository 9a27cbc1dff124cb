package evaluate

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
)

// Run trains and tests every detector on every fold of every protocol. It fails with a
// *LeakError where a given fold divides a group. What cannot be measured is in the
// result's remarks, and its figures are undefined.
func Run(ctx context.Context, c *Corpus, o Options) (*Result, error) {
	if err := o.check(c); err != nil {
		return nil, err
	}
	r := &Result{Format: Format, Settings: o.settings(), Data: c.card(o.Grouping)}
	r.Remarks = c.remarks(o.Grouping)
	usable := r.introduce(c, o.Detectors)
	plans, err := c.plans(&o)
	if err != nil {
		return nil, err
	}
	trials := c.trials(plans, usable, &o)
	if err := runAll(ctx, trials, &o); err != nil {
		return nil, err
	}
	r.report(c, trials, plans, usable, &o)
	return r, nil
}

// introduce notes what the detectors are, and returns those whose features are there.
func (r *Result) introduce(c *Corpus, detectors []Detector) (usable []Detector) {
	for _, d := range detectors {
		card := DetectorCard{Name: d.Name, About: d.About}
		if t := c.Tables[d.Table]; t != nil {
			card.Features = len(t.Names)
			usable = append(usable, d)
		} else {
			card.Absent = "it wants the features " + d.Table
			if why := c.Absent[d.Table]; why != "" {
				card.Absent += ": " + why
			}
			r.Remarks = append(r.Remarks, fmt.Sprintf("detector %s was not measured: %s", d.Name, card.Absent))
		}
		r.Detectors = append(r.Detectors, card)
	}
	return usable
}

// plans makes the folds of every protocol, and refuses those that leak. The grid brings
// the random split along, for the gap between the two.
func (c *Corpus) plans(o *Options) (plans []*plan, err error) {
	for _, p := range o.Protocols {
		plan, err := c.plan(p, o)
		if err != nil {
			return nil, err
		}
		plans = append(plans, plan)
	}
	if slices.Contains(o.Protocols, Grid) && !slices.Contains(o.Protocols, Random) {
		plan, err := c.plan(Random, o)
		if err != nil {
			return nil, err
		}
		plans = append(plans, plan)
	}
	return plans, nil
}

func (c *Corpus) plan(p Protocol, o *Options) (*plan, error) {
	pl := &plan{protocol: p, groups: c.Groups(o.Grouping)}
	pl.inner = func(_ *Flow, row int) string { return strconv.Itoa(pl.groups.Of[row]) }
	var err error
	switch p {
	case Random:
		pl.groups = c.Groups(ByFlow)
	case Family, Source, Grid:
		pl.inner = func(f *Flow, _ int) string { return f.sourceName() }
	}
	if p == Given {
		pl.folds = o.Given
	} else if pl.folds, err = c.Folds(p, pl.groups, o.Seed); err != nil {
		return nil, err
	}
	for i := range pl.folds {
		if err := pl.folds[i].check(c, pl.groups); err != nil {
			return nil, err
		}
	}
	return pl, nil
}

// trials lists the work by protocol, then detector, then fold.
func (c *Corpus) trials(plans []*plan, detectors []Detector, o *Options) (trials []*trial) {
	for _, p := range plans {
		for _, d := range detectors {
			for i := range p.folds {
				trials = append(trials, &trial{
					corpus: c, plan: p, fold: &p.folds[i], detector: d, table: c.Tables[d.Table], options: o,
				})
			}
		}
	}
	return trials
}

// runAll runs trials side by side. Each stands alone, so the outcome does not depend on
// how many run at once.
func runAll(ctx context.Context, trials []*trial, o *Options) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		queue = make(chan *trial)
		wait  sync.WaitGroup
		lock  sync.Mutex
		done  int
	)
	for range o.workers() {
		wait.Go(func() {
			for t := range queue {
				if err := t.run(ctx); err != nil {
					cancel(err)
					continue
				}
				lock.Lock()
				done++
				if err := t.finish(done, len(trials)); err != nil {
					cancel(err)
				}
				lock.Unlock()
			}
		})
	}
	for _, t := range trials {
		if ctx.Err() != nil {
			break
		}
		queue <- t
	}
	close(queue)
	wait.Wait()
	return context.Cause(ctx)
}

// finish hands on what was trained and lets go of it.
func (t *trial) finish(done, total int) (err error) {
	if t.options.Keep != nil && t.measured {
		err = t.options.Keep(t.plan.protocol, t.detector, *t.fold, t.trained)
	}
	t.gain = gainShares(t.trained.Trees)
	t.trained = Trained{}
	if t.options.Progress != nil {
		t.options.Progress(done, total)
	}
	return err
}

// report puts all trials into figures.
func (r *Result) report(c *Corpus, trials []*trial, plans []*plan, detectors []Detector, o *Options) {
	hosts, groups := c.hosts(), c.Groups(o.Grouping)
	if o.Grouping == ByFlow {
		groups = c.Groups(ByCapture) // drawing single flows would promise too much
	}
	var unasked []Summary
	for _, p := range plans {
		asked := slices.Contains(o.Protocols, p.protocol)
		if len(p.folds) == 0 {
			r.Remarks = append(r.Remarks, fmt.Sprintf("protocol %s makes no fold of these flows", p.protocol))
			continue
		}
		for range detectors {
			own := trials[:len(p.folds)]
			trials = trials[len(p.folds):]
			results := make([]FoldResult, len(own))
			for i, t := range own {
				results[i] = t.result(hosts)
			}
			s := summarize(own, results, groups)
			if asked {
				r.Folds, r.Summary = append(r.Folds, results...), append(r.Summary, s)
			} else {
				unasked = append(unasked, s)
			}
		}
	}
	r.addGaps(detectors, append(unasked, r.Summary...))
}

// addGaps compares the random split with the grid, where both were run.
func (r *Result) addGaps(detectors []Detector, summaries []Summary) {
	for _, d := range detectors {
		var random, grid *Summary
		for i := range summaries {
			switch s := &summaries[i]; {
			case s.Detector != d.Name:
			case s.Protocol == Random:
				random = s
			case s.Protocol == Grid:
				grid = s
			}
		}
		if random != nil && grid != nil {
			r.Gaps = append(r.Gaps, gaps(d.Name, random, grid)...)
		}
	}
}
