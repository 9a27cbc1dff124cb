package model

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"botnetdetect/dataset"
)

//go:embed default/behaviour.csv.gz
var kept []byte

// Made returns what the built-in model of mode behaviour learned from beside captures
// of others: hosts of lab/, whose sources begin with "lab_", and of synthetic/, botnets
// and file sharing, "synthetic_". Whoever trains or evaluates learns from them, too.
func Made(ctx context.Context) (dataset.Set, error) {
	set, err := readKept(ctx)
	if err != nil {
		return set, fmt.Errorf("cannot read the traffic made for training that is built in: %w", err)
	}
	set.Examples = slices.DeleteFunc(set.Examples, func(e dataset.Example) bool {
		return !strings.HasPrefix(e.Source, "lab_") && !strings.HasPrefix(e.Source, "synthetic_")
	})
	return set, nil
}

func readKept(ctx context.Context) (dataset.Set, error) {
	in, err := gzip.NewReader(bytes.NewReader(kept))
	if err != nil {
		return dataset.Set{}, err
	}
	set, err := dataset.ReadCSV(in)
	if err != nil {
		return set, err
	}
	return set, ctx.Err()
}
