package model

import (
	"cmp"
	"math"
	"slices"
)

// origins are Origins with a number for each name.
type origins struct {
	botnet  []uint8 // 1 or 0
	source  []uint32
	cohort  []uint32
	sources []string // by number
	cohorts int      // how many numbers there are
}

// number numbers names in the order of their first coming.
type number map[string]uint32

func (n number) of(name string) uint32 {
	at, known := n[name]
	if !known {
		at = uint32(len(n))
		n[name] = at
	}
	return at
}

func originsOf(all []Origin) (o origins) {
	sources, cohorts := make(number), make(number)
	for i := range all {
		o.botnet = append(o.botnet, bit(all[i].Botnet))
		o.source = append(o.source, sources.of(all[i].Source))
		o.cohort = append(o.cohort, cohorts.of(all[i].Cohort))
	}
	o.sources, o.cohorts = make([]string, len(sources)), len(cohorts)
	for name, at := range sources {
		o.sources[at] = name
	}
	return o
}

func bit(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

// pick returns the origins of some rows.
func (o *origins) pick(rows []uint32) origins {
	return origins{picked(o.botnet, rows), picked(o.source, rows), picked(o.cohort, rows), o.sources, o.cohorts}
}

// weigh is Weigh.
func (o *origins) weigh() []float32 {
	weights := make([]float64, len(o.botnet))
	cohorts, classes := make([]float64, o.cohorts), [2]float64{}
	sources := make([][2]float64, len(o.sources))
	for _, at := range o.cohort {
		cohorts[at]++
	}
	for i := range weights {
		weights[i] = min(1, cohortWeight/cohorts[o.cohort[i]])
		sources[o.source[i]][o.botnet[i]] += weights[i]
	}
	for i := range weights {
		weights[i] /= math.Sqrt(sources[o.source[i]][o.botnet[i]])
		classes[o.botnet[i]] += weights[i]
	}
	singles := make([]float32, len(weights))
	for i := range weights {
		singles[i] = float32(500 * weights[i] / classes[o.botnet[i]])
	}
	return singles
}

// atBudget returns the least threshold that keeps to the budget on held-out rows; 0.5 if
// nothing was held out.
func atBudget(scores []float64, of origins) float64 {
	if len(scores) == 0 {
		return 0.5
	}
	order := make([]uint32, len(scores))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(x, y uint32) int { return cmp.Or(cmp.Compare(scores[y], scores[x]), cmp.Compare(x, y)) })
	above := 0.0
	sorted := of.pick(order)
	for i, w := range sorted.weigh() { // 500 together
		if above += float64(w); above > 500*budget {
			return min(1, math.Nextafter(scores[order[i]], 2))
		}
	}
	return 0.5
}
