package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"botnetdetect/feature"
	"botnetdetect/internal/terminal"
	"botnetdetect/model"

	"github.com/spf13/cobra"
)

func newModel(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "model",
		Short: "Show what a model is",
		Args:  atMost(0),
		RunE:  func(*cobra.Command, []string) error { return usage("model what? Try 'botnetdetect model info'") },
	}
	cmd.AddCommand(newModelInfo(std))
	return cmd
}

func newModelInfo(std streams) *cobra.Command {
	c, asJSON := &common{std: std, adopts: true}, false
	cmd := &cobra.Command{
		Use:   "info [flags] [FILE]",
		Short: "Say when a model was trained, from what, and which features it uses",
		Long: `Say what a model is: the one in FILE, else the one trained last, else the
built-in one.`,
		Example: "  botnetdetect model info\n  botnetdetect model info --json cache/model_csv.json",
		Args:    atMost(1),
		RunE: func(_ *cobra.Command, args []string) error {
			m, origin, err := c.namedModel(args)
			if err != nil {
				return err
			}
			if asJSON {
				return writeInfoJSON(std.out, m, origin)
			}
			return writeInfo(std.out, m, origin)
		},
	}
	cmd.Flags().BoolVar(&c.csv, "csv", false, "the model with protocol-agnostic features")
	c.featureFlag(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}

func (c *common) namedModel(args []string) (m *model.Model, origin string, err error) {
	if len(args) == 1 {
		m, err = model.ReadFile(args[0])
		return m, args[0], err
	}
	c.adoptLatest()
	return model.Load(model.Folder, c.mode())
}

// modelInfo is a model's card as JSON.
type modelInfo struct {
	Origin    string         `json:"origin"`
	Mode      feature.Mode   `json:"mode"`
	Threshold float64        `json:"threshold"`
	Prior     float64        `json:"prior,omitempty"` // share of botnet that scores assume
	Trees     int            `json:"trees"`
	Features  []string       `json:"features"`
	Training  model.Training `json:"training"`

	Calibration *model.Calibration `json:"calibration,omitempty"`
	HeldOut     *model.Recall      `json:"recall_unseen,omitempty"` // at the threshold
}

func writeInfoJSON(w io.Writer, m *model.Model, origin string) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(modelInfo{origin, m.Mode, m.Threshold, m.ExpressedAt(), m.Trees().Trees(), m.Features(), m.Training, m.Calibration, m.HeldOut.Recall(m.Threshold)})
}

func writeInfo(w io.Writer, m *model.Model, origin string) error {
	t := m.Training
	trained := "at an unknown time"
	if t.Time != "" {
		trained = t.Time
	}
	fmt.Fprintf(w, "model:     %s\ntrained:   %s by %s\n", terminal.Printable(origin), terminal.Printable(trained), terminal.Printable(orUnknown(t.Tool)))
	fmt.Fprintf(w, "flows:     %d benign, %d botnet, from %d captures\n", t.Benign, t.Botnet, t.Captures)
	for _, source := range slices.Sorted(maps.Keys(t.Sources)) {
		fmt.Fprintf(w, "           %6d  %s\n", t.Sources[source], terminal.Printable(source))
	}
	fmt.Fprintf(w, "features:  %d, %s\n", len(m.Features()), aboutFeatures(m))
	_, err := fmt.Fprintf(w, "trees:     %d of depth %d, learning rate %v\nthreshold: %v\n",
		m.Trees().Trees(), t.Recipe.Depth, t.Recipe.LearningRate, m.Threshold)
	if p, known := m.Prior(); err == nil && known {
		_, err = fmt.Fprintf(w, "prior:     %.3g of %s are assumed to be botnet (--prior)\n", p, whatOf(m.Mode))
	}
	if err == nil && m.Calibration != nil {
		fmt.Fprintf(w, "\ncalibrated at %s\n", terminal.Printable(m.Calibration.Time))
		err = writeCalibration(w, m.Calibration)
	}
	return err
}

func whatOf(mode feature.Mode) string {
	if mode == feature.Behavioural {
		return "hosts"
	}
	return "flows"
}

func aboutFeatures(m *model.Model) string {
	if m.Mode == feature.Behavioural {
		return "what a host does to its peers (docs/behaviour.md)"
	}
	return fmt.Sprintf("protocol-%s (%d protocols): %v of each", m.Mode, len(m.Features())/feature.Count, feature.Names)
}

func orUnknown(s string) string {
	if s == "" {
		return "an unknown tool"
	}
	return s
}
