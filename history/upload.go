package history

import (
	"slices"
	"time"

	"go.etcd.io/bbolt"
)

// Upload is a capture that somebody handed in.
type Upload struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`  // as its owner calls it: a label, never a path
	Bytes   int64     `json:"bytes"` // of the capture as it came
	Time    time.Time `json:"time"`  // when it had come whole
	State   Stage     `json:"state"`
	Tries   int       `json:"tries"`           // times that judging was begun
	Error   string    `json:"error,omitempty"` // why it failed, or was not read to its end
	Packets int64     `json:"packets"`
	Judged  int       `json:"judged"` // flows
	Botnet  int       `json:"botnet"` // of them, those with verdict Botnet
	Hosts   int       `json:"hosts"`  // with a judged flow
}

// Stage is how far an upload is.
type Stage string

// The stages.
const (
	Waiting Stage = "waiting" // whole on disk, to be judged
	Judging Stage = "judging"
	Done    Stage = "done" // there is a report
	Failed  Stage = "failed"
)

// PutUpload keeps an upload. When it returns without an error, that is on disk.
func (s *Store) PutUpload(u Upload) error {
	u.Name, u.Error = clip(u.Name), clip(u.Error)
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.update(func(tx *bbolt.Tx) error { return put(tx, uploadsBucket, []byte(u.ID), &u) }); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.uploads[u.ID] = u
	return nil
}

// DropUpload forgets an upload.
func (s *Store) DropUpload(id string) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.update(func(tx *bbolt.Tx) error { return tx.Bucket(uploadsBucket).Delete([]byte(id)) }); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.uploads, id)
	return nil
}

// Upload returns an upload.
func (s *Store) Upload(id string) (Upload, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, ok := s.uploads[id]
	return u, ok
}

// Uploads returns all uploads, the latest first.
func (s *Store) Uploads() []Upload {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Upload, 0, len(s.uploads))
	for _, u := range s.uploads {
		all = append(all, u)
	}
	slices.SortFunc(all, func(a, b Upload) int { return b.Time.Compare(a.Time) })
	return all
}
