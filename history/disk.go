package history

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// version of the file. Readers refuse all others.
const version = 1

var (
	metaBucket    = []byte("meta")
	hostsBucket   = []byte("hosts")
	detailsBucket = []byte("details")
	uploadsBucket = []byte("uploads")
	grantsBucket  = []byte("grants")
	versionKey    = []byte("version")
)

// VersionError means that a file was written by another version of the program.
type VersionError struct {
	Path  string
	Found string
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("history %s is of version %s, and this program knows version %d: move the file away to begin a new one, or use the program that wrote it", e.Path, e.Found, version)
}

// damage means that a file is not what a store wrote.
type damage struct{ what any }

func (d damage) Error() string { return fmt.Sprintf("the file is damaged: %v", d.what) }

// OpenStore opens the history at path, or begins one. A damaged file is moved aside. The
// errors: a *VersionError, that another process has the file open, or the disk's.
func OpenStore(path string, limits Limits) (*Store, error) {
	standard := DefaultLimits()
	if limits.Hosts <= 0 {
		limits.Hosts = standard.Hosts
	}
	if limits.Bytes <= 0 {
		limits.Bytes = standard.Bytes
	}
	s, err := open(path, limits)
	var broken damage
	if !errors.As(err, &broken) {
		return s, err
	}
	moved := path + ".damaged-" + time.Now().UTC().Format("20060102T150405.000Z")
	if err := os.Rename(path, moved); err != nil {
		return nil, fmt.Errorf("history %s: %w; and it cannot be moved aside: %w", path, broken, err)
	}
	if s, err = open(path, limits); err == nil {
		s.moved = moved
	}
	return s, err
}

func open(path string, limits Limits) (s *Store, err error) {
	s = &Store{
		limits: limits, hosts: make(map[Key]*Host), pending: make(map[Key][]Sighting),
		stored: make(map[Key]bool), gone: make(map[Key]bool), uploads: make(map[string]Upload), grants: make(map[string]Grant),
	}
	if err := checked(path); err != nil {
		return nil, err
	}
	err = guard(func() (err error) {
		s.db, err = bbolt.Open(path, 0o600, &bbolt.Options{
			Timeout: time.Second, MaxSize: int(limits.Bytes), FreelistType: bbolt.FreelistMapType, NoStatistics: true,
		})
		return opened(path, err)
	})
	if err != nil {
		return nil, err
	}
	if err = guard(func() error { return s.load(path) }); err != nil {
		_ = guard(s.db.Close) // what matters is told
		return nil, err
	}
	return s, nil
}

// checked looks at the file, if there is one, while no other process can write to it.
func checked(path string) error {
	info, err := os.Stat(path)
	if err != nil || info.Size() == 0 {
		return nil // to be made
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("cannot open history %s: it is not a file", path)
	}
	lock, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: time.Second})
	if err != nil {
		return opened(path, err)
	}
	defer func() { _ = lock.Close() }() // nothing was written
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("cannot open history: %w", err)
	}
	defer file.Close()
	if info, err = file.Stat(); err != nil {
		return fmt.Errorf("cannot open history: %w", err)
	}
	if err := checkFile(file, info.Size()); err != nil {
		return damage{err}
	}
	return nil
}

// opened tells damage from other errors of opening.
func opened(path string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, bolterrors.ErrTimeout):
		return fmt.Errorf("history %s is open in another process: end that one, or name another folder", path)
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrVersionMismatch), errors.Is(err, bolterrors.ErrChecksum):
		return damage{err}
	case os.IsPermission(err):
		return fmt.Errorf("cannot open history: %w", err)
	}
	if info, statErr := os.Stat(path); statErr == nil && info.Mode().IsRegular() && info.Size() > 0 {
		return damage{err} // cut short, or no database at all
	}
	return fmt.Errorf("cannot open history %s: %w", path, err)
}

// load reads hosts and uploads.
func (s *Store) load(path string) error {
	if err := s.db.Update(func(tx *bbolt.Tx) error { return begin(tx, path) }); err != nil {
		return err
	}
	return s.db.View(s.read)
}

// begin sees to it that all buckets are there, and refuses other versions.
func begin(tx *bbolt.Tx, path string) error {
	meta := tx.Bucket(metaBucket)
	if meta == nil {
		if name, _ := tx.Cursor().First(); name != nil {
			return damage{"it is some other program's database"}
		}
	} else if found := string(meta.Get(versionKey)); found != strconv.Itoa(version) {
		return &VersionError{path, clipTo(found, 20)}
	}
	for _, name := range [][]byte{metaBucket, hostsBucket, detailsBucket, uploadsBucket, grantsBucket} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	return tx.Bucket(metaBucket).Put(versionKey, []byte(strconv.Itoa(version)))
}

// read reads all hosts, uploads and grants, and looks at every detail. Records that do not match
// their checksum are counted and passed over.
func (s *Store) read(tx *bbolt.Tx) error {
	err := tx.Bucket(hostsBucket).ForEach(func(k, v []byte) error {
		key, err := parseKey(k)
		h := &Host{}
		if err != nil || decode(v, h) != nil {
			s.damaged++
			return nil
		}
		h.Key = key
		s.hosts[key], s.stored[key] = h, true
		return nil
	})
	if err != nil {
		return err
	}
	if err := tx.Bucket(detailsBucket).ForEach(func(_, v []byte) error {
		if decode(v, new(Detail)) != nil {
			s.damaged++
		}
		return nil
	}); err != nil {
		return err
	}
	if err := s.readGrants(tx); err != nil {
		return err
	}
	return tx.Bucket(uploadsBucket).ForEach(func(k, v []byte) error {
		var u Upload
		if decode(v, &u) != nil || u.ID != string(k) {
			s.damaged++
			return nil
		}
		s.uploads[u.ID] = u
		return nil
	})
}

// guard turns what a file that is damaged while it is open does to the database's code
// into an error: it panics, or reads beyond the file's end. Such a fault is in memory
// that maps the file, which is only read, so nothing else is harmed.
func guard(work func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = damage{p}
		}
	}()
	return work()
}

func (s *Store) update(work func(*bbolt.Tx) error) error {
	err := guard(func() error { return s.db.Update(work) })
	if err != nil {
		return fmt.Errorf("cannot write history: %w", err)
	}
	return nil
}

func put(tx *bbolt.Tx, bucket, key []byte, value any) error {
	record, err := encode(value)
	if err != nil {
		return err
	}
	return tx.Bucket(bucket).Put(key, record)
}

// Close writes what is not yet on disk and closes the file.
func (s *Store) Close() error {
	return errors.Join(s.Flush(), guard(s.db.Close))
}
