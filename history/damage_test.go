package history

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"
)

// filled writes a history of some hosts and returns its bytes.
func filled(t testing.TB, hosts int) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "history.db")
	s, err := OpenStore(path, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range hosts {
		s.See(sighting(fmt.Sprintf("10.0.0.%d", i), 0, 0.9))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// openBytes opens a history of these bytes, and works with it.
func openBytes(t testing.TB, data []byte) (*Store, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "history.db")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := OpenStore(path, Limits{})
	if err != nil {
		return nil, err
	}
	s.See(sighting("10.0.0.1", 3, 0.9))
	err = s.Close()
	return s, err
}

// A damaged file is moved aside, and a new one works.
func TestDamaged(t *testing.T) {
	good := filled(t, 50)
	f := func(name string, data []byte) {
		t.Helper()
		s, err := openBytes(t, data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		if kept, err := os.ReadFile(s.Status().Moved); err != nil || len(kept) != len(data) {
			t.Errorf("%s: what was damaged was not moved aside: %v", name, err)
		}
	}
	f("no database", []byte("this is no database at all, and never was"))
	f("zeros", make([]byte, len(good)))
	f("cut to half", good[:len(good)/2])
	f("cut to a quarter", good[:len(good)/4])
	f("one page", good[:4096])
	f("pages of noise", noisy(good))
}

func noisy(good []byte) []byte {
	data := append([]byte(nil), good...)
	r := rand.New(rand.NewPCG(1, 2))
	for i := 2 * 4096; i < len(data); i++ {
		data[i] = byte(r.Uint32())
	}
	return data
}

func TestEmptyFileIsNew(t *testing.T) {
	if s, err := openBytes(t, nil); err != nil || s.Status().Moved != "" {
		t.Errorf("an empty file: %v, moved to %q", err, s.Status().Moved)
	}
}

// A flipped bit in a record costs that record only.
func TestDamagedRecord(t *testing.T) {
	path := file(t)
	s := open1(t, path, Limits{})
	s.See(sighting("10.0.0.1", 0, 0.9))
	s.See(sighting("10.0.0.2", 0, 0.9))
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	err := s.db.Update(func(tx *bbolt.Tx) error {
		key := Key{"eth0", "10.0.0.1"}.bytes()
		record := append([]byte(nil), tx.Bucket(hostsBucket).Get(key)...)
		record[20] ^= 1
		return tx.Bucket(hostsBucket).Put(key, record)
	})
	if err != nil {
		t.Fatal(err)
	}
	s = reopen(t, s, path)
	if got := s.Hosts(); len(got) != 1 || got[0].Host != "10.0.0.2" || s.Status().Damaged != 1 {
		t.Errorf("hosts are %v with %d damaged", got, s.Status().Damaged)
	}
}

// Whatever is flipped, opening ends in a store that works or in an error, never in a
// crash.
func FuzzDamage(f *testing.F) {
	good := filled(f, 20)
	f.Add(uint32(0), []byte{1})
	f.Add(uint32(4096*2+8), []byte{0xff, 0xff})
	f.Add(uint32(4096*3), []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f})
	f.Fuzz(func(t *testing.T, at uint32, flips []byte) {
		data := append([]byte(nil), good...)
		for i, b := range flips {
			data[(int(at)+i)%len(data)] ^= b
		}
		_, _ = openBytes(t, data)
	})
}

func FuzzRecord(f *testing.F) {
	record, err := encode(Host{Seen: 1})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(record)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		var h Host
		if decode(data, &h) != nil {
			return
		}
		if _, err := encode(&h); err != nil {
			t.Errorf("what was decoded cannot be encoded: %v", err)
		}
	})
}
