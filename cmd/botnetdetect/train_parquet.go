package main

import (
	"context"
	"fmt"
	"time"

	"botnetdetect/dataset"
	"botnetdetect/feature"
	"botnetdetect/gbdt"
	"botnetdetect/internal/memory"
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

// learnTables trains on a share of the rows of Parquet files, which may be very many, and tests
// on the rest.
func (t *train) learnTables(ctx context.Context, mode feature.Mode, paths []string) error {
	defer memory.Thrift()()
	switch mode {
	case feature.Agnostic:
		return t.columns(ctx, paths)
	case feature.Behavioural:
		return t.behaviourColumns(ctx, paths)
	}
	return t.aware(ctx, paths)
}

// loaded says in the reference's words how long features took to read.
func (l *learning) loaded(path string, start time.Time) {
	fmt.Fprintf(l.std.out, "pre-processed data loaded from %s in: %.3f s\n", terminal.Printable(path), time.Since(start).Seconds())
}

func (t *train) columns(ctx context.Context, paths []string) error {
	start := time.Now()
	all, _, err := dataset.ReadColumns(ctx, paths...)
	if err != nil {
		return err
	}
	t.loaded(paths[0], start)
	training, test := all.Split(t.split, t.seed)
	m, err := t.train(len(training.Labels)-training.Botnet(), training.Botnet(), func() (*model.Model, error) {
		return model.TrainColumns(ctx, training, t.config)
	})
	if err != nil || !t.heldOut(len(test.Labels)) {
		return err
	}
	return t.judgeAll(len(test.Labels)-test.Botnet(), test.Botnet(), func(observe func(truth, verdict bool)) error {
		for i, label := range test.Labels {
			score, err := m.Score([]feature.Block{test.Traffic(i)})
			if err != nil {
				return err
			}
			observe(label == 1, m.Botnet(score))
		}
		return nil
	})
}

func (t *train) behaviourColumns(ctx context.Context, paths []string) error {
	start := time.Now()
	all, _, err := dataset.ReadBehaviourColumns(ctx, paths...)
	if err != nil {
		return err
	}
	t.loaded(paths[0], start)
	training, test := all.Split(t.split, t.seed)
	made, err := t.made(ctx, feature.Behavioural, test.KnownSources())
	if err != nil {
		return err
	}
	for i := range made {
		if err := training.Add(&made[i]); err != nil {
			return err
		}
	}
	m, err := t.fitBehaviour(ctx, training, t.config)
	if err != nil || !t.heldOut(test.Len()) {
		return err
	}
	benign, botnet := test.Balance()
	return t.judgeAll(benign, botnet, func(observe func(truth, verdict bool)) error {
		for i, kind := range test.Kinds {
			score, err := m.ScoreColumns(test, i)
			if err != nil {
				return err
			}
			observe(kind.Is(dataset.IsBotnet), m.Botnet(score))
		}
		return nil
	})
}

// fitBehaviour trains on columns of mode behaviour and keeps the model.
func (l *learning) fitBehaviour(ctx context.Context, c *dataset.BehaviourColumns, config gbdt.Config) (*model.Model, error) {
	benign, botnet := c.Balance()
	return l.train(benign, botnet, func() (*model.Model, error) { return model.TrainBehaviour(ctx, c, config) })
}

func (t *train) aware(ctx context.Context, paths []string) error {
	tables, _, err := dataset.OpenTables(feature.Aware, paths...)
	if err != nil {
		return err
	}
	lot := model.Draw(tables.Rows(), t.split, t.seed)
	a, m, err := t.fitAware(ctx, paths[0], tables, lot, t.config)
	if err != nil || !t.heldOut(a.Rest[0]+a.Rest[1]) {
		return err
	}
	return t.judgeAll(a.Rest[0], a.Rest[1], func(observe func(truth, verdict bool)) error {
		return lot.EachRest(ctx, tables, func(e *dataset.Example) error {
			score, err := m.ScoreExample(e)
			observe(e.Botnet, m.Botnet(score))
			return err
		})
	})
}

// fitAware reads and trains on what a lot draws of protocol-aware tables, and keeps the model.
func (l *learning) fitAware(ctx context.Context, path string, t *dataset.Tables, lot model.Lot, config gbdt.Config) (*model.Aware, *model.Model, error) {
	start := time.Now()
	a, err := model.ReadAware(ctx, t, lot)
	if err != nil {
		return nil, nil, err
	}
	l.loaded(path, start)
	m, err := l.train(a.Training.Benign, a.Training.Botnet, func() (*model.Model, error) { return a.Train(ctx, config) })
	return a, m, err
}
