package evaluate

import (
	"context"
	"errors"

	"botnetdetect/behaviour"
	"botnetdetect/dataset"
	"botnetdetect/feature"
	"botnetdetect/observe"
	"botnetdetect/protocol"
)

// Flow says which flow a row is, and what it is. None of it is an input of a detector.
type Flow struct {
	Botnet  bool   `json:"botnet"`
	Capture string `json:"capture"` // the capture's path as it was given; "" if not known
	Source  string `json:"source"`  // botnet family, or benign source; "" if not known
	Src     string `json:"src"`
	Dst     string `json:"dst"`
	Host    string `json:"host,omitempty"`   // the endpoint whose peer the other one is; "" if not known
	Manner  string `json:"manner,omitempty"` // in which they speak: behaviour.Manner; "" if not known
}

// ends returns the flow without what its packets tell, which other packets would tell otherwise.
func (f Flow) ends() Flow {
	f.Host, f.Manner = "", ""
	return f
}

// Corpus is what detectors are evaluated on.
type Corpus struct {
	Flows []Flow
	// Tables holds the features, by the name under which detectors ask for them. Row r
	// of every table is flow r.
	Tables map[string]*Table
	// Absent says, of a table that is not there, why.
	Absent map[string]string

	// again observes the captures once more, altered; nil where there are none.
	again func(ctx context.Context, a alteration, workers int) (*Corpus, error)
}

// The tables that this package makes itself. The first two are of the nine features.
const (
	AwareTable     = string(feature.Aware)    // one block a protocol
	AgnosticTable  = string(feature.Agnostic) // one block for all protocols together
	PeerSharkTable = "peershark"              // packets, bytes, duration, median inter-arrival time
)

// FromSet makes a corpus of a feature table, which has features of one kind only.
func FromSet(set dataset.Set) *Corpus {
	c := &Corpus{
		Tables: map[string]*Table{string(set.Mode): tableOf(set)},
		Absent: make(map[string]string),
	}
	for i := range set.Examples {
		c.Flows = append(c.Flows, flowOf(&set.Examples[i]))
	}
	for _, name := range []string{AwareTable, AgnosticTable, BehaviourTable, PeerSharkTable} {
		if name != string(set.Mode) {
			c.Absent[name] = "a feature table of mode " + string(set.Mode) + " does not hold them; evaluate captures"
		}
	}
	return c
}

func tableOf(set dataset.Set) *Table {
	if set.Mode == feature.Behavioural {
		return behaviourTable(set, behaviour.Names())
	}
	return blockTable(set)
}

func flowOf(e *dataset.Example) Flow {
	return Flow{Botnet: e.Botnet, Capture: e.Capture, Source: e.Source, Src: e.Src, Dst: e.Dst, Host: e.Host, Manner: e.Manner}
}

// Sources returns the sources and families of the flows.
func (c *Corpus) Sources() map[string]bool {
	sources := make(map[string]bool)
	for i := range c.Flows {
		sources[c.Flows[i].Source] = true
	}
	return sources
}

// Builder gathers observed captures into a corpus with features of both modes.
type Builder struct {
	Labeller   dataset.Labeller
	Vocabulary *protocol.Vocabulary // the one by which captures are observed

	aware, agnostic, behaviour dataset.Set
	paths                      []string
	unobserved                 bool // behaviour was not, of some capture
}

// Add takes the P2P flows of a capture. The error names a capture whose label cannot
// be told.
func (b *Builder) Add(seen observe.Observation) error {
	aware, err := b.Labeller.Examples(seen, feature.Aware, b.Vocabulary)
	if err != nil {
		return err
	}
	agnostic, err := b.Labeller.Examples(seen, feature.Agnostic, b.Vocabulary)
	if err != nil {
		return err
	}
	if err := b.addBehaviour(seen); err != nil {
		return err
	}
	b.paths = append(b.paths, seen.Path)
	b.aware.Examples = append(b.aware.Examples, aware...)
	b.agnostic.Examples = append(b.agnostic.Examples, agnostic...)
	return nil
}

// addBehaviour takes how endpoints behave, if that was observed.
func (b *Builder) addBehaviour(seen observe.Observation) error {
	examples, err := b.Labeller.Examples(seen, feature.Behavioural, b.Vocabulary)
	if errors.Is(err, behaviour.ErrUnobserved) {
		b.unobserved = true
		return nil
	}
	b.behaviour.Examples = append(b.behaviour.Examples, examples...)
	return err
}

// Corpus returns what was gathered.
func (b *Builder) Corpus() *Corpus {
	b.aware.Mode, b.agnostic.Mode = feature.Aware, feature.Agnostic
	c := FromSet(b.aware)
	c.Tables[AgnosticTable] = blockTable(b.agnostic)
	delete(c.Absent, AgnosticTable)
	c.Absent[PeerSharkTable] = "packet times were not gathered"
	b.behave(c)
	c.again = b.again
	return c
}

// behave adds the table of behaviour.
func (b *Builder) behave(c *Corpus) {
	if b.unobserved {
		c.Absent[BehaviourTable] = "how endpoints behave was not observed: it takes --features behaviour and the native engine"
		return
	}
	b.behaviour.Mode = feature.Behavioural
	c.Tables[BehaviourTable] = tableOf(b.behaviour)
	delete(c.Absent, BehaviourTable)
	for i := range b.behaviour.Examples {
		c.Flows[i].Host, c.Flows[i].Manner = b.behaviour.Examples[i].Host, b.behaviour.Examples[i].Manner
	}
}

// again builds the corpus of the same captures, altered.
func (b *Builder) again(ctx context.Context, a alteration, workers int) (*Corpus, error) {
	altered := Builder{Labeller: b.Labeller, Vocabulary: b.Vocabulary}
	if err := siftAll(ctx, b.paths, a, workers, altered.Add); err != nil {
		return nil, err
	}
	return altered.Corpus(), nil
}

// labels returns 1 for each row that is botnet, else 0.
func (c *Corpus) labels(rows []int) []uint8 {
	labels := make([]uint8, len(rows))
	for i, r := range rows {
		if c.Flows[r].Botnet {
			labels[i] = 1
		}
	}
	return labels
}

// truth returns whether each row is botnet.
func (c *Corpus) truth(rows []int) []bool {
	truth := make([]bool, len(rows))
	for i, r := range rows {
		truth[i] = c.Flows[r].Botnet
	}
	return truth
}

// balance counts the benign and botnet flows among rows.
func (c *Corpus) balance(rows []int) (benign, botnet int) {
	for _, r := range rows {
		if c.Flows[r].Botnet {
			botnet++
		}
	}
	return len(rows) - botnet, botnet
}

// all returns the numbers of all rows.
func (c *Corpus) all() []int {
	rows := make([]int, len(c.Flows))
	for i := range rows {
		rows[i] = i
	}
	return rows
}
