package main

import (
	"context"

	"botnetdetect/dataset"
	"botnetdetect/evaluate"
	"botnetdetect/feature"

	"github.com/spf13/cobra"
)

// evaluation is the verb that measures what a detector is worth.
type evaluation struct {
	learning
	boosting
	madeTraffic
	protocol  string
	group     string
	folds     string
	output    string
	export    string
	markdown  string
	baselines bool
	audits    bool
	scores    bool
	also      string
	without   []string    // features
	more      dataset.Set // what --also names, and the made traffic
	notes     []string    // what the inputs lack, for the result
}

func newEvaluate(std streams) *cobra.Command {
	e := &evaluation{learning: learning{common: &common{std: std}}}
	cmd := &cobra.Command{
		Use:   "evaluate [flags] [inputs...]",
		Short: "Measure what the detector is worth on hosts, captures and botnets it has not seen",
		Long: `Train and test on parts of labelled captures, or of feature tables that dump
wrote, and say what the detector is worth on what it did not see. --protocol says
what is held out:

  random   single flows, as the reference; flows of one host are on both sides, so
           this flatters, and is there to be compared with
  capture  groups: a capture, or captures that share a host
  family   one botnet family after the other
  source   one benign source after the other
  grid     every botnet family together with every benign source
  all      all of these

No fold divides a group. Thresholds for a false-positive budget are chosen inside
the training groups. What cannot be measured is said, and the rest is measured.`,
		Example: `  botnetdetect evaluate data/
  botnetdetect evaluate --labels PAIR_LABELS.tsv --baselines --audits -o eval.json data/
  botnetdetect evaluate --protocol all -o eval.csv preprocessed.json
  botnetdetect evaluate --folds folds.tsv -o eval.json data/
  botnetdetect evaluate --markdown eval.json > results.md`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return e.run(cmd.Context(), args) },
	}
	e.learning.flags(cmd)
	e.boosting.flags(cmd)
	e.madeTraffic.flag(cmd)
	f := cmd.Flags()
	f.StringVar(&e.protocol, "protocol", string(evaluate.Grid), "what is held out: random, capture, family, source, grid or all")
	f.StringVar(&e.group, "group", string(evaluate.ByHost), "what no fold divides: host (captures that share a host), capture or flow")
	f.StringVar(&e.folds, "folds", "", "use the folds in `FILE` instead: tab-separated, with the columns fold and capture, maybe side, src and dst")
	f.BoolVar(&e.baselines, "baselines", false, "compare with simpler and with published detectors on the same folds")
	f.BoolVar(&e.audits, "audits", false, "check flows, features and split: shuffled labels, capture identity, single features, altered captures")
	f.StringVarP(&e.output, "output", "o", "", "write the result to `FILE`: .json (all of it), .csv (a row a fold) or .html (a page to look at)")
	f.BoolVar(&e.scores, "scores", false, "keep the score of every flow tested in the JSON")
	f.StringVar(&e.export, "export", "", "write features, folds, models and scores to `FOLDER`, for others to check")
	f.StringVar(&e.also, "also", "", "with --features behaviour: train on the features in `FILE`, which dump wrote, too, and never test on them")
	f.StringSliceVar(&e.without, "without", nil, "with --features behaviour: leave `FEATURES` out (names, by commas), to see what they are worth")
	f.StringVar(&e.markdown, "markdown", "", "evaluate nothing; write the result in `FILE`.json as a page of Markdown to stdout")
	cmd.MarkFlagsMutuallyExclusive("protocol", "folds")
	return cmd
}

func (e *evaluation) run(ctx context.Context, args []string) error {
	if e.markdown != "" {
		return e.page()
	}
	if err := e.checkOutput(); err != nil {
		return err
	}
	options, err := e.options()
	if err != nil {
		return err
	}
	if err := e.readMore(ctx); err != nil {
		return err
	}
	corpus, problems, err := e.corpus(ctx, args)
	if err != nil {
		return err
	}
	made, err := e.made(ctx, e.mode(), corpus.Sources())
	if err != nil {
		return err
	}
	e.more.Examples = append(e.more.Examples, made...)
	if err := e.readFolds(corpus, &options); err != nil {
		return err
	}
	result, err := e.measure(ctx, corpus, options)
	if err != nil {
		return err
	}
	if err := e.write(result); err != nil {
		return err
	}
	if problems > 0 {
		return errTold
	}
	return nil
}

func (e *evaluation) options() (o evaluate.Options, err error) {
	o = evaluate.DefaultOptions()
	if o.Protocols, err = evaluate.ParseProtocols(e.protocol); err != nil {
		return o, usage("--protocol: %v", err)
	}
	if o.Grouping, err = evaluate.ParseGrouping(e.group); err != nil {
		return o, usage("--group: %v", err)
	}
	o.Seed, o.Workers, o.Config = e.seed, e.cores, e.config
	o.Scores = e.scores || e.export != ""
	return o, nil
}

// detectors are the recipe of the mode asked for, or of the one that a feature table has,
// then the baselines.
func (e *evaluation) detectors(c *evaluate.Corpus) []evaluate.Detector {
	own := string(e.mode())
	if e.mode() == feature.Behavioural {
		return append([]evaluate.Detector{evaluate.Behaviour(evaluate.Recipe{More: e.more, Without: e.without, Seed: e.seed})}, e.beside(evaluate.AwareTable)...)
	}
	if c.Tables[own] == nil && c.Tables[evaluate.AgnosticTable] != nil {
		own = evaluate.AgnosticTable
	} else if c.Tables[own] == nil {
		own = evaluate.AwareTable
	}
	return append([]evaluate.Detector{evaluate.Reference(own, e.config)}, e.beside(own)...)
}

// beside are the baselines, if they are wanted, but for the recipe that is evaluated.
func (e *evaluation) beside(own string) (detectors []evaluate.Detector) {
	if !e.baselines {
		return nil
	}
	for _, d := range evaluate.Baselines(e.config, own) {
		if d.Name != own || e.mode() == feature.Behavioural {
			detectors = append(detectors, d)
		}
	}
	return detectors
}
