package dataset

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"botnetdetect/capture"
)

// Scan finds the captures that inputs name: a file or "-" stands for itself, a folder
// for all files below it whose content is a capture, in the order of their names.
// Links to files are followed, links to folders are not. Problems are inputs that name
// nothing; the others are found nevertheless.
func Scan(inputs []string) (captures []string, problems []error) {
	for _, input := range inputs {
		found, err := scanInput(input)
		captures = append(captures, found...)
		if err != nil {
			problems = append(problems, err)
		}
	}
	return captures, problems
}

func scanInput(input string) ([]string, error) {
	if input == "-" {
		return []string{input}, nil
	}
	info, err := os.Stat(input)
	if err != nil {
		return nil, fmt.Errorf("cannot find input: %w", err)
	}
	if !info.IsDir() {
		return []string{input}, nil
	}
	found, err := scanFolder(input)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("no capture (pcap or pcapng, maybe compressed) in folder %s", input)
	}
	return found, err
}

func scanFolder(folder string) (found []string, err error) {
	err = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("cannot search folder: %w", err)
		}
		if !regular(path, entry) {
			return nil
		}
		is, err := capture.IsCapture(path)
		if is {
			found = append(found, path)
		}
		return err
	})
	return found, err
}

// regular reports whether path is a regular file or a link to one.
func regular(path string, entry fs.DirEntry) bool {
	if entry.Type()&fs.ModeSymlink == 0 {
		return entry.Type().IsRegular()
	}
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
