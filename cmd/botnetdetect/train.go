package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"botnetdetect/dataset"
	"botnetdetect/feature"
	"botnetdetect/gbdt"
	"botnetdetect/internal/terminal"
	"botnetdetect/metric"
	"botnetdetect/model"
	"botnetdetect/observe"
	"botnetdetect/report"

	"github.com/spf13/cobra"
)

// learning is what every verb that learns from labelled captures takes.
type learning struct {
	*common
	labels string
}

func (l *learning) flags(cmd *cobra.Command) {
	l.common.flags(cmd)
	l.featureFlag(cmd)
	cmd.Flags().Lookup("choose").Usage = "use only `N` captures, chosen at random, benign and botnet ones among them"
	cmd.Flags().StringVar(&l.labels, "labels", "",
		"tab-separated `FILE` that labels pairs (columns capture, ip_a, ip_b, class: in the captures that it lists, only pairs of class p2p are used) or hosts (columns capture, host, class)")
}

func (l *learning) labeller() (dataset.Labeller, error) {
	if l.labels == "" {
		return dataset.Labeller{}, nil
	}
	f, err := os.Open(l.labels)
	if err != nil {
		return dataset.Labeller{}, fmt.Errorf("cannot read labels: %w", err)
	}
	defer f.Close()
	labeller, err := dataset.ReadLabels(f)
	if err != nil {
		return dataset.Labeller{}, fmt.Errorf("%s: %w", l.labels, err)
	}
	return labeller, nil
}

// examples observes labelled captures. Captures that cannot be read or labelled are
// warned of and counted in problems.
func (l *learning) examples(ctx context.Context, args []string) (set dataset.Set, problems int, err error) {
	labeller, err := l.labeller()
	if err != nil {
		return set, 0, err
	}
	paths, unseen, problems, err := l.labelled(ctx, args, labeller)
	if err != nil {
		return set, problems, err
	}
	for _, name := range unseen {
		l.say("labels speak of %s, which is not among the inputs", terminal.Printable(name))
	}
	set.Mode = l.mode()
	failed, err := l.observe(ctx, paths, func(seen observe.Observation) error {
		examples, err := labeller.Examples(seen, set.Mode, l.names())
		set.Examples = append(set.Examples, examples...)
		return err
	})
	if problems += failed; err == nil && problems > 0 && l.seen.Frames == 0 {
		return set, problems, errTold // nothing was read, so nothing should be written
	}
	return set, problems, err
}

// labelled finds captures and chooses among those whose label can be told; the others are
// warned of, before time is spent on them, and counted in problems. Unseen are the
// captures that labels speak of and inputs do not name.
func (l *learning) labelled(ctx context.Context, args []string, labeller dataset.Labeller) (paths, unseen []string, problems int, err error) {
	found, problems, err := l.find(ctx, args)
	if err != nil {
		return nil, nil, problems, err
	}
	var botnet []bool
	for _, path := range found {
		label, err := labeller.Capture(path)
		if err != nil {
			l.warn(err)
			problems++
			continue
		}
		paths, botnet = append(paths, path), append(botnet, label.Botnet)
	}
	order := random(l.seed, len(paths))
	bothFirst(order, botnet)
	return l.chosen(paths, order), labeller.Unseen(found), problems, nil
}

// bothFirst swaps what an order has first of the label that its very first lacks into the
// second place, so that two or more chosen captures are not all benign, of which there
// are many times as many, or all botnet: there is nothing to learn from one label.
func bothFirst(order []int, botnet []bool) {
	for k := range order {
		if botnet[order[k]] != botnet[order[0]] {
			order[1], order[k] = order[k], order[1]
			return
		}
	}
}

// boosting is what every verb that trains takes.
type boosting struct{ config gbdt.Config }

func (b *boosting) flags(cmd *cobra.Command) {
	b.config = gbdt.DefaultConfig()
	f := cmd.Flags()
	f.IntVar(&b.config.Trees, "trees", b.config.Trees, "number of trees, of reference features")
	f.IntVar(&b.config.Depth, "depth", b.config.Depth, "depth of a tree, of reference features")
	f.Float64Var(&b.config.LearningRate, "learning-rate", b.config.LearningRate, "share of each tree's correction that is taken, of reference features")
}

// fit trains on a set and keeps the model.
func (l *learning) fit(ctx context.Context, set dataset.Set, config gbdt.Config) (*model.Model, error) {
	benign, botnet := set.Balance()
	return l.train(benign, botnet, func() (*model.Model, error) {
		m, err := model.Train(ctx, set, config)
		if err == nil && set.Mode == feature.Behavioural {
			m.HeldOut, err = model.HoldOut(ctx, set, config)
		}
		return m, err
	})
}

// train has a model trained on so many flows, says how long it took in the reference's
// words, and keeps it.
func (l *learning) train(benign, botnet int, train func() (*model.Model, error)) (*model.Model, error) {
	out := l.std.out
	fmt.Fprintf(out, "Training model on %d flows ...\nClass Balance : %d vs %d\n", benign+botnet, benign, botnet)
	start := time.Now()
	m, err := train()
	if errors.Is(err, gbdt.ErrOneClass) || errors.Is(err, gbdt.ErrEmpty) {
		return nil, fmt.Errorf("%w; %d benign and %d botnet flows were found: train on captures below folders named Benign and Botnet", err, benign, botnet)
	}
	if err != nil {
		return nil, err
	}
	took := time.Since(start).Seconds()
	now, err := workTime()
	if err != nil {
		return nil, err
	}
	m.Training.Time, m.Training.Tool = now.Format(time.RFC3339), toolName()
	path, err := m.Save(model.Folder)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "training time: %.3f s\ntraining time per traffic: %.3g s\n", took, took/float64(benign+botnet))
	l.say("model kept in %s", path)
	return m, nil
}

// workTime is the time to note in what is made: now, or what SOURCE_DATE_EPOCH says, so
// that the same work gives the same file (reproducible-builds.org).
func workTime() (time.Time, error) {
	epoch := os.Getenv("SOURCE_DATE_EPOCH")
	if epoch == "" {
		return time.Now().UTC(), nil
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("cannot read SOURCE_DATE_EPOCH: %w", err)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// judge scores examples and prints what the verdicts were worth, in the reference's words.
func (c *common) judge(m *model.Model, set dataset.Set) error {
	benign, botnet := set.Balance()
	return c.judgeAll(benign, botnet, func(observe func(truth, verdict bool)) error {
		for i := range set.Examples {
			score, err := m.ScoreExample(&set.Examples[i])
			if err != nil {
				return err
			}
			observe(set.Examples[i].Botnet, m.Botnet(score))
		}
		return nil
	})
}

// judgeAll is judge of so many examples, of which score tells observe one by one whether they are botnet,
// and are called so.
func (c *common) judgeAll(benign, botnet int, score func(observe func(truth, verdict bool)) error) error {
	fmt.Fprintf(c.std.out, "Class Balance : %d vs %d\n", benign, botnet)
	var confusion metric.Confusion
	start := time.Now()
	if err := score(confusion.Observe); err != nil {
		return err
	}
	took := time.Since(start).Seconds()
	fmt.Fprintf(c.std.out, "prediction time: %.3f s\nprediction time per traffic: %.3g s\n", took, took/float64(benign+botnet))
	return report.Figures(c.std.out, confusion)
}

// train is the verb that trains on captures.
type train struct {
	learning
	boosting
	madeTraffic
	split float64
}

func newTrain(std streams) *cobra.Command {
	t := &train{learning: learning{common: &common{std: std}}}
	cmd := &cobra.Command{
		Use:   "train [flags] [inputs...]",
		Short: "Train a model on labelled captures and test it on held-out flows",
		Long: `Train a model on captures below folders named Benign and Botnet, or on Parquet
files that dump or collect wrote, or folders of them; keep it in cache/, and test
it on the flows that were held out.

The split is by flow, as the reference's: flows of one host and capture fall on
both sides, so these figures flatter. They say little of a botnet or an
application that training did not see.`,
		Example: `  botnetdetect train data_set/
  botnetdetect train --split 0.7 --seed 7 data_set/
  botnetdetect train --csv --choose 10 data_set/
  botnetdetect train features.parquet`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return t.run(cmd.Context(), args) },
	}
	t.learning.flags(cmd)
	t.boosting.flags(cmd)
	t.madeTraffic.flag(cmd)
	cmd.Flags().Float64Var(&t.split, "split", 0.75, "share of the flows to train on, above 0 to 1; the rest is for testing")
	return cmd
}

func (t *train) run(ctx context.Context, args []string) error {
	if !(t.split > 0 && t.split <= 1) {
		return usage("--split %v: want a share above 0 to 1", t.split)
	}
	t.config.Seed, t.config.Goroutines = t.seed, t.cores
	args, err := t.inputs(ctx, args)
	if err != nil {
		return err
	}
	mode, tables, err := t.parquet(args)
	if tables {
		err = t.check()
	}
	switch {
	case err != nil:
		return err
	case tables:
		return t.learnTables(ctx, mode, args)
	}
	set, problems, err := t.examples(ctx, args)
	if err != nil {
		return err
	}
	if err := t.learn(ctx, set); err != nil {
		return err
	}
	if problems > 0 {
		return errTold
	}
	return nil
}

// learn trains on a share of a set and tests on the rest.
func (t *train) learn(ctx context.Context, set dataset.Set) error {
	training, test := set.Split(t.split, t.seed)
	made, err := t.made(ctx, set.Mode, set.Sources())
	if err != nil {
		return err
	}
	training.Examples = append(training.Examples, made...)
	m, err := t.fit(ctx, training, t.config)
	if err != nil {
		return err
	}
	if t.heldOut(len(test.Examples)) {
		return t.judge(m, test)
	}
	return nil
}

// heldOut says that so many flows were held out to test on, and reports whether there are any.
func (t *train) heldOut(n int) bool {
	fmt.Fprintf(t.std.out, "\nEvaluating model on %d flows ...\n", n)
	if n == 0 {
		t.say("no flows were held out, so there is nothing to test on: lower --split")
	}
	return n > 0
}
