package model

import (
	"os"
	"testing"
	"time"

	"botnetdetect/feature"
)

// TestLatest: the model trained last is the one that is used.
func TestLatest(t *testing.T) {
	folder := t.TempDir()
	if mode, found := Latest(folder, feature.Aware, feature.Behavioural); found {
		t.Errorf("an empty folder has a model of mode %s", mode)
	}
	for i, mode := range []feature.Mode{feature.Behavioural, feature.Aware, feature.Agnostic} {
		path, at := Path(folder, mode), time.Unix(1_700_000_000+int64(i), 0)
		if err := os.WriteFile(path, nil, 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	if mode, found := Latest(folder, feature.Aware, feature.Behavioural); mode != feature.Aware || !found {
		t.Errorf("the latest is of mode %q", mode)
	}
	if mode, _ := Latest(folder, feature.Behavioural); mode != feature.Behavioural {
		t.Errorf("the only one asked for is of mode %q", mode)
	}
}
