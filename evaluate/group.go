package evaluate

import (
	"cmp"
	"fmt"
	"slices"
)

// Grouping says which flows must stay together: all in training, or all in testing.
type Grouping string

// The groupings, from the narrowest.
const (
	ByFlow    Grouping = "flow"    // none: flows of one capture may be on both sides, which flatters
	ByCapture Grouping = "capture" // the flows of a capture
	ByHost    Grouping = "host"    // the flows of all captures that share a host, see Corpus.Groups
)

// ParseGrouping reads a grouping's name.
func ParseGrouping(s string) (Grouping, error) {
	if g := Grouping(s); g == ByFlow || g == ByCapture || g == ByHost {
		return g, nil
	}
	return "", fmt.Errorf("no grouping is called %q: want %s, %s or %s", s, ByFlow, ByCapture, ByHost)
}

// Groups says which group each flow of a corpus is in.
type Groups struct {
	Of    []int    // by row
	Names []string // by group: its first capture, and how many more there are
}

// Groups groups the flows of a corpus.
//
// ByHost joins captures that have a main endpoint in common, and captures joined to
// those in turn. A capture's main endpoints are those with the most peers in it, all
// that tie; loopback, broadcast, multicast and unspecified addresses are no hosts.
// Private addresses are taken at their word: two networks that both have a 192.168.1.2
// become one group, which costs training data but cannot leak.
//
// Flows that do not say which capture they are from are grouped by what they are and
// by their source.
func (c *Corpus) Groups(by Grouping) Groups {
	if by == ByFlow {
		return c.singletons()
	}
	captures := c.captures()
	joined := newUnion(len(captures.Names))
	if by == ByHost {
		c.joinHosts(captures, joined)
	}
	return captures.join(joined)
}

func (c *Corpus) singletons() Groups {
	g := Groups{Of: c.all(), Names: make([]string, len(c.Flows))}
	for r, f := range c.Flows {
		g.Names[r] = fmt.Sprintf("flow %s to %s of %s", f.Src, f.Dst, f.Capture)
	}
	return g
}

// captures groups by capture, in the order in which they first occur.
func (c *Corpus) captures() Groups {
	index := make(map[string]int)
	g := Groups{Of: make([]int, len(c.Flows))}
	for r := range c.Flows {
		name := c.Flows[r].captureName()
		i, seen := index[name]
		if !seen {
			i = len(g.Names)
			index[name] = i
			g.Names = append(g.Names, name)
		}
		g.Of[r] = i
	}
	return g
}

func (f *Flow) captureName() string {
	switch {
	case f.Capture != "":
		return f.Capture
	case f.Botnet:
		return "unnamed captures of botnet " + f.Source
	}
	return "unnamed captures of benign " + f.Source
}

func (c *Corpus) joinHosts(captures Groups, joined union) {
	owner := make(map[string]int) // host → a capture of which it is a main endpoint
	for i, mains := range c.mainEndpoints(captures) {
		for _, host := range mains {
			if first, seen := owner[host]; seen {
				joined.join(first, i)
			}
			owner[host] = i
		}
	}
}

// mainEndpoints returns, by capture, the hosts with the most peers.
func (c *Corpus) mainEndpoints(captures Groups) [][]string {
	peers := c.peers(captures)
	mains := make([][]string, len(captures.Names))
	for i, count := range peers {
		most := 0
		for _, n := range count {
			most = max(most, n)
		}
		for host, n := range count {
			if n == most {
				mains[i] = append(mains[i], host)
			}
		}
		slices.Sort(mains[i])
	}
	return mains
}

// join returns the groups that g's become when some are joined; names are those of the
// first in each.
func (g Groups) join(joined union) Groups {
	index := make(map[int]int)
	var names []string
	var size []int
	for i, name := range g.Names {
		root := joined.root(i)
		at, seen := index[root]
		if !seen {
			at = len(names)
			index[root] = at
			names, size = append(names, name), append(size, 0)
		}
		size[at]++
	}
	for i, n := range size {
		if n > 1 {
			names[i] = fmt.Sprintf("%s and %d captures that share hosts with it", names[i], n-1)
		}
	}
	of := make([]int, len(g.Of))
	for r, i := range g.Of {
		of[r] = index[joined.root(i)]
	}
	return Groups{Of: of, Names: names}
}

// rows returns the rows of each group.
func (g Groups) rows() [][]int {
	rows := make([][]int, len(g.Names))
	for r, i := range g.Of {
		rows[i] = append(rows[i], r)
	}
	return rows
}

// without returns the rows of within whose groups no row of test is in.
func (g Groups) without(test, within []int) []int {
	touched := make(map[int]bool)
	for _, r := range test {
		touched[g.Of[r]] = true
	}
	var rest []int
	for _, r := range within {
		if !touched[g.Of[r]] {
			rest = append(rest, r)
		}
	}
	return rest
}

// union joins numbers into sets.
type union []int // each number's parent; a root is its own

func newUnion(n int) union {
	u := make(union, n)
	for i := range u {
		u[i] = i
	}
	return u
}

func (u union) root(i int) int {
	for u[i] != i {
		u[i] = u[u[i]]
		i = u[i]
	}
	return i
}

func (u union) join(i, j int) {
	i, j = u.root(i), u.root(j)
	u[max(i, j)] = min(i, j)
}

// deal spreads items over at most n hands so that the hands' loads are about equal,
// the heaviest item first, and returns each item's hand.
func deal(loads []int, n int) []int {
	order := make([]int, len(loads))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(loads[j], loads[i]) })
	hands, hand := make([]int, n), make([]int, len(loads))
	for _, i := range order {
		lightest := 0
		for h := range hands {
			if hands[h] < hands[lightest] {
				lightest = h
			}
		}
		hands[lightest] += loads[i]
		hand[i] = lightest
	}
	return hand
}
