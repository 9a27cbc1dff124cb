package flow

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// run is flows in the order of their pairs, in a temporary file.
type run struct {
	file    *os.File
	size    int64
	level   int  // how often its flows have been merged from runs
	removed bool // from its folder: the file lives until it is closed
}

// spill writes a run of the flows that cursors go through to a temporary file in folder;
// "" is os.TempDir. The file is removed at once where an open file can be, so that
// nothing is left behind, however the program ends.
func spill(folder string, flows []cursor) (*run, error) {
	r, err := newRun(folder)
	if err == nil {
		if err = r.write(flows); err == nil {
			return r, nil
		}
		err = errors.Join(err, r.close())
	}
	if folder == "" {
		folder = os.TempDir()
	}
	return nil, fmt.Errorf("cannot spill flows to %s: %w; allow more memory, or another folder for temporary files", folder, err)
}

func newRun(folder string) (*run, error) {
	file, err := os.CreateTemp(folder, "botnetdetect-*.flows")
	if err != nil {
		return nil, err
	}
	return &run{file: file, removed: os.Remove(file.Name()) == nil}, nil
}

func (r *run) write(flows []cursor) error {
	e := newEncoder(r.file)
	if err := e.flows(flows); err != nil {
		return err
	}
	err := e.finish()
	r.size = e.written
	return err
}

// cursor returns a cursor through r's flows; several may be in use.
func (r *run) cursor() cursor {
	return newDecoder(io.NewSectionReader(r.file, 0, r.size))
}

func cursorsOf(runs []*run) (all []cursor) {
	for _, r := range runs {
		all = append(all, r.cursor())
	}
	return all
}

func (r *run) close() error {
	err := r.file.Close()
	if !r.removed {
		err = errors.Join(err, os.Remove(r.file.Name()))
	}
	return err
}

// cursorBytes is about what a run's cursor takes.
const cursorBytes = 2 * blockTarget

// closeAll closes runs and returns the first error.
func closeAll(runs []*run) (err error) {
	for _, r := range runs {
		err = errors.Join(err, r.close())
	}
	return err
}
