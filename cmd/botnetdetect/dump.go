package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"botnetdetect/feature"
	"botnetdetect/internal/safefile"
	"botnetdetect/internal/terminal"

	"github.com/spf13/cobra"
)

// dump is the verb that writes features.
type dump struct {
	learning
	output string
	thin   int
}

func newDump(std streams) *cobra.Command {
	d := &dump{learning: learning{common: &common{std: std}}}
	cmd := &cobra.Command{
		Use:   "dump [flags] [inputs...]",
		Short: "Write the features of labelled captures to a file",
		Long: `Write the features and labels of all P2P flows of captures below folders named
Benign and Botnet to preprocessed.json, or with --csv to preprocessed.csv; to a FILE
that ends in .parquet as Parquet.`,
		Example: `  botnetdetect dump data_set/
  botnetdetect dump --csv --output features.csv data_set/`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return d.run(cmd.Context(), args) },
	}
	d.flags(cmd)
	cmd.Flags().IntVar(&d.thin, "thin", 0, "with --features behaviour: keep at most `N` flows of a host with peers of one manner, chosen at random")
	cmd.Flags().StringVarP(&d.output, "output", "o", "", "write to `FILE`, or to stdout (default preprocessed.json or .csv)")
	return cmd
}

func (d *dump) run(ctx context.Context, args []string) error {
	if d.thin < 0 || d.thin > 0 && d.mode() != feature.Behavioural {
		return usage("--thin %d: want a number of flows, with --features behaviour", d.thin)
	}
	set, problems, err := d.examples(ctx, args)
	if err != nil {
		return err
	}
	if d.thin > 0 {
		set = set.Thin(d.thin, d.seed)
	}
	write, path := set.WriteJSON, "preprocessed.json"
	if d.csv {
		write, path = set.WriteCSV, "preprocessed.csv"
	}
	if d.output != "" {
		path = d.output
	}
	if filepath.Ext(path) == ".parquet" {
		write = set.WriteParquet
	}
	start := time.Now()
	if err := d.write(path, write); err != nil {
		return err
	}
	d.say("dumped %d flows in %s in: %.3f s", len(set.Examples), terminal.Printable(path), time.Since(start).Seconds())
	if problems > 0 {
		return errTold
	}
	return nil
}

func (d *dump) write(path string, fill func(io.Writer) error) error {
	if path == "stdout" {
		if err := fill(d.std.out); err != nil {
			return fmt.Errorf("cannot write features: %w", err)
		}
		return nil
	}
	return safefile.Write(path, fill)
}
