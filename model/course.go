package model

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"botnetdetect/behaviour"
	"botnetdetect/dataset"
	"botnetdetect/gbdt"
)

// course is what trees of mode behaviour are grown from, column by column, rows with evidence
// only: 74 bytes a row.
type course struct {
	config  gbdt.Config // with the trends of the columns
	columns gbdt.Dense  // shared by the courses that are parts of this one
	rows    []uint32    // in columns; nil is all of them
	names   []string    // of the columns
	origins
	judged []bool // behaviour.Judged
}

// course returns the rows of a lesson that have evidence.
func (l Lesson) course() *course {
	l = l.withEvidence()
	c := &course{origins: originsOf(l.Origins)}
	c.names, c.config = l.chosen()
	c.columns = columns(l.Rows, c.names)
	for i := range l.Rows {
		c.judged = append(c.judged, behaviour.Judged(l.Rows[i]))
	}
	return c
}

// courseOf takes over the rows that have evidence.
func courseOf(from *dataset.BehaviourColumns, config gbdt.Config) *course {
	c := new(course)
	c.names, c.config = Lesson{Config: config}.chosen()
	rows := which(len(from.Kinds), func(i int) bool { return from.Kinds[i].Is(dataset.HasEvidence) })
	for k := range from.Values {
		c.columns, from.Values[k] = append(c.columns, picked(from.Values[k], rows)), nil
	}
	names := make(number)
	c.botnet, c.judged, c.source = make([]uint8, len(rows)), make([]bool, len(rows)), make([]uint32, len(rows))
	for i, row := range rows {
		k := from.Kinds[row]
		c.botnet[i], c.judged[i] = bit(k.Is(dataset.IsBotnet)), k.Is(dataset.IsJudged)
		c.source[i] = names.of(from.Sources[from.Origins[row]])
	}
	c.sources = make([]string, len(names))
	for name, at := range names {
		c.sources[at] = name
	}
	c.cohort, c.cohorts = picked(from.Cohorts, rows), from.CountCohorts()
	*from = *dataset.NewBehaviourColumns()
	return c
}

// picked returns the values at some places.
func picked[T any](values []T, at []uint32) []T {
	kept := make([]T, len(at))
	for i, place := range at {
		kept[i] = values[place]
	}
	return kept
}

// which returns for which of n numbers keep holds, in a slice without room to grow.
func which(n int, keep func(i int) bool) []uint32 {
	count := 0
	for i := range n {
		if keep(i) {
			count++
		}
	}
	numbers := make([]uint32, 0, count)
	for i := range n {
		if keep(i) {
			numbers = append(numbers, uint32(i))
		}
	}
	return numbers
}

// where returns the rows for which keep holds.
func (c *course) where(keep func(i int) bool) *course {
	rows := which(len(c.botnet), keep)
	kept := &course{config: c.config, columns: c.columns, rows: rows, names: c.names, origins: c.origins.pick(rows), judged: picked(c.judged, rows)}
	if c.rows != nil {
		kept.rows = picked(c.rows, rows)
	}
	return kept
}

// data returns the values of the course's rows.
func (c *course) data() gbdt.Data {
	if c.rows == nil {
		return c.columns
	}
	return &gbdt.Picked{Of: c.columns, Places: c.rows}
}

// of returns which rows are of one label and of some sources.
func (c *course) of(botnet bool, sources ...string) func(i int) bool {
	wanted := make([]bool, len(c.sources))
	for at, name := range c.sources {
		wanted[at] = slices.Contains(sources, name)
	}
	return func(i int) bool { return c.botnet[i] == bit(botnet) && wanted[c.source[i]] }
}

// grow grows trees on all rows.
func (c *course) grow(ctx context.Context) (*gbdt.Model, error) {
	if len(c.botnet) == 0 {
		return nil, withoutEvidence(gbdt.ErrEmpty)
	}
	names := c.names // so that c is not held while trees grow: they need the columns no more, once these are in bins
	trees, err := gbdt.Train(ctx, gbdt.Examples{Data: c.data(), Labels: c.botnet, Weights: c.weigh()}, c.config)
	if err != nil {
		return nil, withoutEvidence(err)
	}
	trees.FeatureNames = names
	return trees, nil
}

// withoutEvidence says why there may be less to learn from than was given, if that is what is wrong.
func withoutEvidence(err error) error {
	if errors.Is(err, gbdt.ErrOneClass) || errors.Is(err, gbdt.ErrEmpty) {
		return fmt.Errorf("flows of hosts with fewer than %d peers of a kind say nothing; of the others: %w", behaviour.MinPeers, err)
	}
	return err
}

// growWithout grows trees on the rows for which out does not hold; nil if those have not both labels.
func (c *course) growWithout(ctx context.Context, out func(i int) bool) (*gbdt.Model, error) {
	trees, err := c.where(func(i int) bool { return !out(i) }).grow(ctx)
	if errors.Is(err, gbdt.ErrOneClass) || errors.Is(err, gbdt.ErrEmpty) {
		return nil, nil // nothing can be said
	}
	return trees, err
}

// probabilities returns what trees say of all rows.
func (c *course) probabilities(trees *gbdt.Model) ([]float64, error) {
	p := make([]float64, len(c.botnet))
	if len(p) == 0 {
		return p, nil
	}
	return p, trees.Probabilities(p, c.data())
}

// threshold is Lesson.Threshold.
func (c *course) threshold(ctx context.Context) (float64, error) {
	var scores []float64
	var rows []uint32
	for _, part := range c.parts() {
		in := c.of(false, part...)
		trees, err := c.growWithout(ctx, in)
		if err != nil {
			return 0, err
		}
		if trees == nil {
			continue
		}
		p, err := c.where(in).probabilities(trees)
		if err != nil {
			return 0, err
		}
		scores = append(scores, p...)
		rows = append(rows, which(len(c.botnet), in)...)
	}
	return atBudget(scores, c.origins.pick(rows)), nil
}

// parts deals benign sources out, the largest first.
func (c *course) parts() (parts [innerFolds][]string) {
	sizes := make([]int, len(c.sources))
	for i, at := range c.source {
		sizes[at] += int(1 - c.botnet[i])
	}
	var benign []uint32
	for at := range sizes {
		if sizes[at] > 0 {
			benign = append(benign, uint32(at))
		}
	}
	slices.SortFunc(benign, func(x, y uint32) int {
		return cmp.Or(sizes[y]-sizes[x], cmp.Compare(c.sources[x], c.sources[y]))
	})
	for i, at := range benign {
		parts[i%innerFolds] = append(parts[i%innerFolds], c.sources[at])
	}
	return parts
}

// families returns the sources of botnet rows, sorted.
func (c *course) families() (names []string) {
	botnet := make([]bool, len(c.sources))
	for i, at := range c.source {
		botnet[at] = botnet[at] || c.botnet[i] == 1
	}
	for at, is := range botnet {
		if is {
			names = append(names, c.sources[at])
		}
	}
	slices.Sort(names)
	return names
}

// holdOut is HoldOut.
func (c *course) holdOut(ctx context.Context) (*HeldOut, error) {
	h := new(HeldOut)
	for _, name := range c.families() {
		in := c.of(true, name)
		trees, err := c.growWithout(ctx, in)
		if err != nil {
			return nil, err
		}
		if trees == nil {
			continue // the only family
		}
		held := c.where(in)
		scores, err := held.probabilities(trees)
		if err != nil {
			return nil, err
		}
		for i, judged := range held.judged {
			if !judged {
				scores[i] = 0
			}
		}
		slices.Sort(scores)
		h.Families = append(h.Families, HeldFamily{name, len(scores), thinned(scores, mostHeld)})
	}
	return h, nil
}
