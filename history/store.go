// Package history keeps on disk what was judged of hosts over months: the memory of the
// dashboard. It knows no network: hosts are names, and what was judged comes as
// Sightings.
//
//	s, err := history.OpenStore("history.db", history.Limits{})
//	host := s.See(&sighting)      // known at once, on disk after the next Flush
//	host, err = s.Mark(key, state, note) // on disk when it returns
//	err = s.Flush()               // call it about once a second
//
// A damaged file is moved aside and a new one begun (Store.Moved says so); a file of
// another version is refused. If the disk is full, Flush fails, all that it could not
// write is kept in memory, within Limits, and goes to disk with the next Flush that
// succeeds. docs/format/history.md describes the file.
package history

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"go.etcd.io/bbolt"
)

// Limits bound a store. Zero values mean DefaultLimits.
type Limits struct {
	Hosts int   // kept; beyond, those that weigh least are forgotten, and counted
	Bytes int64 // of the file
}

// DefaultLimits is for an ordinary network: about 300 MB at most, on disk.
func DefaultLimits() Limits { return Limits{Hosts: 20_000, Bytes: 1 << 30} }

// Store is an open history. Its methods may be called from any goroutine.
type Store struct {
	db      *bbolt.DB
	limits  Limits
	moved   string
	damaged int

	writing sync.Mutex // held while the disk is written, so that rows never go backwards

	mu        sync.Mutex
	hosts     map[Key]*Host
	pending   map[Key][]Sighting // not yet on disk
	stored    map[Key]bool       // on disk, forgotten or not
	gone      map[Key]bool       // forgotten, but still on disk
	uploads   map[string]Upload
	grants    map[string]Grant // changed while writing and mu are held
	forgotten int
	failing   error // why the last Flush failed
}

// ErrUnknown means that no such host or upload is kept.
var ErrUnknown = errors.New("not known here")

// See adds a sighting and returns what is now known of its host. It does not wait for
// the disk.
func (s *Store) See(seen *Sighting) Host {
	seen.Key = seen.cleaned()
	s.mu.Lock()
	defer s.mu.Unlock()
	h, ok := s.hosts[seen.Key]
	if !ok {
		h = &Host{Key: seen.Key}
		s.hosts[seen.Key] = h
		delete(s.gone, seen.Key)
	}
	h.see(seen)
	s.pending[seen.Key] = queued(s.pending[seen.Key], *seen)
	now := *h
	if len(s.hosts) > s.limits.Hosts {
		s.forget()
	}
	return now
}

// maxPending bounds the sightings of one host that wait for the disk.
const maxPending = 8

// queued adds a sighting; when too many wait, the oldest but the worst goes.
func queued(all []Sighting, seen Sighting) []Sighting {
	if len(all) < maxPending {
		return append(all, seen)
	}
	worst := 0
	for i := range all {
		if all[i].Judgement.worse(&all[worst].Judgement) {
			worst = i
		}
	}
	drop := 0
	if worst == 0 {
		drop = 1
	}
	return append(slices.Delete(all, drop, drop+1), seen)
}

// forget drops a twentieth of the hosts, those that weigh least: never judged Botnet and
// never touched by anybody before all others.
func (s *Store) forget() {
	all := slices.SortedFunc(maps.Values(s.hosts), func(a, b *Host) int {
		if a.Triage.untouched() != b.Triage.untouched() {
			return boolean(a.Triage.untouched()) - boolean(b.Triage.untouched())
		}
		return Order(a, b)
	})
	for _, h := range all[s.limits.Hosts-s.limits.Hosts/20:] {
		delete(s.hosts, h.Key)
		delete(s.pending, h.Key)
		if s.stored[h.Key] {
			s.gone[h.Key] = true
		}
		s.forgotten++
	}
}

// Mark changes the triage of a host. When it returns without an error, that is on disk.
func (s *Store) Mark(key Key, state State, note string) (Host, error) {
	if !state.Valid() {
		return Host{}, fmt.Errorf("no state of a host is called %q", state)
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	h, ok := s.Host(key)
	if !ok {
		return Host{}, ErrUnknown
	}
	h.Triage.apply(Action{Time: time.Now().UTC(), State: state, Note: clipTo(note, MaxNote)})
	if err := s.update(func(tx *bbolt.Tx) error { return put(tx, hostsBucket, key.bytes(), &h) }); err != nil {
		return Host{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stored[key] = true
	if known, ok := s.hosts[key]; ok {
		known.Triage = h.Triage
		h = *known
	} else { // forgotten meanwhile
		s.hosts[key] = &h
		delete(s.gone, key)
	}
	return h, nil
}

// Host returns what is known of a host.
func (s *Store) Host(key Key) (Host, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h, ok := s.hosts[key]; ok {
		return *h, true
	}
	return Host{}, false
}

// Hosts returns all hosts in their Order.
func (s *Store) Hosts() []Host {
	s.mu.Lock()
	all := make([]Host, 0, len(s.hosts))
	for _, h := range s.hosts {
		all = append(all, *h)
	}
	s.mu.Unlock()
	order := make([]*Host, len(all)) // hosts are large, and costly to swap
	for i := range all {
		order[i] = &all[i]
	}
	slices.SortFunc(order, Order)
	sorted := make([]Host, len(all))
	for i, h := range order {
		sorted[i] = *h
	}
	return sorted
}

// Status is how a store fares.
type Status struct {
	Hosts     int
	Pending   int    // hosts with news that are not yet on disk
	Forgotten int    // hosts dropped for want of room, since the store was opened
	Damaged   int    // records that could not be read when it was opened
	Failing   error  // why the disk cannot be written; nil if it can
	Moved     string // where a damaged file was moved to, if it was
}

// Status returns how the store fares.
func (s *Store) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Status{len(s.hosts), len(s.pending), s.forgotten, s.damaged, s.failing, s.moved}
}
