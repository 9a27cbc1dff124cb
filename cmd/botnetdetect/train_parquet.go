package main

import (
	"context"
	"fmt"
	"time"

	"botnetdetect/dataset"
	"botnetdetect/feature"
	"botnetdetect/internal/terminal"
	"botnetdetect/model"
)

// parquet reports whether all inputs are Parquet files, or folders of them, and of which mode. If
// nobody said which features to train on, it is theirs.
func (t *train) parquet(inputs []string) (mode feature.Mode, all bool, err error) {
	tables := 0
	for _, input := range inputs {
		m, is, err := dataset.ParquetMode(input)
		switch {
		case err != nil:
			return "", false, err
		case is && tables > 0 && m != mode:
			return "", false, usage("%s is of mode %s, %s of %s: train on one mode at a time", input, m, inputs[0], mode)
		case is:
			tables, mode = tables+1, m
		}
	}
	switch {
	case tables == 0:
		return "", false, nil
	case tables < len(inputs):
		return "", false, usage("some inputs are Parquet files, others are not: train on one kind at a time")
	case t.labels != "" || t.choose > 0:
		return "", false, usage("--labels and --choose go with captures; Parquet files have labels")
	case !t.chose():
		t.adopt(mode)
	case mode != t.mode():
		return "", false, usage("%s holds features of mode %s: leave out --csv and --features", inputs[0], mode)
	}
	return mode, true, nil
}

// columns trains on a share of the rows of agnostic Parquet files, which may be very many, and tests
// on the rest.
func (t *train) columns(ctx context.Context, paths []string) error {
	start := time.Now()
	all, _, err := dataset.ReadColumns(ctx, paths...)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.std.out, "pre-processed data loaded from %s in: %.3f s\n", terminal.Printable(paths[0]), time.Since(start).Seconds())
	training, test := all.Split(t.split, t.seed)
	m, err := t.train(len(training.Labels)-training.Botnet(), training.Botnet(), func() (*model.Model, error) {
		return model.TrainColumns(ctx, training, t.config)
	})
	if err != nil || !t.heldOut(len(test.Labels)) {
		return err
	}
	row := dataset.Example{Traffic: make([]feature.Block, 1)}
	return t.judgeAll(m, len(test.Labels)-test.Botnet(), test.Botnet(), func(i int) *dataset.Example {
		row.Botnet, row.Traffic[0] = test.Labels[i] == 1, test.Traffic(i)
		return &row
	})
}
