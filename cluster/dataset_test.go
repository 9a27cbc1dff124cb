package cluster_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"botnetdetect/cluster"
	"botnetdetect/dataset"
	"botnetdetect/detect"
	"botnetdetect/feature"
	"botnetdetect/model"
	"botnetdetect/observe"
	"botnetdetect/protocol"

	"github.com/google/go-cmp/cmp"
)

// labelledCaptures writes captures below folders that say what they are.
func labelledCaptures(t *testing.T) (paths []string) {
	t.Helper()
	folder := t.TempDir()
	for i, kind := range []string{"Benign/chat", "Benign/share", "Botnet/storm"} {
		path := filepath.Join(folder, kind, fmt.Sprintf("%d.pcap", i))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, swarm(i, 200+400*i), 0o666); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

// TestDataset: the examples of a job are those of one process, in each mode.
func TestDataset(t *testing.T) {
	ctx := timeout(t, 2*time.Minute)
	f := local(ctx, t)
	work(ctx, t, f, 2, cluster.Worker{Cores: 2})
	paths := labelledCaptures(t)
	for _, mode := range []feature.Mode{feature.Agnostic, feature.Aware, feature.Behavioural} {
		o := order(t, string(mode), paths, 20000)
		o.Dataset = true
		var err error
		if o.Model, err = model.Default(mode); err != nil {
			t.Fatal(err)
		}
		folder := t.TempDir()
		err = f.Collect(ctx, submitted(ctx, t, f, o), new(detect.Summary), func(o cluster.Outcome, rows io.Reader) error {
			data, err := io.ReadAll(rows)
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(folder, fmt.Sprintf("part-%d.parquet", o.Capture)), data, 0o666)
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := dataset.ReadFile(ctx, folder, false)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(dumped(ctx, t, paths, mode), got); diff != "" {
			t.Errorf("mode %s: the examples differ from those of one process:\n%.2000s", mode, diff)
		}
	}
	o := order(t, "unlabelled", captures(t, 1), 0)
	o.Dataset = true
	if _, err := f.Submit(ctx, o); err == nil || !strings.Contains(err.Error(), "cannot tell the label") {
		t.Errorf("error is %v", err)
	}
}

// dumped returns the examples that dump writes: the naive twin.
func dumped(ctx context.Context, t *testing.T, paths []string, mode feature.Mode) dataset.Set {
	t.Helper()
	set := dataset.Set{Mode: mode}
	o := observe.Options{Vocabulary: protocol.NewVocabulary(), Behaviour: mode == feature.Behavioural}
	for seen := range observe.All(ctx, paths, o) {
		examples, err := dataset.Labeller{}.Examples(seen, mode, o.Vocabulary)
		if err != nil {
			t.Fatal(err)
		}
		set.Examples = append(set.Examples, examples...)
	}
	return set
}
