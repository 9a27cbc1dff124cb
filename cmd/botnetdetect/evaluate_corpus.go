package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"botnetdetect/behaviour"
	"botnetdetect/capture"
	"botnetdetect/dataset"
	"botnetdetect/evaluate"
	"botnetdetect/feature"
)

// readMore reads what is trained on beside the folds.
func (e *evaluation) readMore(ctx context.Context) (err error) {
	if err := e.checkWithout(); err != nil {
		return err
	}
	if e.also == "" {
		return nil
	}
	if e.mode() != feature.Behavioural {
		return usage("--also goes with --features behaviour")
	}
	e.more, err = readTables(ctx, []string{e.also}, false)
	if err == nil && e.more.Mode != feature.Behavioural {
		err = usage("%s is of mode %s, want behaviour", e.also, e.more.Mode)
	}
	return err
}

func (e *evaluation) checkWithout() error {
	if len(e.without) > 0 && e.mode() != feature.Behavioural {
		return usage("--without goes with --features behaviour")
	}
	for _, name := range e.without {
		if !slices.Contains(behaviour.Names(), name) {
			return usage("--without %s: no such feature; docs/behaviour.md lists them", name)
		}
	}
	return nil
}

// corpus observes captures, or reads feature tables.
func (e *evaluation) corpus(ctx context.Context, args []string) (c *evaluate.Corpus, problems int, err error) {
	args, err = e.inputs(ctx, args)
	if err != nil {
		return nil, 0, err
	}
	if e.tables(args) {
		set, err := readTables(ctx, args, e.csv)
		return evaluate.FromSet(set), 0, err
	}
	return e.observed(ctx, args)
}

// tables reports whether the inputs are files that are no captures, or folders of Parquet files.
func (e *evaluation) tables(inputs []string) bool {
	for _, input := range inputs {
		if _, is, _ := dataset.ParquetMode(input); is {
			continue
		}
		info, err := os.Stat(input)
		if err != nil || !info.Mode().IsRegular() {
			return false
		}
		if is, err := capture.IsCapture(input); is || err != nil {
			return false
		}
	}
	return true
}

func readTables(ctx context.Context, paths []string, csv bool) (all dataset.Set, err error) {
	for i, path := range paths {
		name := strings.TrimSuffix(strings.TrimSuffix(path, ".gz"), ".zst")
		set, err := dataset.ReadFile(ctx, path, csv || filepath.Ext(name) == ".csv")
		if err != nil {
			return all, fmt.Errorf("%w; want captures below Benign and Botnet, or what dump wrote", err)
		}
		if i > 0 && set.Mode != all.Mode {
			return all, usage("%s is of mode %s, %s of %s: take one mode at a time", path, set.Mode, paths[0], all.Mode)
		}
		all.Mode = set.Mode
		all.Examples = append(all.Examples, set.Examples...)
	}
	return all, nil
}

func (e *evaluation) observed(ctx context.Context, args []string) (c *evaluate.Corpus, problems int, err error) {
	labeller, err := e.labeller()
	if err != nil {
		return nil, 0, err
	}
	paths, unseen, problems, err := e.labelled(ctx, args, labeller)
	if err != nil {
		return nil, problems, err
	}
	for _, name := range unseen {
		e.notes = append(e.notes, fmt.Sprintf("labels speak of %s, which is not among the inputs", name))
	}
	builder := evaluate.Builder{Labeller: labeller, Vocabulary: e.names()}
	failed, err := e.observe(ctx, paths, builder.Add)
	if err != nil {
		return nil, problems, err
	}
	c = builder.Corpus()
	if e.baselines {
		err = c.AddPeerShark(ctx, e.cores)
	}
	return c, problems + failed, err
}

// readFolds takes folds from a file, if one is named.
func (e *evaluation) readFolds(c *evaluate.Corpus, o *evaluate.Options) error {
	if e.folds == "" {
		return nil
	}
	f, err := os.Open(e.folds)
	if err != nil {
		return fmt.Errorf("cannot read folds: %w", err)
	}
	defer f.Close()
	folds, missing, err := evaluate.ReadFolds(f, c)
	if err != nil {
		return fmt.Errorf("%s: %w", e.folds, err)
	}
	e.notes = append(e.notes, missing...)
	o.Protocols, o.Given = []evaluate.Protocol{evaluate.Given}, folds
	return nil
}
