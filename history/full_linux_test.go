package history

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// On a full disk nothing is lost that memory has room for, and once there is room again,
// it goes to disk. Needs root, to mount a small file system.
func TestDiskFull(t *testing.T) {
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("cannot mount a small file system (root can): %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(folder, syscall.MNT_DETACH) })
	path := filepath.Join(folder, "history.db")
	s := open1(t, path, Limits{})
	s.See(sighting("10.0.0.1", 0, 0.9))
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	filler := filepath.Join(folder, "filler")
	_ = os.WriteFile(filler, make([]byte, 2<<20), 0o600) // until nothing is left
	for i := range 500 {
		s.See(sighting(fmt.Sprintf("10.0.%d.%d", i/250, i%250), 1, 0.9))
	}
	if err := s.Flush(); err == nil {
		t.Fatal("a full disk was written to")
	}
	if _, err := s.Mark(Key{"eth0", "10.0.0.1"}, Acknowledged, ""); err == nil {
		h, _ := s.Host(Key{"eth0", "10.0.0.1"})
		t.Logf("the mark found room: %+v", h.Triage) // free pages may be enough for one row
	}
	if st := s.Status(); st.Failing == nil || st.Pending < 500 {
		t.Errorf("the status is %+v", st)
	}
	if d, err := s.Detail(Key{"eth0", "10.0.0.7"}); err != nil || len(d.Peers) != 1 {
		t.Errorf("what waits cannot be seen: %+v, %v", d, err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if err := s.Flush(); err == nil {
		t.Skip("1 MB is too small for 500 hosts")
	}
}
