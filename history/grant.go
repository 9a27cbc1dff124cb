package history

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"

	"go.etcd.io/bbolt"
)

// Grant is a network, or an address wherever it is seen, for whose traffic somebody
// answers: its flows are left alone.
type Grant struct {
	Entry string    `json:"entry"`
	Note  string    `json:"note,omitempty"`
	Time  time.Time `json:"time"` // when it was given
}

// MaxGrants bounds the grants of a store.
const MaxGrants = 1000

// ErrFull means that there are as many grants as are kept.
var ErrFull = errors.New("there are too many entries: write networks that lie together as one")

// PutGrant keeps a grant, in place of the one of the same entry. When it returns without an error,
// that is on disk.
func (s *Store) PutGrant(entry, note string) error {
	g := Grant{clip(entry), clipTo(note, MaxNote), time.Now().UTC()}
	s.writing.Lock()
	defer s.writing.Unlock()
	if _, known := s.grants[g.Entry]; !known && len(s.grants) >= MaxGrants {
		return ErrFull
	}
	if err := s.update(func(tx *bbolt.Tx) error { return put(tx, grantsBucket, []byte(g.Entry), &g) }); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grants[g.Entry] = g
	return nil
}

// DropGrant takes a grant back, on disk when it returns without an error. One that is not there
// is ErrUnknown.
func (s *Store) DropGrant(entry string) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if _, known := s.grants[entry]; !known {
		return ErrUnknown
	}
	if err := s.update(func(tx *bbolt.Tx) error { return tx.Bucket(grantsBucket).Delete([]byte(entry)) }); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.grants, entry)
	return nil
}

// Grants returns all grants, by entry.
func (s *Store) Grants() []Grant {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.AppendSeq(make([]Grant, 0, len(s.grants)), maps.Values(s.grants))
	slices.SortFunc(all, func(a, b Grant) int { return cmp.Compare(a.Entry, b.Entry) })
	return all
}

func (s *Store) readGrants(tx *bbolt.Tx) error {
	return tx.Bucket(grantsBucket).ForEach(func(k, v []byte) error {
		var g Grant
		if decode(v, &g) != nil || g.Entry != string(k) {
			s.damaged++
			return nil
		}
		s.grants[g.Entry] = g
		return nil
	})
}
