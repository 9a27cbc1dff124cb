package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"botnetdetect/dataset"
	"botnetdetect/feature"
	"botnetdetect/internal/memory"
	"botnetdetect/model"

	"github.com/spf13/cobra"
)

// retrain is the verb that trains on dumped features.
type retrain struct {
	learning
	boosting
}

func newRetrain(std streams) *cobra.Command {
	r := &retrain{learning: learning{common: &common{std: std}}}
	cmd := &cobra.Command{
		Use:   "retrain [flags] FILE",
		Short: "Train a model on dumped features",
		Long: `Train a model on all flows of a file that dump wrote, and keep it in cache/.
The file may be gzip- or zstd-compressed. The same file gives the same model.`,
		Example: `  botnetdetect retrain preprocessed.json
  botnetdetect retrain --csv preprocessed.csv.gz`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error { return r.run(cmd.Context(), args) },
	}
	cmd.Flags().BoolVar(&r.csv, "csv", false, "the file is CSV with protocol-agnostic features")
	r.featureFlag(cmd)
	cmd.Flags().Uint64Var(&r.seed, "seed", 1, "repeats the same choices")
	r.speech(cmd)
	r.boosting.flags(cmd)
	return cmd
}

func (r *retrain) run(ctx context.Context, args []string) error {
	inputs, err := r.inputs(ctx, args)
	if err != nil {
		return err
	}
	if len(inputs) > 1 {
		return usage("retrain takes one file, %d are named", len(inputs))
	}
	r.config.Seed = r.seed
	start := time.Now()
	if done, err := r.tables(ctx, inputs[0], start); done || err != nil {
		return err
	}
	set, err := r.read(ctx, inputs[0])
	if err != nil {
		return err
	}
	r.loaded(inputs[0], start)
	_, err = r.fit(ctx, set, r.config)
	return err
}

// tables trains on Parquet files of the mode that is wanted, which may have very many rows; done is
// false if the file is of another mode or kind.
func (r *retrain) tables(ctx context.Context, path string, start time.Time) (done bool, err error) {
	defer memory.Thrift()()
	switch r.mode() {
	case feature.Agnostic:
		c, ok, err := dataset.ReadColumns(ctx, path)
		if err != nil || !ok {
			return false, err
		}
		r.loaded(path, start)
		_, err = r.train(len(c.Labels)-c.Botnet(), c.Botnet(), func() (*model.Model, error) { return model.TrainColumns(ctx, c, r.config) })
		return true, err
	case feature.Behavioural:
		c, ok, err := dataset.ReadBehaviourColumns(ctx, path)
		if err != nil || !ok {
			return false, err
		}
		r.loaded(path, start)
		_, err = r.fitBehaviour(ctx, c, r.config)
		return true, err
	}
	t, ok, err := dataset.OpenTables(feature.Aware, path)
	if err != nil || !ok {
		return false, err
	}
	_, _, err = r.fitAware(ctx, path, t, model.Lot{}, r.config)
	return true, err
}

func (r *retrain) read(ctx context.Context, path string) (dataset.Set, error) {
	set, err := dataset.ReadFile(ctx, path, r.csv)
	if err != nil && !r.csv && strings.Contains(strings.ToLower(filepath.Base(path)), ".csv") {
		return set, fmt.Errorf("%w; of a CSV file say --csv", err)
	}
	if err != nil {
		return set, err
	}
	if set.Mode != r.mode() {
		hint := "use --csv and a CSV file"
		switch set.Mode {
		case feature.Aware:
			hint = "leave out --csv and --features"
		case feature.Behavioural:
			hint = "use --features behaviour"
		}
		return set, fmt.Errorf("%s holds features of mode %s; %s", path, set.Mode, hint)
	}
	return set, nil
}
