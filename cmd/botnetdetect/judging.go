package main

import (
	"fmt"
	"strconv"

	"botnetdetect/allow"
	"botnetdetect/detect"
	"botnetdetect/model"

	"github.com/spf13/cobra"
)

// judging is what every verb that judges captures takes.
type judging struct {
	*common
	modelFile string
	threshold string
	prior     string
	allow     []string
	leave     *allow.List // what allow comes to, once model has been called
}

func (j *judging) flags(cmd *cobra.Command) {
	j.common.flags(cmd)
	j.adopts = true
	j.featureFlag(cmd)
	j.modelFlags(cmd)
	j.allowFlag(cmd)
}

func (j *judging) allowFlag(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&j.allow, "allow", nil, "leave flows with `ADDRESS`, a network, or those in @FILE, alone; several times if need be")
}

func (j *judging) modelFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&j.modelFile, "model", "", "use the model in `FILE` (default: the one trained last, else the built-in one)")
	f.StringVar(&j.threshold, "threshold", "", "call flows Botnet from score `S` on, 0 to 1 (default: the model's)")
}

// model returns the model to judge by, and where it was found.
func (j *judging) model() (m *model.Model, origin string, err error) {
	if j.leave, err = allow.Parse(j.allow); err != nil {
		return nil, "", usage("--allow: %v", err)
	}
	if origin = j.modelFile; origin != "" {
		if m, err = model.ReadFile(origin); err != nil {
			return nil, "", err
		}
		if j.adopts && !j.chose() {
			j.adopt(m.Mode)
		}
		if m.Mode != j.mode() {
			return nil, "", usage("model %s is of mode %s; aware goes with --features reference, agnostic with --csv, behaviour with --features behaviour", origin, m.Mode)
		}
	} else {
		j.adoptLatest()
		if m, origin, err = model.Load(model.Folder, j.mode()); err != nil {
			return nil, "", err
		}
	}
	if j.threshold != "" {
		t, err := strconv.ParseFloat(j.threshold, 64)
		if err != nil || !(t >= 0 && t <= 1) {
			return nil, "", usage("--threshold %s: want a number from 0 to 1", j.threshold)
		}
		m.Threshold, m.Calibration = t, nil
	}
	if m, err = j.atPrior(m); err != nil {
		return nil, "", err
	}
	if j.verbose {
		j.say("model: %s, threshold %v", origin, m.Express(m.Threshold))
	}
	return m, origin, nil
}

func (j *judging) priorFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&j.prior, "prior", "", "give scores as probabilities where a share `P` is botnet, above 0 to below 1 (default: the model's, see model info); verdicts stay the same")
}

// atPrior has scores expressed as was asked for; a threshold was meant so, too.
func (j *judging) atPrior(m *model.Model) (*model.Model, error) {
	if j.prior == "" {
		return m, nil
	}
	p, err := strconv.ParseFloat(j.prior, 64)
	if err != nil || !(p > 0 && p < 1) {
		return nil, usage("--prior %s: want a number above 0 and below 1", j.prior)
	}
	at, err := m.AtPrior(p)
	if err != nil {
		return nil, fmt.Errorf("--prior: %w", err)
	}
	if j.threshold != "" {
		at.Threshold = at.Internal(at.Threshold)
	}
	return at, nil
}

// detector judges by m what observe observed.
func (j *judging) detector(m *model.Model) detect.Detector {
	return detect.Detector{Model: m, Vocabulary: j.names(), Allow: j.leave}
}
