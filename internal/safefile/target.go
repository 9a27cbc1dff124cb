package safefile

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// target returns the file that path means: path, or what it links to, be it there or not.
func target(path string) (string, error) {
	const maxLinks = 40 // as in Linux; more is a loop
	for range maxLinks {
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode()&fs.ModeSymlink == 0 {
			return path, nil
		}
		if err != nil {
			return "", err
		}
		if path, err = follow(path); err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("it is a link to a link, and so on, beyond %d links", maxLinks)
}

// follow returns what a link links to.
func follow(link string) (string, error) {
	to, err := os.Readlink(link)
	if err != nil || filepath.IsAbs(to) {
		return to, err
	}
	// "..", in a link, is above the real folder.
	folder, err := filepath.EvalSymlinks(filepath.Dir(link))
	return filepath.Join(folder, to), err
}

// create makes a new file of a random name in a folder. Its mode is what the user's mask
// leaves of mode.
func create(folder string, mode fs.FileMode) (f *os.File, err error) {
	const tries = 100
	for range tries {
		name := filepath.Join(folder, fmt.Sprintf(".%016x.tmp", rand.Uint64()))
		f, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	return f, err
}
