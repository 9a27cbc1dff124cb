package dataset

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"botnetdetect/behaviour"
	"botnetdetect/feature"
)

// BehaviourColumns are what models of mode behaviour learn from, of very many examples,
// column by column: 73 bytes an example, where a Set takes six hundred.
type BehaviourColumns struct {
	Values  [][]float32 // of the features in behaviour.Chosen, in that order
	Kinds   []Kind
	Origins []uint32 // where each example comes from: its place in Sources and Captures
	Cohorts []uint32 // a number of each example's cohort of one host of one capture

	Sources  []string // by origin; the first is of nowhere known
	Captures []string

	places  map[origin]uint32
	cohorts map[[16]byte]uint32 // by a hash of their names
}

// Kind says what an example is, in bits.
type Kind uint8

// The bits of a Kind.
const (
	IsBotnet    Kind = 1 << iota
	HasEvidence      // behaviour.Evidence
	IsJudged         // behaviour.Judged
)

// Is reports whether k has the bits of o.
func (k Kind) Is(o Kind) bool { return k&o == o }

// NewBehaviourColumns returns columns without examples.
func NewBehaviourColumns() *BehaviourColumns {
	return &BehaviourColumns{
		Values: make([][]float32, len(behaviour.Chosen())), Sources: []string{""}, Captures: []string{""},
		places: map[origin]uint32{{}: 0}, cohorts: make(map[[16]byte]uint32),
	}
}

// Len returns how many examples there are.
func (c *BehaviourColumns) Len() int { return len(c.Kinds) }

// Balance counts benign and botnet examples.
func (c *BehaviourColumns) Balance() (benign, botnet int) {
	for _, k := range c.Kinds {
		botnet += int(k & IsBotnet)
	}
	return len(c.Kinds) - botnet, botnet
}

// CountCohorts returns how many cohorts there are, at least as many as numbers in Cohorts.
func (c *BehaviourColumns) CountCohorts() int { return len(c.cohorts) }

// KnownSources is Set.Sources of the set that Split has parted.
func (c *BehaviourColumns) KnownSources() map[string]bool {
	sources := make(map[string]bool)
	for _, name := range c.Sources {
		sources[name] = true
	}
	return sources
}

// Counts counts examples by "Benign/skype", "Botnet/storm", …, and the captures that they come from.
func (c *BehaviourColumns) Counts() (sources map[string]int, captures int) {
	counts := make([][2]int, len(c.Sources)) // by label
	for i, at := range c.Origins {
		counts[at][c.Kinds[i]&IsBotnet]++
	}
	sources = make(map[string]int)
	seen := make(map[string]bool)
	for at, of := range counts {
		for label, n := range of {
			if n > 0 && c.Sources[at] != "" {
				sources[classes[label]+c.Sources[at]] += n
			}
			if n > 0 && c.Captures[at] != "" {
				seen[c.Captures[at]] = true
			}
		}
	}
	return sources, len(seen)
}

// Add adds an example of mode behaviour. It fails if examples come from too many captures
// to be told apart, since they weigh by where they come from.
func (c *BehaviourColumns) Add(e *Example) error {
	at, known := c.places[origin{e.Capture, e.Source}]
	if !known {
		o := origin{strings.Clone(e.Capture), strings.Clone(e.Source)}
		if len(c.Sources) >= maxOrigins {
			return fmt.Errorf("examples come from more than %d captures", maxOrigins)
		}
		at = uint32(len(c.Sources))
		c.Sources, c.Captures, c.places[o] = append(c.Sources, o.source), append(c.Captures, o.capture), at
	}
	for i, place := range behaviour.Chosen() {
		c.Values[i] = append(c.Values[i], single(e.Behaviour[place]))
	}
	c.Kinds, c.Origins, c.Cohorts = append(c.Kinds, kindOf(e)), append(c.Origins, at), append(c.Cohorts, c.cohort(e))
	return nil
}

func kindOf(e *Example) (k Kind) {
	if e.Botnet {
		k |= IsBotnet
	}
	if behaviour.Evidence(e.Behaviour) {
		k |= HasEvidence
	}
	if behaviour.Judged(e.Behaviour) {
		k |= IsJudged
	}
	return k
}

// cohort returns the number of an example's cohort. Cohorts may be nearly as many as examples,
// so of their names only hashes are kept.
func (c *BehaviourColumns) cohort(e *Example) uint32 {
	sum := sha256.Sum256([]byte(e.Cohort()))
	key := [16]byte(sum[:16])
	at, known := c.cohorts[key]
	if !known {
		at = uint32(len(c.cohorts))
		c.cohorts[key] = at
	}
	return at
}

// Split is Set.Split: it parts the same examples in the same order. It takes over what is in c.
func (c *BehaviourColumns) Split(share float64, seed uint64) (train, test *BehaviourColumns) {
	order := Shuffled(c.Len(), seed)
	n := int(share * float64(len(order)))
	first, second := *c, *c
	first.Values, second.Values = make([][]float32, len(c.Values)), make([][]float32, len(c.Values))
	for k := range c.Values {
		first.Values[k], second.Values[k] = parted(c.Values[k], order, n)
		c.Values[k] = nil
	}
	first.Kinds, second.Kinds = parted(c.Kinds, order, n)
	first.Origins, second.Origins = parted(c.Origins, order, n)
	first.Cohorts, second.Cohorts = parted(c.Cohorts, order, n)
	*c = *NewBehaviourColumns()
	return &first, &second
}

// ReadBehaviourColumns reads Parquet files of mode behaviour, or folders of them, row by row.
// If one is of another kind, ok is false and ReadFile may read it.
func ReadBehaviourColumns(ctx context.Context, paths ...string) (c *BehaviourColumns, ok bool, err error) {
	t, ok, err := OpenTables(feature.Behavioural, paths...)
	if err != nil || !ok {
		return nil, ok, err
	}
	c = NewBehaviourColumns()
	return c, true, t.Each(ctx, c.Add)
}
