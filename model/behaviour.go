package model

import (
	"context"
	"fmt"
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
func (l Lesson) Grow(ctx context.Context) (*gbdt.Model, error) { return l.course().grow(ctx) }

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
	kept := Lesson{Config: l.Config, Without: l.Without}
	for i := range l.Rows {
		if behaviour.Evidence(l.Rows[i]) {
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
func Weigh(all []Origin) []float32 {
	o := originsOf(all)
	return o.weigh()
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
func (l Lesson) Threshold(ctx context.Context) (float64, error) { return l.course().threshold(ctx) }

// trainBehaviour is Train for a set of mode behaviour. Of config, the seed and the cores count.
func trainBehaviour(ctx context.Context, set dataset.Set, config gbdt.Config) (*Model, error) {
	l := lessonOf(set, config)
	m, err := l.course().train(ctx)
	if err != nil {
		return nil, err
	}
	m.Training = provenance(set, l.Config)
	return m, nil
}

// train returns a model without provenance.
func (c *course) train(ctx context.Context) (*Model, error) {
	trees, err := c.grow(ctx)
	if err != nil {
		return nil, err
	}
	threshold, err := c.threshold(ctx)
	if err != nil {
		return nil, err
	}
	return New(trees, feature.Behavioural, threshold)
}

// TrainBehaviour trains a model of mode behaviour on columns, as Train does on the set that they
// come from, and says how it scores families held out, as HoldOut does. It takes over what is in c.
func TrainBehaviour(ctx context.Context, c *dataset.BehaviourColumns, config gbdt.Config) (*Model, error) {
	of := Training{Recipe: recipe(Behavioural(config.Seed, config.Goroutines))}
	of.Sources, of.Captures = c.Counts()
	of.Benign, of.Botnet = c.Balance()
	course := courseOf(c, Behavioural(config.Seed, config.Goroutines))
	m, err := course.train(ctx)
	if err != nil {
		return nil, err
	}
	m.Training = of
	m.HeldOut, err = course.holdOut(ctx)
	return m, err
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
	return Origin{Botnet: e.Botnet, Source: e.Source, Cohort: e.Cohort()}
}

// ScoreBehaviour is Score in mode behaviour: values are all features in the order of
// behaviour.All. Where they say nothing of a botnet (see behaviour.Judged), the score is 0.
func (m *Model) ScoreBehaviour(values []float64) (float64, error) {
	if !behaviour.Judged(values) {
		return 0, nil
	}
	return m.trees.Probability(m.picked(values))
}

// ScoreColumns is ScoreBehaviour of an example in columns.
func (m *Model) ScoreColumns(c *dataset.BehaviourColumns, i int) (float64, error) {
	if !c.Kinds[i].Is(dataset.IsJudged) {
		return 0, nil
	}
	row := make([]float32, len(m.places))
	for column, place := range m.places {
		at, chosen := slices.BinarySearch(behaviour.Chosen(), place)
		if !chosen {
			return 0, fmt.Errorf("column %d: %q is no feature that models learn from", column, behaviour.Names()[place])
		}
		row[column] = c.Values[at][i]
	}
	return m.trees.Probability(row)
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
