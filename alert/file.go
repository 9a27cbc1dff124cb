package alert

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// File is a file that whole records are appended to, each with one write, so that a crash
// loses none that was written, and a full disk leaves at most one cut short: the next
// then begins on a line of its own. Any goroutine may use it.
type File struct {
	path string
	mu   sync.Mutex
	file *os.File
	torn bool          // the last record was cut short
	wait time.Duration // for a pipe's reader
}

// OpenFile opens the file at path for appending, or makes it, readable by its owner's group.
func OpenFile(path string) (*File, error) {
	f := &File{path: path, wait: pipePatience}
	return f, f.Reopen()
}

// Reopen opens the file by its name again, after it has been moved away.
func (f *File) Reopen() error {
	file, err := os.OpenFile(f.path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o640)
	if err != nil {
		return fmt.Errorf("cannot append: %w", err)
	}
	torn, err := endsTorn(file)
	if err != nil {
		file.Close()
		return fmt.Errorf("cannot append: %w", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file != nil {
		f.file.Close()
	}
	f.file, f.torn = file, torn
	return nil
}

// endsTorn reports whether a file's last line has no end. What is no regular file has no
// last line.
func endsTorn(file *os.File) (bool, error) {
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return false, err
	}
	var last [1]byte
	if _, err := file.ReadAt(last[:], info.Size()-1); err != nil {
		return false, err
	}
	return last[0] != '\n', nil
}

// Empty reports whether nothing has been written to the file yet.
func (f *File) Empty() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := f.file.Stat()
	return err == nil && info.Size() == 0
}

// regular reports whether it is a file proper, no pipe or device.
func (f *File) regular() bool {
	info, err := f.file.Stat()
	return err == nil && info.Mode().IsRegular()
}

// pipePatience is how long a pipe may take for a record whose reader does not read.
const pipePatience = 100 * time.Millisecond

// Send appends a record, which ends with a line's end. After an error the record is not in the file, or cut short
// there; it, or the next, may be written again. It does not wait for the reader of a named pipe.
func (f *File) Send(record []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.torn {
		record = append([]byte{'\n'}, record...)
	}
	_ = f.file.SetWriteDeadline(time.Now().Add(f.wait)) // files proper have none
	n, err := f.file.Write(record)
	if err == nil && n < len(record) {
		err = io.ErrShortWrite
	}
	if err != nil {
		f.torn = f.torn || n > 0
		return fmt.Errorf("cannot append to %s: %w", f.path, cause(err))
	}
	f.torn = false
	return nil
}

// cause returns what a path's error is about.
func cause(err error) error {
	var at *os.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// Close closes the file.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.file.Close()
}
