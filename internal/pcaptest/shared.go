package pcaptest

import (
	"os"
	"path/filepath"
	"testing"
)

// SharedVar names the environment variable that says where the shared captures are.
const SharedVar = "BOTNETDETECT_SHARED"

// Shared returns the path of parts below the folder of shared captures, which is what
// SharedVar says, else "shared" beside the module. It skips the test if there is
// none: the captures are not part of the project.
func Shared(t testing.TB, parts ...string) string {
	t.Helper()
	root := os.Getenv(SharedVar)
	if root == "" {
		root = besideModule(t)
	}
	path := filepath.Join(append([]string{root}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no shared captures (set %s to the folder that holds data/): %v", SharedVar, err)
	}
	return path
}

func besideModule(t testing.TB) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	return filepath.Join(filepath.Dir(dir), "shared")
}
