package cluster

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Files opens captures of the file system.
type Files struct {
	// Root, if it is not "", is the folder that captures must be in: whoever may submit
	// jobs can otherwise have a worker read any file that it may read. What leads out of
	// the folder, by "..", or a link, cannot be opened.
	Root string
}

// Open opens a file.
func (f Files) Open(_ context.Context, path string) (io.ReadCloser, error) {
	file, err := f.open(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return file, nil
}

func (f Files) open(path string) (*os.File, error) {
	if f.Root == "" {
		return os.Open(path)
	}
	root, err := os.OpenRoot(f.Root)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	if filepath.IsAbs(path) {
		if path, err = filepath.Rel(f.Root, path); err != nil {
			return nil, err
		}
	}
	return root.Open(path)
}
