package dataset

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"botnetdetect/feature"
)

// builder turns records into a set. Names that many records share, share their bytes.
type builder struct {
	examples []Example
	names    map[string]string
	aware    bool
	modes    [2]bool      // records with traffic, with behaviour
	parts    feature.Mode // of the Parquet files read so far; "" is none

	use func(*Example) error // takes examples, each valid until the next, instead of keeping them; nil is nobody
}

func (b *builder) add(rec record) error {
	if rec.Label == nil || *rec.Label != 0 && *rec.Label != 1 {
		return errors.New("label must be 0 (benign) or 1 (botnet)")
	}
	if rec.Behaviour != nil {
		return b.addBehaviour(rec)
	}
	traffic, err := b.blocks(rec.Traffic)
	if err != nil {
		return err
	}
	return b.keep(Example{
		Botnet: *rec.Label == 1, Src: rec.Src, Dst: rec.Dst,
		Capture: rec.Capture, Source: rec.Source, Traffic: traffic,
	})
}

// keep adds an example, with texts of its own, or hands it to use.
func (b *builder) keep(e Example) error {
	if err := checkTexts(e.Src, e.Dst, e.Capture, e.Source, e.Host); err != nil {
		return err
	}
	b.modes[number(e.Behaviour != nil)] = true
	if b.modes == [2]bool{true, true} {
		return errors.New("some records have traffic, some behaviour; want one kind in a file")
	}
	if b.use != nil {
		return b.use(&e)
	}
	e.Src, e.Dst = strings.Clone(e.Src), strings.Clone(e.Dst)
	e.Capture, e.Source = b.intern(e.Capture), b.intern(e.Source)
	if e.Host != "" {
		e.Host = b.intern(e.Host)
	}
	b.examples = append(b.examples, e)
	return nil
}

func (b *builder) set() (Set, error) {
	switch {
	case len(b.examples) == 0:
		return Set{}, errors.New("no records")
	case b.modes[1]:
		return Set{feature.Behavioural, b.examples}, nil
	case b.aware:
		return Set{feature.Aware, b.examples}, nil
	}
	return Set{feature.Agnostic, b.examples}, nil
}

func (b *builder) intern(s string) string {
	if shared, ok := b.names[s]; ok {
		return shared
	}
	s = strings.Clone(s) // of a longer text, maybe
	b.names[s] = s
	return s
}

// blocks groups features by protocol; each protocol must have all nine.
func (b *builder) blocks(traffic map[string]float64) ([]feature.Block, error) {
	switch n := len(traffic); {
	case n == 0:
		return nil, errors.New("it has no traffic")
	case n > maxProtocols*feature.Count:
		return nil, fmt.Errorf("it has %d features, more than nine for each of %d protocols", n, maxProtocols)
	}
	var blocks []feature.Block
	place := make(map[string]int, len(traffic)/feature.Count) // protocol → index in blocks
	for name, value := range traffic {
		protocol, i, err := feature.ParseName(name)
		if err != nil {
			return nil, err
		}
		if math.IsInf(value, 0) || math.IsNaN(value) {
			return nil, fmt.Errorf("%s is not finite", name)
		}
		at, ok := place[protocol]
		if !ok {
			at = len(blocks)
			place[protocol] = at
			blocks = append(blocks, feature.Block{Protocol: protocol})
		}
		blocks[at].Values[i] = value
	}
	if want := len(blocks) * feature.Count; len(traffic) != want {
		return nil, fmt.Errorf("%d features, want %d: nine for each of %d protocols", len(traffic), want, len(blocks))
	}
	return blocks, b.name(blocks)
}

// name orders blocks by protocol and lets them share the protocols' names.
func (b *builder) name(blocks []feature.Block) error {
	for i := range blocks {
		protocol := blocks[i].Protocol
		if err := checkTexts(protocol); err != nil {
			return err
		}
		b.aware = b.aware || protocol != feature.AnyProtocol
		blocks[i].Protocol = b.intern(protocol)
	}
	slices.SortFunc(blocks, func(x, y feature.Block) int { return cmp.Compare(x.Protocol, y.Protocol) })
	return nil
}
