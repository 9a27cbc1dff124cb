package model

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"botnetdetect/behaviour"
	"botnetdetect/dataset"
	"botnetdetect/feature"
	"botnetdetect/gbdt"
)

// Origin is where a training row comes from, as far as its weight depends on it.
type Origin struct {
	Botnet bool
	Source string // family or benign source
	Cohort string // names one cohort of one host of one capture
}

// Behavioural is how models of mode behaviour are trained: few shallow trees, each on a part of the rows
// and columns, held to the trends of their features.
func Behavioural(seed uint64, goroutines int) gbdt.Config {
	c := gbdt.DefaultConfig()
	c.Trees, c.LearningRate, c.Criterion, c.L2, c.MinWeight, c.Rows, c.Columns = 300, 0.04, gbdt.Newton, 2, 4, 0.5, 0.4
	for _, place := range behaviour.Chosen() {
		c.Monotone = append(c.Monotone, int8(behaviour.All()[place].Trend))
	}
	c.Seed, c.Goroutines = seed, goroutines
	return c
}

// Lesson is what models of mode behaviour learn from.
type Lesson struct {
	Rows    [][]float64 // all features, in the order of behaviour.All
	Origins []Origin    // one a row
	Config  gbdt.Config // see Behavioural
	Without []string    // chosen features that the trees shall not see, to learn what they are worth
}

// Grow returns trees that see the chosen features. Rows without evidence are passed over.
// It fails as gbdt.Train does.
func (l Lesson) Grow(ctx context.Context) (*gbdt.Model, error) {
	l = l.withEvidence()
	if len(l.Rows) == 0 {
		return nil, gbdt.ErrEmpty
	}
	labels := make([]uint8, len(l.Rows))
	for i := range l.Origins {
		if l.Origins[i].Botnet {
			labels[i] = 1
		}
	}
	names, config := l.chosen()
	trees, err := gbdt.Train(ctx, gbdt.Examples{Data: columns(l.Rows, names), Labels: labels, Weights: Weigh(l.Origins)}, config)
	if err != nil {
		return nil, err
	}
	trees.FeatureNames = names
	return trees, nil
}

// chosen returns the features that the trees shall see, and the configuration for them.
func (l Lesson) chosen() (names []string, config gbdt.Config) {
	config = l.Config
	config.Monotone = nil
	for _, place := range behaviour.Chosen() {
		if f := behaviour.All()[place]; !slices.Contains(l.Without, f.Name) {
			names, config.Monotone = append(names, f.Name), append(config.Monotone, int8(f.Trend))
		}
	}
	return names, config
}

func (l Lesson) withEvidence() Lesson {
	return l.where(func(i int) bool { return behaviour.Evidence(l.Rows[i]) })
}

// where returns the rows for which keep holds.
func (l Lesson) where(keep func(i int) bool) Lesson {
	kept := Lesson{Config: l.Config, Without: l.Without}
	for i := range l.Rows {
		if keep(i) {
			kept.Rows, kept.Origins = append(kept.Rows, l.Rows[i]), append(kept.Origins, l.Origins[i])
		}
	}
	return kept
}

// columns returns the values of features by name.
func columns(rows [][]float64, names []string) gbdt.Dense {
	var d gbdt.Dense
	all := behaviour.Names()
	for _, name := range names {
		column, place := make([]float32, len(rows)), slices.Index(all, name)
		for i := range rows {
			column[i] = single(rows[i][place])
		}
		d = append(d, column)
	}
	return d
}

// Scores returns the probability of each row of behavioural features, all of them in the
// order of behaviour.All; 0 for a row that says nothing of a botnet: see behaviour.Judged.
func Scores(trees *gbdt.Model, rows [][]float64) ([]float64, error) {
	p, err := probabilities(trees, rows)
	for i := range p {
		if !behaviour.Judged(rows[i]) {
			p[i] = 0
		}
	}
	return p, err
}

// probabilities returns what the trees say of rows, whether or not they are judged.
func probabilities(trees *gbdt.Model, rows [][]float64) ([]float64, error) {
	p := make([]float64, len(rows))
	if len(rows) == 0 {
		return p, nil
	}
	return p, trees.Probabilities(p, columns(rows, trees.FeatureNames))
}

// cohortWeight is how many flows of a cohort count: flows of one host are much alike, and
// what is learned shall be of hosts.
const cohortWeight = 8

// Weigh returns the weights of rows: each cohort weighs as its flows do, but no more than
// cohortWeight of them; a source, the square root of its cohorts; both classes the same,
// 500 together.
func Weigh(origins []Origin) []float32 {
	weights := make([]float64, len(origins))
	cohorts, sources, classes := make(map[string]float64), make(map[string]float64), make(map[bool]float64)
	for i := range origins {
		cohorts[origins[i].Cohort]++
	}
	key := func(o *Origin) string { return fmt.Sprint(o.Botnet, o.Source) }
	for i := range origins {
		weights[i] = min(1, cohortWeight/cohorts[origins[i].Cohort])
		sources[key(&origins[i])] += weights[i]
	}
	for i := range origins {
		weights[i] /= math.Sqrt(sources[key(&origins[i])])
		classes[origins[i].Botnet] += weights[i]
	}
	singles := make([]float32, len(weights))
	for i := range weights {
		singles[i] = float32(500 * weights[i] / classes[origins[i].Botnet])
	}
	return singles
}

// The threshold is where this share of the benign training rows, by weight (so nearly of hosts), is called
// botnet by trees that did not see their source.
const (
	budget     = 0.10
	innerFolds = 10
)

// Threshold chooses from scores of benign sources, each held out of the rows that its
// trees were grown on. A source is held out as a whole, and a host weighs as little as in
// training, so a source of one host with many flows cannot decide alone.
func (l Lesson) Threshold(ctx context.Context) (float64, error) {
	l = l.withEvidence()
	var held []scored
	for _, part := range parts(l.Origins) {
		in := func(i int) bool { return !l.Origins[i].Botnet && slices.Contains(part, l.Origins[i].Source) }
		trees, err := l.where(func(i int) bool { return !in(i) }).Grow(ctx)
		if errors.Is(err, gbdt.ErrOneClass) || errors.Is(err, gbdt.ErrEmpty) {
			continue // nothing can be said of this part
		}
		if err != nil {
			return 0, err
		}
		out := l.where(in)
		p, err := probabilities(trees, out.Rows)
		if err != nil {
			return 0, err
		}
		for i := range p {
			held = append(held, scored{p[i], out.Origins[i]})
		}
	}
	return atBudget(held), nil
}

// parts deals benign sources out, the largest first.
func parts(origins []Origin) (parts [innerFolds][]string) {
	sizes := make(map[string]int)
	for i := range origins {
		if !origins[i].Botnet {
			sizes[origins[i].Source]++
		}
	}
	sources := slices.Collect(maps.Keys(sizes))
	slices.SortFunc(sources, func(x, y string) int { return cmp.Or(sizes[y]-sizes[x], cmp.Compare(x, y)) })
	for i, s := range sources {
		parts[i%innerFolds] = append(parts[i%innerFolds], s)
	}
	return parts
}

// scored is a held-out row.
type scored struct {
	score  float64
	origin Origin
}

// atBudget returns the least threshold that keeps to the budget; 0.5 if nothing was
// held out.
func atBudget(held []scored) float64 {
	if len(held) == 0 {
		return 0.5
	}
	slices.SortStableFunc(held, func(x, y scored) int { return cmp.Compare(y.score, x.score) })
	origins := make([]Origin, len(held))
	for i := range held {
		origins[i] = held[i].origin
	}
	weights := Weigh(origins) // 500 together
	above := 0.0
	for i := range held {
		if above += float64(weights[i]); above > 500*budget {
			return min(1, math.Nextafter(held[i].score, 2))
		}
	}
	return 0.5
}

// trainBehaviour is Train for a set of mode behaviour. Of config, the seed, the cores and
// the trees' number, depth and rate count.
func trainBehaviour(ctx context.Context, set dataset.Set, config gbdt.Config) (*Model, error) {
	l := lessonOf(set, config)
	trees, err := l.Grow(ctx)
	if err != nil {
		return nil, err
	}
	threshold, err := l.Threshold(ctx)
	if err != nil {
		return nil, err
	}
	m, err := New(trees, feature.Behavioural, threshold)
	if err != nil {
		return nil, err
	}
	m.Training = provenance(set, l.Config)
	return m, nil
}

func lessonOf(set dataset.Set, config gbdt.Config) Lesson {
	rows, origins := make([][]float64, len(set.Examples)), make([]Origin, len(set.Examples))
	for i := range set.Examples {
		e := &set.Examples[i]
		rows[i], origins[i] = e.Behaviour, OriginOf(e)
	}
	return Lesson{Rows: rows, Origins: origins, Config: Behavioural(config.Seed, config.Goroutines)}
}

// OriginOf returns an example's origin.
func OriginOf(e *dataset.Example) Origin {
	return Origin{Botnet: e.Botnet, Source: e.Source, Cohort: e.Capture + "\x00" + e.Host + "\x00" + e.Manner}
}

// ScoreBehaviour is Score in mode behaviour: values are all features in the order of
// behaviour.All. Where they say nothing of a botnet (see behaviour.Judged), the score is 0.
func (m *Model) ScoreBehaviour(values []float64) (float64, error) {
	if !behaviour.Judged(values) {
		return 0, nil
	}
	return m.trees.Probability(m.picked(values))
}

// SeesCohorts reports whether the model, of mode behaviour, sees only what all flows of a cohort
// have in common, so that those that are judged have one score.
func (m *Model) SeesCohorts() bool {
	return !slices.ContainsFunc(m.places, func(place int) bool { return !behaviour.OfCohort(place) })
}

// picked returns the values that the trees ask for, by column.
func (m *Model) picked(values []float64) []float32 {
	row := make([]float32, len(m.places))
	for column, place := range m.places {
		row[column] = single(values[place])
	}
	return row
}

// ScoreExample scores an example of the model's mode.
func (m *Model) ScoreExample(e *dataset.Example) (float64, error) {
	if m.Mode == feature.Behavioural {
		return m.ScoreBehaviour(e.Behaviour)
	}
	return m.Score(e.Traffic)
}

// ExplainBehaviour is Explain in mode behaviour.
func (m *Model) ExplainBehaviour(values []float64) (Pushes, error) {
	e, err := m.trees.Explain(m.picked(values))
	if err != nil {
		return Pushes{}, err
	}
	return Pushes{Base: e.Bias + m.shift, ByFeature: e.Features}, nil
}

// newBehaviour joins trees to behavioural features.
func (m *Model) newBehaviour() error {
	names := behaviour.Names()
	for column, name := range m.trees.FeatureNames {
		place := slices.Index(names, name)
		if place < 0 {
			return fmt.Errorf("column %d: %q is no behavioural feature of this version", column, name)
		}
		m.places = append(m.places, place)
	}
	if len(m.places) == 0 {
		return errUnnamed
	}
	return nil
}
