package evaluate

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Protocol is a way to part a corpus into folds.
type Protocol string

// The protocols.
const (
	// Random deals out single flows, as the reference splits. Flows of one capture are on
	// both sides, so it flatters: it is there to be compared with.
	Random Protocol = "random"
	// Capture deals out groups. Families and sources with several groups are on both sides.
	Capture Protocol = "capture"
	// Family leaves out one botnet family after the other, each with a part of the benign
	// groups, so that each of these is tested once.
	Family Protocol = "family"
	// Source leaves out one benign source after the other, each with a part of the botnet
	// groups, so that each of these is tested once.
	Source Protocol = "source"
	// Grid leaves out every botnet family together with every benign source.
	Grid Protocol = "grid"
	// Given takes the folds that it is given.
	Given Protocol = "given"
)

// protocols are all that make their own folds.
var protocols = []Protocol{Random, Capture, Family, Source, Grid}

// ParseProtocols reads a protocol's name, or "all".
func ParseProtocols(s string) ([]Protocol, error) {
	if s == "all" {
		return slices.Clone(protocols), nil
	}
	if slices.Contains(protocols, Protocol(s)) {
		return []Protocol{Protocol(s)}, nil
	}
	return nil, fmt.Errorf("no protocol is called %q: want one of %v, or all", s, protocols)
}

// How many folds the protocols make that deal out.
const (
	randomFolds  = 4 // so that three quarters are trained on, as by the reference
	captureFolds = 5
)

// Folds parts c by a protocol; folds that would test nothing are not made. Groups must
// be singletons for Random.
func (c *Corpus) Folds(p Protocol, groups Groups, seed uint64) ([]Fold, error) {
	switch p {
	case Random:
		return c.randomFolds(seed), nil
	case Capture:
		return c.captureFolds(groups), nil
	case Family:
		return c.leaveOneOut(groups, true), nil
	case Source:
		return c.leaveOneOut(groups, false), nil
	case Grid:
		return c.grid(groups), nil
	}
	return nil, fmt.Errorf("protocol %q makes no folds", p)
}

func (c *Corpus) randomFolds(seed uint64) []Fold {
	parts := make([][]int, randomFolds)
	for i, r := range rand.New(rand.NewPCG(seed, 0)).Perm(len(c.Flows)) {
		parts[i%randomFolds] = append(parts[i%randomFolds], r)
	}
	return c.partition("random", parts, c.singletons())
}

// captureFolds deals out botnet groups by their botnet flows, then the others by their
// benign flows, so that each fold tests some of both where there are enough.
func (c *Corpus) captureFolds(groups Groups) []Fold {
	botnet, benign := c.loads(groups)
	hand := dealHeld(botnet, captureFolds)
	for i, n := range botnet {
		if n > 0 {
			benign[i] = 0
		}
	}
	for i, h := range dealHeld(benign, captureFolds) {
		if benign[i] > 0 {
			hand[i] = h
		}
	}
	parts := make([][]int, captureFolds)
	for r, i := range groups.Of {
		parts[hand[i]] = append(parts[hand[i]], r)
	}
	return c.partition("capture", parts, groups)
}

// dealHeld deals out the items whose load is not zero; the others have hand -1.
func dealHeld(loads []int, n int) []int {
	var held, index []int
	for i, load := range loads {
		if load > 0 {
			held, index = append(held, load), append(index, i)
		}
	}
	hand := slices.Repeat([]int{-1}, len(loads))
	for k, h := range deal(held, n) {
		hand[index[k]] = h
	}
	return hand
}

// loads counts each group's botnet and benign flows.
func (c *Corpus) loads(groups Groups) (botnet, benign []int) {
	botnet, benign = make([]int, len(groups.Names)), make([]int, len(groups.Names))
	for r, i := range groups.Of {
		if c.Flows[r].Botnet {
			botnet[i]++
		} else {
			benign[i]++
		}
	}
	return botnet, benign
}

// partition makes a fold of each part that is not empty, trained on all other groups.
func (c *Corpus) partition(name string, parts [][]int, groups Groups) (folds []Fold) {
	for i, test := range parts {
		if len(test) > 0 {
			slices.Sort(test)
			folds = append(folds, c.fold(fmt.Sprintf("%s %d of %d", name, i+1, len(parts)), test, groups))
		}
	}
	return folds
}

// fold tests on some rows and trains on all groups that they do not touch.
func (c *Corpus) fold(name string, test []int, groups Groups) Fold {
	f := Fold{Name: name, Test: test, Train: groups.without(test, c.all())}
	f.Family, f.Source = c.tested(test)
	return f
}

// tested names the family and the source among rows; "*" if there are several.
func (c *Corpus) tested(rows []int) (family, source string) {
	for _, r := range rows {
		name := &source
		if c.Flows[r].Botnet {
			name = &family
		}
		switch own := c.Flows[r].sourceName(); *name {
		case "", own:
			*name = own
		default:
			*name = "*"
		}
	}
	return family, source
}

// unnamed is the family or source of flows that do not say theirs.
const unnamed = "unnamed"

func (f *Flow) sourceName() string {
	if f.Source == "" {
		return unnamed
	}
	return f.Source
}

// sources returns the families, or the benign sources, in order.
func (c *Corpus) sources(botnet bool) (names []string) {
	for r := range c.Flows {
		if c.Flows[r].Botnet == botnet {
			names = append(names, c.Flows[r].sourceName())
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// is reports whether f is of a family (botnet) or benign source.
func (f *Flow) is(botnet bool, source string) bool {
	return f.Botnet == botnet && f.sourceName() == source
}

func (c *Corpus) grid(groups Groups) (folds []Fold) {
	for _, family := range c.sources(true) {
		for _, source := range c.sources(false) {
			var test []int
			for r := range c.Flows {
				if c.Flows[r].is(true, family) || c.Flows[r].is(false, source) {
					test = append(test, r)
				}
			}
			folds = append(folds, c.fold(family+" × "+source, test, groups))
		}
	}
	return folds
}

// leaveOneOut leaves out one family (botnet) or benign source after the other, and with
// it a part of the groups of the other class.
func (c *Corpus) leaveOneOut(groups Groups, botnet bool) (folds []Fold) {
	names := c.sources(botnet)
	if len(names) == 0 {
		return nil
	}
	part := c.parts(groups, botnet, names)
	for i, name := range names {
		var test []int
		for r := range c.Flows {
			f := &c.Flows[r]
			if f.is(botnet, name) || f.Botnet != botnet && part[groups.Of[r]] == i {
				test = append(test, r)
			}
		}
		f := c.fold(name, test, groups)
		if botnet {
			f.Family = name
		} else {
			f.Source = name
		}
		folds = append(folds, f)
	}
	return folds
}

// parts deals out the groups of the class that is not left out by name. A group of both
// classes goes with the first name in it.
func (c *Corpus) parts(groups Groups, botnet bool, names []string) []int {
	named, other := c.loads(groups)
	if !botnet {
		named, other = other, named
	}
	for i, n := range named {
		if n > 0 {
			other[i] = 0
		}
	}
	part := dealHeld(other, len(names))
	for r, i := range groups.Of {
		if c.Flows[r].Botnet == botnet && part[i] < 0 {
			part[i], _ = slices.BinarySearch(names, c.Flows[r].sourceName())
		}
	}
	return part
}
