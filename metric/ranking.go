package metric

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
)

// Ranking is scored and labelled examples, ordered by score. It forgets which
// example was which and keeps how many of each class share a score, which is
// all that the figures need. The zero value is a ranking of no examples.
type Ranking struct {
	ties   []tie // by falling score, each score once
	botnet int   // examples that are botnet
	benign int   // examples that are benign
}

// tie is all the examples that share one score.
type tie struct {
	score  float64
	botnet int
	benign int
}

// Rank orders examples by score: scores[i] and labels[i] are one example, label
// true is botnet. The slices are not kept. It fails where the lengths differ or
// a score is not finite, for such a score has no rank.
func Rank(scores []float64, labels []bool) (Ranking, error) {
	if err := check(scores, labels); err != nil {
		return Ranking{}, err
	}
	ties := make([]tie, len(scores))
	for i, s := range scores {
		ties[i] = single(s, labels[i])
	}
	return pool(ties), nil
}

// RankGroups is [Rank] for each group apart: groups[i] names the capture, host
// or other group of example i. The rankings are in the order of the groups'
// names, for [Bootstrap] or [Merge].
func RankGroups[G ~string | ~int](scores []float64, labels []bool, groups []G) ([]Ranking, error) {
	if err := check(scores, labels); err != nil {
		return nil, err
	}
	if len(groups) != len(scores) {
		return nil, fmt.Errorf("cannot rank examples: %d scores but %d groups", len(scores), len(groups))
	}
	ties := make(map[G][]tie)
	for i, g := range groups {
		ties[g] = append(ties[g], single(scores[i], labels[i]))
	}
	rankings := make([]Ranking, 0, len(ties))
	for _, g := range slices.Sorted(maps.Keys(ties)) {
		rankings = append(rankings, pool(ties[g]))
	}
	return rankings, nil
}

// check is what Rank refuses.
func check(scores []float64, labels []bool) error {
	if len(scores) != len(labels) {
		return fmt.Errorf("cannot rank examples: %d scores but %d labels", len(scores), len(labels))
	}
	for i, s := range scores {
		if math.IsNaN(s) || math.IsInf(s, 0) {
			return fmt.Errorf("cannot rank example %d: its score is %v, not a finite number", i, s)
		}
	}
	return nil
}

// single is the tie of one example. Adding 0 turns -0 into 0, so that the two,
// which are equal, are also printed alike.
func single(score float64, botnet bool) tie {
	if botnet {
		return tie{score: score + 0, botnet: 1}
	}
	return tie{score: score + 0, benign: 1}
}

// pool sorts ties and joins those of one score, in place.
func pool(ties []tie) Ranking {
	slices.SortFunc(ties, func(a, b tie) int { return cmp.Compare(b.score, a.score) })
	r := Ranking{ties: ties[:0]}
	for _, t := range ties {
		r.append(t)
	}
	return r
}

// append adds a tie whose score is at or below the last one's. A tie of no
// examples leaves no trace.
func (r *Ranking) append(t tie) {
	if t.botnet+t.benign == 0 {
		return
	}
	r.botnet += t.botnet
	r.benign += t.benign
	last := len(r.ties) - 1
	if last < 0 || r.ties[last].score != t.score {
		r.ties = append(r.ties, t)
		return
	}
	r.ties[last].botnet += t.botnet
	r.ties[last].benign += t.benign
}

// Merge pools rankings, as if their examples had been ranked together. It is
// associative and commutative, and the zero Ranking is its unit; its arguments
// stay as they are. Scores of different models seldom mean the same: merge what
// one model, or models of one recipe, scored.
func Merge(rankings ...Ranking) Ranking {
	var ties []tie
	for _, r := range rankings {
		ties = append(ties, r.ties...)
	}
	return pool(ties)
}

// Positives is the number of examples that are botnet.
func (r Ranking) Positives() int { return r.botnet }

// Negatives is the number of examples that are benign.
func (r Ranking) Negatives() int { return r.benign }

// At counts the verdicts that a threshold gives: Botnet at or above it.
func (r Ranking) At(threshold float64) Confusion {
	var c Confusion
	for _, t := range r.ties {
		if !(t.score >= threshold) { // not <, so that a NaN threshold flags nothing
			break
		}
		c.TP += t.botnet
		c.FP += t.benign
	}
	c.FN, c.TN = r.botnet-c.TP, r.benign-c.FP
	return c
}

// aboveAll is the lowest threshold at which nothing is flagged: one step of a
// float64 above the highest score, so it is finite and JSON can hold it.
func (r Ranking) aboveAll() float64 {
	if len(r.ties) == 0 {
		return 0
	}
	return math.Nextafter(r.ties[0].score, math.Inf(1))
}
