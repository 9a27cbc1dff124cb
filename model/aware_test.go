package model

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"botnetdetect/dataset"
	"botnetdetect/feature"
	"botnetdetect/gbdt"
)

// spoken is a protocol-aware set, in which two protocols share their name in a model.
func spoken(n int) dataset.Set {
	r := rand.New(rand.NewPCG(6, 6))
	s := dataset.Set{Mode: feature.Aware}
	protocols := []string{"DNS", "GTP_(UDP)", "GTP_<UDP>", "TCP", "UDP"}
	for i := range n {
		e := dataset.Example{Botnet: i%3 == 0, Src: "a", Dst: "b", Capture: fmt.Sprint("capture-", i%4), Source: fmt.Sprint("source-", i%5)}
		for _, name := range protocols {
			if r.IntN(3) > 0 && len(e.Traffic) > 0 {
				continue
			}
			var v feature.Values
			for k := range v {
				v[k] = r.Float64() * float64(1+i%3)
			}
			e.Traffic = append(e.Traffic, feature.Block{Protocol: name, Values: v})
		}
		s.Examples = append(s.Examples, e)
	}
	s.Examples[n-1].Traffic = append(s.Examples[n-1].Traffic, feature.Block{Protocol: "X", Values: feature.Values{1}})
	return s
}

// TestTablesTrainTheSame: tables come to the model that the set comes to, byte for byte, and leave
// the same examples to test on.
func TestTablesTrainTheSame(t *testing.T) {
	ctx, set, config := context.Background(), spoken(300), gbdt.DefaultConfig()
	folder := t.TempDir()
	for i, part := range []dataset.Set{{Mode: set.Mode, Examples: set.Examples[:120]}, {Mode: set.Mode, Examples: set.Examples[120:]}} {
		var file bytes.Buffer
		if err := part.WriteParquet(&file); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprint(i, ".parquet")), file.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	tables, ok, err := dataset.OpenTables(feature.Aware, folder)
	if err != nil || !ok || tables.Rows() != len(set.Examples) {
		t.Fatal(ok, err)
	}
	f := func(about string, lot Lot, train, test dataset.Set) {
		t.Helper()
		m, err := Train(ctx, train, config)
		if err != nil {
			t.Fatal(err)
		}
		a, err := ReadAware(ctx, tables, lot)
		if err != nil {
			t.Fatal(err)
		}
		same, err := a.Train(ctx, config)
		if err != nil {
			t.Fatal(err)
		}
		var want, got bytes.Buffer
		if err := m.Write(&want); err != nil {
			t.Fatal(err)
		}
		if err := same.Write(&got); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Errorf("%s: the model of tables differs from that of the set: %+v, want %+v", about, same.Training, m.Training)
		}
		scores := make(map[string]int)
		for i := range test.Examples {
			scores[scored(t, m, &test.Examples[i])]++
		}
		err = lot.EachRest(ctx, tables, func(e *dataset.Example) error {
			scores[scored(t, same, e)]--
			return nil
		})
		for score, n := range scores {
			if n != 0 || err != nil {
				t.Fatalf("%s: %d examples more to test on with %s (%v)", about, n, score, err)
			}
		}
		benign, botnet := test.Balance()
		if a.Rest != [2]int{benign, botnet} {
			t.Errorf("%s: %v are left to test on, want %d and %d", about, a.Rest, benign, botnet)
		}
	}
	f("all", Lot{}, set, dataset.Set{})
	for _, share := range []float64{0.3, 0.75, 1} {
		train, test := set.Split(share, 7)
		f(fmt.Sprint(share), Draw(len(set.Examples), share, 7), train, test)
	}
}

func scored(t *testing.T, m *Model, e *dataset.Example) string {
	t.Helper()
	score, err := m.ScoreExample(e)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(e.Botnet, e.Source, score)
}

// TestTablesOfOthers: tables of another mode, or none, are left to others; empty ones say so.
func TestTablesOfOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.parquet")
	keep := func(s dataset.Set) {
		t.Helper()
		var file bytes.Buffer
		if err := s.WriteParquet(&file); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, file.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	keep(lessons(3))
	if _, ok, err := dataset.OpenTables(feature.Aware, path); ok || err != nil {
		t.Errorf("behaviour is taken for protocol-aware: %v, %v", ok, err)
	}
	keep(dataset.Set{Mode: feature.Aware})
	tables, ok, err := dataset.OpenTables(feature.Aware, path)
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	if _, err := ReadAware(context.Background(), tables, Lot{}); err == nil {
		t.Error("a model is trained on nothing")
	}
}
