package dataset

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"botnetdetect/capture"
)

// Scan finds the captures that inputs name: a file or "-" stands for itself, a folder,
// or a link to one, for all files below it whose content is a capture, in the order of
// their names. Found paths begin with the input as it was given. Links to files are
// followed; links to folders are, too, if they are an input, but not below one.
//
// A capture that is named again, by another spelling, by folders that overlap or by a
// link, is used once, where it is named first; the others are dropped without a word.
// Problems are inputs that name nothing and whatever below a folder cannot be read;
// the rest is found nevertheless.
func Scan(inputs []string) (captures []string, problems []error) {
	met := met{paths: make(map[string]bool), files: make(map[[2]int64][]fs.FileInfo)}
	for _, input := range inputs {
		found, troubles := scanInput(input)
		problems = append(problems, troubles...)
		for _, path := range found {
			if !met.again(path) {
				captures = append(captures, path)
			}
		}
	}
	return captures, problems
}

func scanInput(input string) (found []string, problems []error) {
	if input == "-" {
		return []string{input}, nil
	}
	info, err := os.Stat(input)
	if err != nil {
		return nil, []error{fmt.Errorf("cannot find input: %w", err)}
	}
	if !info.IsDir() {
		return []string{input}, nil
	}
	found, problems = scanFolder(input)
	if len(found)+len(problems) == 0 {
		problems = []error{fmt.Errorf("no capture (pcap or pcapng, maybe compressed) in folder %s", input)}
	}
	return found, problems
}

// scanFolder searches what folder is or links to.
func scanFolder(folder string) (found []string, problems []error) {
	root, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return nil, []error{unreadable(folder, err)}
	}
	visit := func(path string, entry fs.DirEntry, err error) error {
		given := path
		if below, err := filepath.Rel(root, path); err == nil {
			given = filepath.Join(folder, below)
		}
		if err != nil { // of a folder, whose entries that could be read come after
			problems = append(problems, unreadable(given, err))
			return nil
		}
		if !regular(path, entry) {
			return nil
		}
		is, err := capture.IsCapture(path)
		if err != nil {
			problems = append(problems, unreadable(given, err))
		} else if is {
			found = append(found, given)
		}
		return nil
	}
	if err := filepath.WalkDir(root, visit); err != nil {
		problems = append(problems, unreadable(folder, err))
	}
	return found, problems
}

// unreadable words a problem with the path as it was given, not as a link resolved it.
func unreadable(path string, err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return fmt.Errorf("cannot read %s: %w", path, err)
}

// met holds the captures that are already in use.
type met struct {
	paths map[string]bool            // absolute
	files map[[2]int64][]fs.FileInfo // size in bytes and time of change in ns → the files
}

// again reports whether path names a capture that was met before, and meets it. The
// path tells the same file even if it grows meanwhile.
func (m *met) again(path string) bool {
	if path != "-" {
		if abs, err := filepath.Abs(path); err == nil {
			path = abs
		}
	}
	if m.paths[path] {
		return true
	}
	m.paths[path] = true
	info, err := os.Stat(path)
	if path == "-" || err != nil { // whoever opens it will say what is wrong
		return false
	}
	key := [2]int64{info.Size(), info.ModTime().UnixNano()}
	if slices.ContainsFunc(m.files[key], func(x fs.FileInfo) bool { return os.SameFile(x, info) }) {
		return true
	}
	m.files[key] = append(m.files[key], info)
	return false
}

// regular reports whether path is a regular file or a link to one.
func regular(path string, entry fs.DirEntry) bool {
	if entry.Type()&fs.ModeSymlink == 0 {
		return entry.Type().IsRegular()
	}
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
