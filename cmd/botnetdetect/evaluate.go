package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"botnetdetect/capture"
	"botnetdetect/dataset"
	"botnetdetect/evaluate"
	"botnetdetect/feature"
	"botnetdetect/internal/safefile"
	"botnetdetect/report"

	"github.com/spf13/cobra"
)

// evaluation is the verb that measures what a detector is worth.
type evaluation struct {
	learning
	boosting
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
	more      dataset.Set // what --also names
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

// readMore reads what is trained on beside the folds.
func (e *evaluation) readMore(ctx context.Context) (err error) {
	e.behaviour = true
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

// page turns a result into Markdown.
func (e *evaluation) page() error {
	result, err := readEvaluation(e.markdown)
	if err != nil {
		return err
	}
	return result.WriteMarkdown(e.std.out)
}

func (e *evaluation) checkOutput() error {
	switch ending := filepath.Ext(e.output); {
	case e.output == "", ending == ".json", ending == ".csv", ending == ".html":
		return nil
	}
	return usage("--output %s: want a file that ends in .json, .csv or .html", e.output)
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
		return append([]evaluate.Detector{evaluate.Behaviour(e.more, e.seed)}, e.beside(evaluate.AwareTable)...)
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

// tables reports whether the inputs are files that are no captures.
func (e *evaluation) tables(inputs []string) bool {
	for _, input := range inputs {
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
			return all, usage("%s is of mode %s, %s of %s: evaluate one mode at a time", path, set.Mode, paths[0], all.Mode)
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

func (e *evaluation) measure(ctx context.Context, c *evaluate.Corpus, o evaluate.Options) (*evaluate.Result, error) {
	o.Detectors = e.detectors(c)
	if e.verbose {
		o.Progress = func(done, total int) { e.say("%d of %d folds", done, total) }
	}
	var export *evaluate.Export
	if e.export != "" {
		var err error
		if export, err = evaluate.NewExport(e.export); err != nil {
			return nil, err
		}
		o.Keep = export.Keep
	}
	result, err := evaluate.Run(ctx, c, o)
	if err != nil {
		return nil, err
	}
	result.Tool = toolName()
	result.Remarks = append(result.Remarks, e.notes...)
	if e.audits {
		if result.Audits, err = evaluate.Audits(ctx, c, o.Detectors[0], o); err != nil {
			return nil, err
		}
	}
	if export != nil {
		err = export.Finish(c, result)
		if !e.scores {
			result.DropScores()
		}
	}
	return result, err
}

func (e *evaluation) write(r *evaluate.Result) error {
	if err := r.WriteText(e.std.out); err != nil {
		return fmt.Errorf("cannot write result: %w", err)
	}
	if e.output != "" {
		fill := r.WriteJSON
		switch filepath.Ext(e.output) {
		case ".csv":
			fill = r.WriteCSV
		case ".html":
			fill = func(w io.Writer) error { return report.WriteEvaluation(w, r) }
		}
		if err := safefile.Write(e.output, fill); err != nil {
			return err
		}
		e.say("result kept in %s", printable(e.output))
	}
	if !r.Measured() {
		return errors.New("nothing could be measured; the notes say why")
	}
	return nil
}
