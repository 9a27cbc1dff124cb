package cluster_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"botnetdetect/dataset"
	"botnetdetect/feature"
	"botnetdetect/internal/witness"
	"botnetdetect/model"
)

// snippet returns the Python that docs/scale.md trains with.
func snippet(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../docs/scale.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(page), "\n    import pandas, xgboost\n")
	code, _, whole := strings.Cut(rest, "\n\n")
	if !found || !whole {
		t.Fatal("docs/scale.md has no snippet that imports pandas and xgboost")
	}
	return "import pandas, xgboost\n" + strings.ReplaceAll(code, "    ", "") + "\n"
}

// withoutParquet lets pandas read rows from CSV where no library for Parquet is installed; that foreign
// readers read our Parquet, a test of package dataset says.
const withoutParquet = `import pandas
try:
	import pyarrow
except ImportError:
	pandas.read_parquet = lambda path: pandas.read_csv("features.csv").rename(columns=lambda c: c.replace("_#", ""))
`

// TestXGBoostTrains: the documented training runs, and the model that it writes opens here.
func TestXGBoostTrains(t *testing.T) {
	python := witness.Python(t, "xgboost", "pandas")
	ctx := timeout(t, 5*time.Minute)
	folder := t.TempDir()
	set := dumped(ctx, t, labelledCaptures(t), feature.Agnostic)
	keep := func(name string, fill func(*bytes.Buffer) error) {
		var data bytes.Buffer
		if err := fill(&data); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), data.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	keep("features.parquet", func(b *bytes.Buffer) error { return set.WriteParquet(b) })
	keep("features.csv", func(b *bytes.Buffer) error { return set.WriteCSV(b) })
	cmd := exec.CommandContext(ctx, python, "-c", withoutParquet+snippet(t))
	cmd.Dir = folder
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	m, err := model.ReadFile(filepath.Join(folder, "model.json"))
	if err != nil {
		t.Fatal(err)
	}
	if m.Mode != feature.Agnostic {
		t.Errorf("the model is of mode %s", m.Mode)
	}
	if again, err := dataset.ReadFile(ctx, filepath.Join(folder, "features.parquet"), true); err != nil || len(again.Examples) != len(set.Examples) {
		t.Errorf("%d rows, %v", len(again.Examples), err)
	}
}
