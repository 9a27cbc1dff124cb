// Package safefile writes files so that nobody sees half of one: into a temporary
// file beside the target, which takes the target's place only when all is written.
package safefile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Write has fill write the file at path. If fill or the disk fails, whatever stood at
// path before still stands there, and nothing is left beside it. A path that is not a
// regular file, such as a pipe or /dev/stdout, is written to directly. A link keeps being
// one, even if what it links to is not there yet. A new file's mode is up to the user's
// mask; a file that takes another's place takes over its mode.
//
// An error of the disk says "cannot write PATH: …" and nothing of what fill made of it;
// an error of fill itself is passed on behind "PATH: ".
func Write(path string, fill func(io.Writer) error) error { return write(path, 0o666, fill) }

// WritePrivate is Write for what only its owner may read, from its first byte on, whatever the
// mask, and whatever another file's mode was in whose place it comes.
func WritePrivate(path string, fill func(io.Writer) error) error { return write(path, private, fill) }

const private fs.FileMode = 0o600

func write(path string, mode fs.FileMode, fill func(io.Writer) error) error {
	old, err := os.Stat(path)
	switch {
	case err == nil && old.IsDir():
		return fmt.Errorf("cannot write %s: it is a folder; name a file", path)
	case err == nil && !old.Mode().IsRegular():
		return writeDirectly(path, fill)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return cannot(path, err)
	}
	file, err := target(path)
	if err != nil {
		return cannot(path, err)
	}
	if mode == private {
		old = nil // its mode is of no account
	}
	f, err := create(filepath.Dir(file), mode)
	if err != nil {
		return fmt.Errorf("cannot write beside %s: %w", path, bare(err))
	}
	out := output{path: path, f: f}
	if err := out.replace(file, old, fill); err != nil {
		f.Close() // a second time, maybe; what matters is told
		os.Remove(f.Name())
		return err
	}
	return nil
}

// output is a file being written. It is an io.Writer that remembers its first error.
type output struct {
	path string // as the user named it
	f    *os.File
	err  error
}

func (o *output) Write(p []byte) (int, error) {
	n, err := o.f.Write(p)
	if o.err == nil {
		o.err = err
	}
	return n, err
}

// replace fills the file and puts it in the place of another, of which old tells, nil if
// there is none.
func (o *output) replace(file string, old fs.FileInfo, fill func(io.Writer) error) error {
	if old != nil {
		if err := o.f.Chmod(old.Mode().Perm()); err != nil {
			return cannot(o.path, err)
		}
	}
	if err := o.fill(fill); err != nil {
		return err
	}
	if err := errors.Join(o.f.Sync(), o.f.Close()); err != nil {
		return cannot(o.path, err)
	}
	if err := os.Rename(o.f.Name(), file); err != nil {
		return cannot(o.path, err)
	}
	return nil
}

func writeDirectly(path string, fill func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return cannot(path, err)
	}
	o := output{path: path, f: f}
	err = o.fill(fill)
	if closing := f.Close(); err == nil && closing != nil {
		return cannot(path, closing)
	}
	return err
}

// fill has fill write, and tells the disk's errors from its own.
func (o *output) fill(fill func(io.Writer) error) error {
	w := bufio.NewWriterSize(o, 64<<10)
	err := fill(w)
	if err == nil {
		err = w.Flush()
	}
	switch {
	case o.err != nil:
		return cannot(o.path, o.err)
	case err != nil:
		return fmt.Errorf("%s: %w", o.path, err)
	}
	return nil
}

func cannot(path string, err error) error {
	return fmt.Errorf("cannot write %s: %w", path, bare(err))
}

// bare returns what is wrong without the file's name, which is a temporary one.
func bare(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}
