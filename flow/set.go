package flow

import (
	"errors"
	"fmt"
	"iter"

	"botnetdetect/packet"
)

// Set is the flows that collectors gathered, in memory and on disk, as if they were one
// table. It yields them by merging, so it takes little memory beyond what the
// collectors took. Close frees the disk space; a Set is for one goroutine.
type Set struct {
	parts    []part
	runs     []*run
	resolved addresses
	dropped  int64
	count    int // of flows; -1 if not known
	err      error
}

// NewSet takes over what the collectors have gathered; they take no more packets.
func NewSet(collectors ...*Collector) *Set {
	s := newSet()
	var resolved []*addresses
	for _, c := range collectors {
		c.Seal()
		s.parts = append(s.parts, c.part)
		s.runs = append(s.runs, c.runs...)
		s.dropped += c.dropped
		resolved = append(resolved, &c.table.resolved)
		*c = Collector{table: NewTable(), err: errTaken, sealed: true}
	}
	s.resolved = union(resolved)
	return s
}

var errTaken = errors.New("the collector's flows are in a set")

// SetOf returns a set of the flows of tables, which must not change while it is in use.
func SetOf(tables ...*Table) *Set {
	s := newSet()
	var resolved []*addresses
	for _, t := range tables {
		s.parts = append(s.parts, t.part())
		resolved = append(resolved, &t.resolved)
	}
	s.resolved = union(resolved)
	return s
}

func newSet() *Set { return &Set{resolved: makeAddresses(newSeed()), count: -1} }

// Len returns the number of flows, resolved or not. Unless all have been yielded before,
// it goes through them to count.
func (s *Set) Len() int {
	if s.count < 0 && len(s.runs) == 0 && len(s.parts) == 1 {
		s.count = s.parts[0].len()
	}
	if s.count < 0 {
		for range s.Flows() {
		}
	}
	return max(0, s.count)
}

// Spilled returns how many bytes of flows are on disk.
func (s *Set) Spilled() (bytes int64) {
	for _, r := range s.runs {
		bytes += r.size
	}
	return bytes
}

// Resolved reports whether a DNS answer named e.
func (s *Set) Resolved(e packet.Endpoint) bool { return s.resolved.has(&e) }

// Dropped returns how often there was no room to note that an address was resolved.
// Flows of such an address count as P2P.
func (s *Set) Dropped() int64 { return s.dropped }

// Flows yields every flow in the order of its endpoints' addresses. A Flow's Sums are
// valid until the next is yielded. If it cannot go on, it ends, and Err says why.
func (s *Set) Flows() iter.Seq[Flow] {
	return func(yield func(Flow) bool) {
		n, whole := 0, true
		err := merged(s.cursors()).each(func(f Flow) bool {
			n++
			whole = yield(f)
			return whole
		})
		if err != nil {
			s.err = fmt.Errorf("cannot read spilled flows back: %w", err)
		} else if whole {
			s.count = n
		}
	}
}

// P2P yields the flows neither of whose endpoints a DNS answer named, as Flows does.
func (s *Set) P2P() iter.Seq[Flow] { return unresolved(s.Flows(), s.Resolved) }

// Err returns why flows could not be read back from disk, nil if they could. Ask after
// going through them.
func (s *Set) Err() error { return s.err }

func (s *Set) cursors() []cursor {
	all := cursorsOf(s.runs)
	for _, p := range s.parts {
		all = append(all, p.cursors()...)
	}
	return all
}

// Close frees the disk space. The set is empty afterwards.
func (s *Set) Close() error {
	err := closeAll(s.runs)
	*s = *newSet()
	return err
}
