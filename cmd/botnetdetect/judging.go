package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"sync"

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
	leave     *allow.List // what allow comes to, once model or beginModel has been called
	least     float64     // what threshold comes to, likewise
	share     float64     // what prior comes to
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
	wait, origin, err := j.beginModel()
	if err != nil {
		return nil, "", err
	}
	m, err = wait()
	return m, origin, err
}

// pendingModel waits for a model that is being read. It may be called again.
type pendingModel func() (*model.Model, error)

// beginModel is model, but the built-in model is read while other things are done: that takes as long as
// reading a small capture. What is wrong with flags or a file is found at once, and so is what to observe.
func (j *judging) beginModel() (wait pendingModel, origin string, err error) {
	if err := j.parse(); err != nil {
		return nil, "", err
	}
	read, origin, err := j.source()
	if err != nil {
		return nil, "", err
	}
	return sync.OnceValues(func() (*model.Model, error) {
		m, err := read()
		if err != nil {
			return nil, err
		}
		return j.adjust(m, origin)
	}), origin, nil
}

// parse reads the flags that say how to judge.
func (j *judging) parse() (err error) {
	if j.leave, err = allow.Parse(j.allow); err != nil {
		return usage("--allow: %v", err)
	}
	if j.threshold != "" {
		if j.least, err = strconv.ParseFloat(j.threshold, 64); err != nil || !(j.least >= 0 && j.least <= 1) {
			return usage("--threshold %s: want a number from 0 to 1", j.threshold)
		}
	}
	if j.prior != "" {
		if j.share, err = strconv.ParseFloat(j.prior, 64); err != nil || !(j.share > 0 && j.share < 1) {
			return usage("--prior %s: want a number above 0 and below 1", j.prior)
		}
	}
	return nil
}

// source finds the model, and reads it unless it is built in: that is begun.
func (j *judging) source() (read pendingModel, origin string, err error) {
	var m *model.Model
	if j.modelFile != "" {
		m, err = j.fromFile()
		return func() (*model.Model, error) { return m, nil }, j.modelFile, err
	}
	j.adoptLatest()
	mode := j.mode()
	if _, err := os.Stat(model.Path(model.Folder, mode)); !errors.Is(err, fs.ErrNotExist) {
		m, origin, err = model.Load(model.Folder, mode)
		return func() (*model.Model, error) { return m, nil }, origin, err
	}
	read = sync.OnceValues(func() (*model.Model, error) { return model.Default(mode) })
	go func() { _, _ = read() }() // who waits gets both
	return read, model.BuiltIn, nil
}

func (j *judging) fromFile() (*model.Model, error) {
	m, err := model.ReadFile(j.modelFile)
	if err != nil {
		return nil, err
	}
	if j.adopts && !j.chose() {
		j.adopt(m.Mode)
	}
	if m.Mode != j.mode() {
		return nil, usage("model %s is of mode %s; aware goes with --features reference, agnostic with --csv, behaviour with --features behaviour", j.modelFile, m.Mode)
	}
	return m, nil
}

// adjust has m judge as the flags say. Scores are expressed as was asked for; a threshold was meant so, too.
func (j *judging) adjust(m *model.Model, origin string) (*model.Model, error) {
	if j.threshold != "" {
		m.Threshold, m.Calibration = j.least, nil
	}
	if j.prior != "" {
		at, err := m.AtPrior(j.share)
		if err != nil {
			return nil, fmt.Errorf("--prior: %w", err)
		}
		if j.threshold != "" {
			at.Threshold = at.Internal(at.Threshold)
		}
		m = at
	}
	if j.verbose {
		j.say("model: %s, threshold %v", origin, m.Express(m.Threshold))
	}
	return m, nil
}

func (j *judging) priorFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&j.prior, "prior", "", "give scores as probabilities where a share `P` is botnet, above 0 to below 1 (default: the model's, see model info); verdicts stay the same")
}

// detector judges by m what observe observed.
func (j *judging) detector(m *model.Model) detect.Detector {
	return detect.Detector{Model: m, Vocabulary: j.names(), Allow: j.leave}
}
