package dataset

import "math/rand/v2"

// Thin returns the set with at most n examples of each cohort of a host in a capture,
// chosen at random by seed: those of one host are much alike. It is for sets of mode
// behaviour, whose examples name their hosts.
func (s Set) Thin(n int, seed uint64) Set {
	var order [][3]string
	cohorts := make(map[[3]string][]int)
	for i := range s.Examples {
		e := &s.Examples[i]
		key := [3]string{e.Capture, e.Host, e.Manner}
		if cohorts[key] == nil {
			order = append(order, key)
		}
		cohorts[key] = append(cohorts[key], i)
	}
	r := rand.New(rand.NewPCG(seed, 0))
	kept := Set{Mode: s.Mode}
	for _, key := range order {
		rows := cohorts[key]
		r.Shuffle(len(rows), func(a, b int) { rows[a], rows[b] = rows[b], rows[a] })
		for _, row := range rows[:min(n, len(rows))] {
			kept.Examples = append(kept.Examples, s.Examples[row])
		}
	}
	return kept
}
