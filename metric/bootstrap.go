package metric

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// Resampling says how a bootstrap draws. The zero value is 1,000 replicates and
// an interval of 95 %, from seed 0.
type Resampling struct {
	Replicates int     // how often the groups are drawn anew; below 1 means 1,000
	Level      float64 // how much of the replicates the interval holds; outside (0, 1) means 0.95
	Seed       uint64  // the same seed draws the same groups, on every machine
}

// filled is s with its defaults in place.
func (s Resampling) filled() Resampling {
	if s.Replicates < 1 {
		s.Replicates = 1000
	}
	if !(s.Level > 0 && s.Level < 1) {
		s.Level = 0.95
	}
	return s
}

// Bootstrap is one interval for each figure of the pooled groups, such as
// Ranking.AUC, found by drawing whole groups with replacement, as many as there
// are, and computing the figures of the pool again: the cluster bootstrap,
// percentile intervals (Efron and Tibshirani 1993, chapter 13). A group is a
// capture or a host; within one, examples resemble each other, and drawing them
// singly would promise far too much.
//
// Draws in which a figure is undefined, such as those without a botnet group,
// say nothing of it and are left out; where they are more than half, or where
// there are fewer than two groups, its interval is undefined. With fewer than
// about ten groups percentile intervals are too narrow: show the groups too.
//
// All figures see the same draws. They must not keep the Ranking they are given.
func Bootstrap(groups []Ranking, s Resampling, figures ...func(Ranking) Figure) []Interval {
	members := membersOf(groups)
	var pooled Ranking
	return Resample(len(groups), s, func(times []int) []Figure {
		pooled = Ranking{ties: pooled.ties[:0]}
		for _, m := range members {
			n := times[m.group]
			pooled.append(tie{score: m.score, botnet: n * m.botnet, benign: n * m.benign})
		}
		return measure(pooled, figures)
	})
}

// member is a tie that knows its group.
type member struct {
	tie
	group int
}

// membersOf is the ties of all groups by falling score, sorted once for all
// draws. Which group comes first within a score does not matter: counts add up.
func membersOf(groups []Ranking) []member {
	var members []member
	for g, r := range groups {
		for _, t := range r.ties {
			members = append(members, member{tie: t, group: g})
		}
	}
	slices.SortFunc(members, func(a, b member) int { return cmp.Compare(b.score, a.score) })
	return members
}

// measure is each figure of one ranking.
func measure(r Ranking, figures []func(Ranking) Figure) []Figure {
	measured := make([]Figure, len(figures))
	for i, figure := range figures {
		measured[i] = figure(r)
	}
	return measured
}

// Resample is [Bootstrap] for anything else that is made of groups: measure is
// told how many times each group was drawn (the sum is the number of groups) and
// gives its figures, always as many; for example it adds up each group's
// [Confusion], times that many. It is called at least once and must not keep
// times.
func Resample(groups int, s Resampling, measure func(times []int) []Figure) []Interval {
	s = s.filled()
	if groups < 2 {
		s.Replicates = 1 // only to learn how many figures there are
	}
	rng := rand.New(rand.NewPCG(s.Seed, 0))
	times := make([]int, max(groups, 0))
	var replicates [][]Figure // of each figure
	for range s.Replicates {
		draw(times, rng)
		for i, f := range measure(times) {
			if i == len(replicates) {
				replicates = append(replicates, nil)
			}
			replicates[i] = append(replicates[i], f)
		}
	}
	intervals := make([]Interval, len(replicates))
	for i, fs := range replicates {
		intervals[i] = nowhere()
		if groups >= 2 {
			intervals[i] = percentiles(fs, s.Level)
		}
	}
	return intervals
}

// draw draws as many groups as there are, with replacement.
func draw(times []int, rng *rand.Rand) {
	clear(times)
	for range times {
		times[rng.IntN(len(times))]++
	}
}

// percentiles is the interval that holds a share level of the defined
// replicates, as much being left out below it as above.
func percentiles(replicates []Figure, level float64) Interval {
	defined := ordered(replicates)
	if 2*len(defined) < len(replicates) {
		return nowhere()
	}
	tail := (1 - level) / 2
	return Interval{Low: quantile(defined, tail), High: quantile(defined, 1-tail)}
}
