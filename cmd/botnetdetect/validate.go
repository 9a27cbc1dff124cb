package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

// validate is the verb that tests a model on labelled captures.
type validate struct {
	learning
	judging
}

func newValidate(std streams) *cobra.Command {
	c := &common{std: std}
	v := &validate{learning{common: c}, judging{common: c}}
	cmd := &cobra.Command{
		Use:   "validate [flags] [inputs...]",
		Short: "Test the model on labelled captures",
		Long: `Give verdicts on captures below folders named Benign and Botnet, and say how
many are right. On captures that the model was trained on, the figures are no
measure of it; the built-in model's are named by "botnetdetect model info".`,
		Example: `  botnetdetect validate validation_set/
  botnetdetect validate --csv --model other.json validation_set/`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return v.run(cmd.Context(), args) },
	}
	c.adopts = true
	v.learning.flags(cmd)
	v.modelFlags(cmd)
	return cmd
}

func (v *validate) run(ctx context.Context, args []string) error {
	m, _, err := v.model()
	if err != nil {
		return err
	}
	set, problems, err := v.examples(ctx, args)
	if err != nil {
		return err
	}
	if len(set.Examples) == 0 {
		return fmt.Errorf("no P2P flows in these captures: nothing to validate on")
	}
	if err := v.learning.judge(m, set); err != nil {
		return err
	}
	if problems > 0 {
		return errTold
	}
	return nil
}
