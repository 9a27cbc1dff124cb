package gbdt

import (
	"compress/gzip"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// realFlows returns the flows of real captures, if the folder with them is
// there: the reference's features by protocol, and whether the capture is of a
// botnet.
func realFlows(t *testing.T) (d Dense, y []uint8, names []string) {
	t.Helper()
	shared := os.Getenv("BOTNETDETECT_SHARED")
	if shared == "" {
		shared = "../../shared"
	}
	f, err := os.Open(filepath.Join(shared, "golden", "reference_features.json.gz"))
	if err != nil {
		t.Skipf("needs the shared captures' features (set BOTNETDETECT_SHARED): %v", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var captures map[string]struct {
		Aware []struct{ Traffic map[string]float64 }
	}
	if err := json.NewDecoder(z).Decode(&captures); err != nil {
		t.Fatal(err)
	}
	return tabulate(captures)
}

func tabulate(captures map[string]struct {
	Aware []struct{ Traffic map[string]float64 }
}) (d Dense, y []uint8, names []string) {
	column := map[string]int{}
	for _, c := range slices.Sorted(maps.Keys(captures)) {
		for _, flow := range captures[c].Aware {
			for n := range flow.Traffic {
				column[n] = 0
			}
			label := uint8(0)
			if strings.HasPrefix(c, "Botnet/") {
				label = 1
			}
			y = append(y, label)
		}
	}
	names = slices.Sorted(maps.Keys(column))
	d = make(Dense, len(names))
	for i, n := range names {
		column[n] = i
		d[i] = make([]float32, len(y))
	}
	r := 0
	for _, c := range slices.Sorted(maps.Keys(captures)) {
		for _, flow := range captures[c].Aware {
			for n, x := range flow.Traffic {
				d[column[n]][r] = float32(x)
			}
			r++
		}
	}
	return d, y, names
}

// every returns every n-th row.
func every(n int, d Dense, y []uint8) (Dense, []uint8) {
	out := make(Dense, len(d))
	var labels []uint8
	for r := 0; r < d.Rows(); r += n {
		for c := range d {
			out[c] = append(out[c], d[c][r])
		}
		labels = append(labels, y[r])
	}
	return out, labels
}
