package evaluate

import "fmt"

// Fold is one split of a corpus: rows to train on and rows to test on. Rows in neither
// are left out, such as the rest of a group that is tested in part.
type Fold struct {
	Name   string
	Family string // the botnet family tested; "*" if several
	Source string // the benign source tested; "*" if several
	Train  []int
	Test   []int
}

// LeakError is a fold that has one group on both sides.
type LeakError struct {
	Fold  string
	Group string // the group's name
	Train Flow   // a flow of it that is trained on
	Test  Flow   // a flow of it that is tested on
}

func (e *LeakError) Error() string {
	return fmt.Sprintf("cannot use fold %s: it tests on %s and trains on %s, which are of one group (%s); put the group on one side, or choose a narrower grouping",
		e.Fold, e.Test.describe(), e.Train.describe(), e.Group)
}

func (f *Flow) describe() string {
	return fmt.Sprintf("flow %s–%s of %s", f.Src, f.Dst, f.captureName())
}

// check refuses a fold that has a group on both sides (*LeakError), or rows that are
// not there.
func (f *Fold) check(c *Corpus, groups Groups) error {
	trained := make(map[int]int) // group → a row of it
	for _, r := range f.Train {
		if r < 0 || r >= len(c.Flows) {
			return fmt.Errorf("cannot use fold %s: row %d of %d flows", f.Name, r, len(c.Flows))
		}
		trained[groups.Of[r]] = r
	}
	for _, r := range f.Test {
		if r < 0 || r >= len(c.Flows) {
			return fmt.Errorf("cannot use fold %s: row %d of %d flows", f.Name, r, len(c.Flows))
		}
		if t, leaks := trained[groups.Of[r]]; leaks {
			return &LeakError{Fold: f.Name, Group: groups.Names[groups.Of[r]], Train: c.Flows[t], Test: c.Flows[r]}
		}
	}
	return nil
}
