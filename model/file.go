package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"botnetdetect/behaviour"
	"botnetdetect/feature"
	"botnetdetect/gbdt"
)

// Attributes of the model file that are ours. Their values are strings.
const (
	attrFormat    = "botnetdetect.format"    // version of this list: "1"
	attrMode      = "botnetdetect.mode"      // "aware", "agnostic" or "behaviour"
	attrThreshold = "botnetdetect.threshold" // decimal, 0 to 1
	attrLabels    = "botnetdetect.labels"    // "Benign,Botnet": the names of labels 0 and 1
	attrTraining  = "botnetdetect.training"  // Training as JSON

	attrCalibration = "botnetdetect.calibration" // Calibration as JSON; may be absent
	attrHeldOut     = "botnetdetect.held_out"    // HeldOut as JSON; may be absent
)

const (
	format     = "1"
	labelNames = "Benign,Botnet"
)

// maxTraining bounds the provenance that a file may carry, in bytes.
const maxTraining = 1 << 20

// Write writes m as XGBoost JSON. Equal models give equal bytes.
func (m *Model) Write(w io.Writer) error {
	training, err := json.Marshal(m.Training)
	if err != nil {
		return err
	}
	trees := *m.trees
	trees.Attributes = map[string]string{
		attrFormat:    format,
		attrMode:      string(m.Mode),
		attrThreshold: strconv.FormatFloat(m.Threshold, 'g', -1, 64),
		attrLabels:    labelNames,
		attrTraining:  string(training),
	}
	if err := m.remarks(trees.Attributes); err != nil {
		return err
	}
	return trees.WriteJSON(w)
}

// Read reads a model: one that Write wrote, or one that XGBoost trained on our
// features, which is taken with a threshold of 0.5. Whatever the file holds, the
// outcome is a sound model or an error.
func Read(r io.Reader) (*Model, error) {
	trees, err := gbdt.ReadModel(r)
	if err != nil {
		return nil, err
	}
	a := trees.Attributes
	if _, ours := a[attrFormat]; !ours {
		return New(trees, modeOf(trees.FeatureNames), 0.5)
	}
	if a[attrFormat] != format {
		return nil, fmt.Errorf("the model is of format %.20q, this version reads %q", a[attrFormat], format)
	}
	mode, err := feature.ParseMode(a[attrMode])
	if err != nil {
		return nil, err
	}
	threshold, err := strconv.ParseFloat(a[attrThreshold], 64)
	if err != nil || math.IsNaN(threshold) || threshold < 0 || threshold > 1 {
		return nil, fmt.Errorf("the model's threshold is %.40q, want a number from 0 to 1", a[attrThreshold])
	}
	if a[attrLabels] != labelNames {
		return nil, fmt.Errorf("the model's labels are %.40q, want %q", a[attrLabels], labelNames)
	}
	m, err := New(trees, mode, threshold)
	if err != nil {
		return nil, err
	}
	if err := m.readTraining(a[attrTraining]); err != nil {
		return nil, err
	}
	return m, m.readRemarks(a)
}

func (m *Model) readTraining(text string) error {
	if len(text) > maxTraining {
		return errors.New("the model's training provenance is too long")
	}
	if err := json.Unmarshal([]byte(text), &m.Training); err != nil {
		return fmt.Errorf("cannot read the model's training provenance: %w", err)
	}
	return nil
}

// modeOf guesses the mode of a model that does not say it.
func modeOf(names []string) feature.Mode {
	if len(names) > 0 {
		if slices.Contains(behaviour.Names(), names[0]) {
			return feature.Behavioural
		}
		if protocol, _, err := feature.ParseName(names[0]); err == nil && protocol == feature.AnyProtocol {
			return feature.Agnostic
		}
	}
	return feature.Aware
}
