package behaviour

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of features into docs/behaviour.md")

const tableHead = "| feature | what it says | trend |\n|---|---|---|\n"

// The table of features in the documents is the one in the code.
func TestDocumentedFeatures(t *testing.T) {
	const page = "../docs/behaviour.md"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), tableHead)
	if !found {
		t.Fatalf("%s has no table of features", page)
	}
	table, after, _ := strings.Cut(rest, "\n\n")
	want := strings.TrimSuffix(featureRows(), "\n")
	if strings.TrimSuffix(table, "\n") == want {
		return
	}
	if !*update {
		t.Fatalf("%s differs from the features: go test ./behaviour -run Documented -update", page)
	}
	if after != "" {
		after = "\n" + after
	}
	if err := os.WriteFile(page, []byte(before+tableHead+want+"\n"+after), 0o644); err != nil { //nolint:gosec // a page for all to read
		t.Fatal(err)
	}
}

func featureRows() string {
	trends := map[int]string{1: "more: botnet", -1: "more: benign"}
	var rows strings.Builder
	for _, f := range All() {
		fmt.Fprintf(&rows, "| `%s` | %s | %s |\n", f.Name, f.About, trends[f.Trend])
	}
	return rows.String()
}
