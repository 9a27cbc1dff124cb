//go:build unix

package alert

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A named pipe that nobody reads holds nothing up; what it does not take is lost, and what is read
// later is whole lines but for one.
func TestPipeThatNobodyReads(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	f, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.wait = 2 * time.Second // this process may be slow itself
	record := append(bytes.Repeat([]byte("x"), 9_999), '\n')
	for err == nil {
		err = f.Send(record)
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(err)
	}
	reader, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	lines := bufio.NewScanner(reader)
	whole := func() bool { return lines.Scan() && len(lines.Bytes()) == len(record)-1 }
	for range 3 {
		if !whole() {
			t.Errorf("a line of %d bytes", len(lines.Bytes()))
		}
	}
	if err := f.Send(record); err != nil {
		t.Fatal(err)
	}
	for range 10 { // those that were whole, the one cut short, and the last
		whole()
		if len(lines.Bytes()) < len(record)-1 {
			break
		}
	}
	if !whole() {
		t.Errorf("after the line that was cut short: %d bytes", len(lines.Bytes()))
	}
}
