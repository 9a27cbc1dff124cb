package main

import (
	"context"
	"fmt"
	"time"

	"botnetdetect/dataset"
	"botnetdetect/feature"
	"botnetdetect/internal/terminal"
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
	if r.csv {
		columns, ok, err := dataset.ReadColumns(ctx, inputs[0])
		if err != nil {
			return err
		}
		if ok {
			return r.columns(ctx, inputs[0], columns, start)
		}
	}
	set, err := r.read(ctx, inputs[0])
	if err != nil {
		return err
	}
	fmt.Fprintf(r.std.out, "pre-processed data loaded from %s in: %.3f s\n", terminal.Printable(inputs[0]), time.Since(start).Seconds())
	_, err = r.fit(ctx, set, r.config)
	return err
}

// columns trains on the columns of a Parquet file.
func (r *retrain) columns(ctx context.Context, path string, c *dataset.Columns, start time.Time) error {
	fmt.Fprintf(r.std.out, "pre-processed data loaded from %s in: %.3f s\n", terminal.Printable(path), time.Since(start).Seconds())
	_, err := r.train(len(c.Labels)-c.Botnet(), c.Botnet(), func() (*model.Model, error) { return model.TrainColumns(ctx, c, r.config) })
	return err
}

func (r *retrain) read(ctx context.Context, path string) (dataset.Set, error) {
	set, err := dataset.ReadFile(ctx, path, r.csv)
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
