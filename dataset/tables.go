package dataset

import (
	"context"
	"fmt"
	"os"

	"botnetdetect/feature"
)

// Tables are Parquet files of one mode, which are read row by row, as often as need be.
type Tables struct {
	files []string
	rows  int // in all of them, as they say
}

// Rows returns how many examples there are, as the files say.
func (t *Tables) Rows() int { return t.rows }

// OpenTables finds the files that paths name, Parquet files or folders of them. If one is of another
// mode, or of another kind, ok is false and ReadFile may read it.
func OpenTables(mode feature.Mode, paths ...string) (t *Tables, ok bool, err error) {
	t = new(Tables)
	for _, path := range paths {
		files, err := partsOf(path)
		if err != nil || files == nil {
			return nil, false, err
		}
		for _, file := range files {
			is, rows, err := tableOf(file)
			if err != nil {
				return nil, true, fmt.Errorf("%s: %w", file, err)
			}
			if is != mode {
				return nil, false, nil
			}
			t.rows += rows
		}
		t.files = append(t.files, files...)
	}
	return t, true, nil
}

// tableOf returns the mode of a Parquet file and how many rows it says to have.
func tableOf(path string) (mode feature.Mode, rows int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	file, mode, err := openParquet(f)
	if err != nil {
		return "", 0, err
	}
	return mode, int(file.NumRows()), nil
}

// Each hands all examples to use, file after file; each is valid until the next. It stops at use's
// first error.
func (t *Tables) Each(ctx context.Context, use func(*Example) error) error {
	b := &builder{names: make(map[string]string), use: use}
	for _, path := range t.files {
		if err := b.readPart(ctx, path); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}
