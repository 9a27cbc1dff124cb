// Command ours is our side of the comparisons in bench/gbdt: it does one piece
// of work on arrays that the scripts have written and prints what it took as
// JSON.
//
//	ours train FOLDER    trains on FOLDER/train.*, predicts FOLDER/test.* into FOLDER/ours.p
//	ours predict FOLDER  predicts FOLDER/train.* with FOLDER/model.json, several times
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"botnetdetect/gbdt"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: ours train|predict FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(what, folder string) error {
	set, err := load(folder, "train")
	if err != nil {
		return err
	}
	if what == "predict" {
		return predict(set, folder)
	}
	return train(set, folder)
}

// result is what a piece of work took.
type result struct {
	Seconds float64 `json:"seconds"` // the quickest, if it was done several times
	Before  int     `json:"before"`  // KiB resident before the work
	Peak    int     `json:"peak"`    // KiB resident at most during the work
}

func train(set gbdt.Examples, folder string) error {
	var m *gbdt.Model
	r, err := measure(func() (err error) {
		m, err = gbdt.Train(context.Background(), set, config())
		return err
	})
	if err != nil {
		return err
	}
	if err := save(m, filepath.Join(folder, "ours.json")); err != nil {
		return err
	}
	test, err := load(folder, "test")
	if err != nil {
		return err
	}
	p := make([]float64, len(test.Labels))
	if err := m.Probabilities(p, test.Data); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "ours.p"), bytesOf(p), 0o600); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

// config is the default one, scikit-learn's; or in part XGBoost's, as the
// environment says: ABSENT=own and CRITERION=newton.
func config() gbdt.Config {
	cfg := gbdt.DefaultConfig()
	if os.Getenv("ABSENT") == "own" {
		cfg.Absent = gbdt.AbsentOwn
	}
	if os.Getenv("CRITERION") == "newton" {
		cfg.Criterion = gbdt.Newton
	}
	return cfg
}

func save(m *gbdt.Model, path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return m.WriteJSON(f)
}

func predict(set gbdt.Examples, folder string) error {
	f, err := os.Open(filepath.Join(folder, "model.json"))
	if err != nil {
		return err
	}
	defer f.Close()
	m, err := gbdt.ReadModel(f)
	if err != nil {
		return err
	}
	margin := make([]float32, len(set.Labels))
	var best result
	for i := range 5 {
		r, err := measure(func() error { return m.Margins(margin, set.Data) })
		if err != nil {
			return err
		}
		if i == 0 || r.Seconds < best.Seconds {
			best = r
		}
	}
	if err := os.WriteFile(filepath.Join(folder, filepath.Base(os.Args[0])+".margin"), bytesOf(margin), 0o600); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(best)
}

// measure times work and watches the process's memory, as Linux tells it.
func measure(work func() error) (r result, err error) {
	r.Before = resident("VmRSS")
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // forgets the peak so far
	start := time.Now()
	err = work()
	r.Seconds = time.Since(start).Seconds()
	r.Peak = resident("VmHWM")
	return r, err
}

// resident returns a line of /proc/self/status in KiB, 0 where there is none.
func resident(line string) int {
	status, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(status), line+":")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(fields[0])
	return n
}

// load reads NAME.y, and NAME.x (columns one after another) or NAME.indptr,
// NAME.index and NAME.value.
func load(folder, name string) (set gbdt.Examples, err error) {
	path := func(ending string) string { return filepath.Join(folder, name+"."+ending) }
	if set.Labels, err = read[uint8](path("y")); err != nil {
		return set, err
	}
	rows := len(set.Labels)
	if _, err := os.Stat(path("x")); err == nil {
		x, err := read[float32](path("x"))
		set.Data = gbdt.Dense(slices.Collect(slices.Chunk(x, rows)))
		return set, err
	}
	s := &gbdt.Sparse{}
	if s.Indptr, err = read[int64](path("indptr")); err != nil {
		return set, err
	}
	if s.Index, err = read[uint32](path("index")); err != nil {
		return set, err
	}
	if s.Value, err = read[float32](path("value")); err != nil {
		return set, err
	}
	width, err := read[int64](filepath.Join(folder, "width"))
	if err != nil {
		return set, err
	}
	s.Width = int(width[0])
	set.Data = s
	return set, nil
}

type element interface {
	uint8 | uint32 | int64 | float32 | float64
}

func read[T element](path string) ([]T, error) {
	b, err := os.ReadFile(path)
	if err != nil || len(b) == 0 {
		return nil, err
	}
	var z T
	return unsafe.Slice((*T)(unsafe.Pointer(&b[0])), len(b)/int(unsafe.Sizeof(z))), nil
}

func bytesOf[T element](a []T) []byte {
	var z T
	return unsafe.Slice((*byte)(unsafe.Pointer(&a[0])), len(a)*int(unsafe.Sizeof(z)))
}
