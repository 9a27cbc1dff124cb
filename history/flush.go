package history

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"go.etcd.io/bbolt"
)

// batch is what one Flush writes.
type batch struct {
	hosts   []Host
	pending map[Key][]Sighting
	gone    map[Key]bool
}

// Flush writes what is not yet on disk. If it fails, nothing is lost: the next one tries
// again.
func (s *Store) Flush() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	b := s.take()
	if len(b.pending) == 0 && len(b.gone) == 0 {
		return s.failure()
	}
	err := s.update(b.write)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failing = err; err != nil {
		s.giveBack(b)
	} else {
		s.keep(b)
	}
	return err
}

// keep notes what a batch that was written has left on disk.
func (s *Store) keep(b batch) {
	for key := range b.gone {
		delete(s.stored, key)
	}
	for key := range b.pending {
		if s.stored[key] = true; s.hosts[key] == nil {
			s.gone[key] = true // forgotten meanwhile
		}
	}
}

func (s *Store) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failing
}

func (s *Store) take() batch {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := batch{pending: s.pending, gone: s.gone}
	for key := range s.pending {
		b.hosts = append(b.hosts, *s.hosts[key])
	}
	s.pending, s.gone = make(map[Key][]Sighting), make(map[Key]bool)
	return b
}

// giveBack puts back what was not written, before what came since.
func (s *Store) giveBack(b batch) {
	for key, older := range b.pending {
		if s.hosts[key] == nil {
			continue // forgotten meanwhile
		}
		all := older
		for _, seen := range s.pending[key] {
			all = queued(all, seen)
		}
		s.pending[key] = all
	}
	for key := range b.gone {
		if s.hosts[key] == nil {
			s.gone[key] = true
		}
	}
}

func (b *batch) write(tx *bbolt.Tx) error {
	for key := range b.gone {
		if err := errors.Join(tx.Bucket(hostsBucket).Delete(key.bytes()), tx.Bucket(detailsBucket).Delete(key.bytes())); err != nil {
			return err
		}
	}
	for i := range b.hosts {
		key := b.hosts[i].Key
		if err := put(tx, hostsBucket, key.bytes(), &b.hosts[i]); err != nil {
			return err
		}
		d := detail(tx, key)
		for j := range b.pending[key] {
			d.see(&b.pending[key][j])
		}
		if err := put(tx, detailsBucket, key.bytes(), &d); err != nil {
			return err
		}
	}
	return nil
}

// detail reads a detail; one that is missing or damaged is begun anew.
func detail(tx *bbolt.Tx, key Key) (d Detail) {
	if decode(tx.Bucket(detailsBucket).Get(key.bytes()), &d) != nil {
		return Detail{}
	}
	return d
}

// Detail returns what is known of a host beside what Host says, with what is not yet on
// disk.
func (s *Store) Detail(key Key) (d Detail, err error) {
	if _, ok := s.Host(key); !ok {
		return Detail{}, ErrUnknown
	}
	s.writing.Lock() // or a sighting could be neither pending nor on disk
	defer s.writing.Unlock()
	err = guard(func() error {
		return s.db.View(func(tx *bbolt.Tx) error {
			d = detail(tx, key)
			return nil
		})
	})
	if err != nil {
		return Detail{}, fmt.Errorf("cannot read history: %w", err)
	}
	s.mu.Lock()
	pending := slices.Clone(s.pending[key])
	s.mu.Unlock()
	for i := range pending {
		d.see(&pending[i])
	}
	return d, nil
}

// Allowed returns the hosts that people put on the allow-list.
func (s *Store) Allowed() (keys []Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for h := range maps.Values(s.hosts) {
		if h.Triage.State == Allowed {
			keys = append(keys, h.Key)
		}
	}
	return keys
}
