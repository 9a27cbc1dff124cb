package dataset

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"botnetdetect/feature"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestColumnsAreTheSet: split, and told where they come from, as the set that they are of; the set
// is the naive twin.
func TestColumnsAreTheSet(t *testing.T) {
	folder := t.TempDir()
	same := func(t *rapid.T, s Set, c *Columns) {
		if len(c.Labels) != len(s.Examples) {
			t.Fatalf("%d rows, want %d", len(c.Labels), len(s.Examples))
		}
		for i, e := range s.Examples {
			row := c.Traffic(i)
			for k, x := range e.Traffic[0].Values {
				if float32(row.Values[k]) != float32(min(max(x, -3.4028234663852886e38), 3.4028234663852886e38)) || (c.Labels[i] == 1) != e.Botnet {
					t.Fatalf("row %d is %v, want %v", i, row.Values, e)
				}
			}
		}
		sources, captures := c.Sources()
		comeFrom(t, s, sources, captures)
	}
	rapid.Check(t, func(t *rapid.T) {
		set := drawSet(t, feature.Agnostic)
		var out bytes.Buffer
		if err := set.WriteParquet(&out); err != nil {
			t.Fatal(err)
		}
		path := writeTemp(t, folder, out.Bytes())
		c, ok, err := ReadColumns(context.Background(), path)
		if !ok || err != nil {
			t.Fatal(ok, err)
		}
		same(t, set, c)
		share, seed := rapid.Float64Range(0, 1).Draw(t, "share"), rapid.Uint64().Draw(t, "seed")
		train, test := c.Split(share, seed)
		wantTrain, wantTest := set.Split(share, seed)
		same(t, wantTrain, train)
		same(t, wantTest, test)
	})
}

// comeFrom checks what is said of where the examples of a set come from.
func comeFrom(t *rapid.T, s Set, sources map[string]int, captures int) {
	want, seen := make(map[string]int), make(map[string]bool)
	for i := range s.Examples {
		e := &s.Examples[i]
		if e.Source != "" {
			want[map[bool]string{false: "Benign/", true: "Botnet/"}[e.Botnet]+e.Source]++
		}
		if e.Capture != "" {
			seen[e.Capture] = true
		}
	}
	if diff := cmp.Diff(want, sources); diff != "" || captures != len(seen) {
		t.Fatalf("%d captures, want %d; sources:\n%s", captures, len(seen), diff)
	}
}

// TestParquetMode tells Parquet from captures, also in a folder that has both.
func TestParquetMode(t *testing.T) {
	folder := t.TempDir()
	f := func(path string, want feature.Mode, ok bool) {
		t.Helper()
		if mode, is, err := ParquetMode(path); mode != want || is != ok || err != nil {
			t.Errorf("%s: %q, %v, %v", path, mode, is, err)
		}
	}
	keep := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	f(folder, "", false)
	f(filepath.Join(folder, "none"), "", false)
	var out bytes.Buffer
	if err := behaved().WriteParquet(&out); err != nil {
		t.Fatal(err)
	}
	path := writeTemp(t, folder, out.Bytes())
	f(path, feature.Behavioural, true)
	f(folder, feature.Behavioural, true)
	keep("a.pcap", "\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\x00\x00\x01\x00\x00\x00")
	f(folder, "", false)
	f(filepath.Join(folder, "a.pcap"), "", false)
	keep("features.parquet", parquetMagic+"damaged")
	if _, is, err := ParquetMode(path); !is || err == nil {
		t.Errorf("a damaged file: %v, %v", is, err)
	}
}
