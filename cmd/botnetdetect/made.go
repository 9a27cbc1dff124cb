package main

import (
	"context"
	"slices"

	"botnetdetect/dataset"
	"botnetdetect/feature"
	"botnetdetect/model"

	"github.com/spf13/cobra"
)

// madeTraffic is what verbs that learn by behaviour learn from beside their inputs.
type madeTraffic struct{ madeWanted bool }

func (m *madeTraffic) flag(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&m.madeWanted, "made", true,
		"with --features behaviour: learn from the traffic made for it, too, which is built in (programs of the lab, synthetic botnets); --made=false does without")
}

// examples returns the made traffic for a mode, without the sources that the inputs have.
func (m *madeTraffic) made(ctx context.Context, mode feature.Mode, has map[string]bool) ([]dataset.Example, error) {
	if !m.madeWanted || mode != feature.Behavioural {
		return nil, nil
	}
	made, err := model.Made(ctx)
	return slices.DeleteFunc(made.Examples, func(e dataset.Example) bool { return has[e.Source] }), err
}
