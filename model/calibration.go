package model

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
)

// Calibration says how a model's threshold was fitted to a network's own benign traffic, and
// which false-positive rate was measured then. docs/calibrate.md says how.
type Calibration struct {
	Time      string  `json:"time,omitempty"` // RFC 3339, UTC
	Tool      string  `json:"tool,omitempty"` // name and version
	Captures  int     `json:"captures"`
	Hosts     int     `json:"hosts"` // with enough evidence for a verdict
	Flows     int     `json:"flows"`
	MaxFPR    float64 `json:"max_fpr"` // share of benign hosts that may be called botnet
	Was       float64 `json:"was"`     // the threshold before any calibration
	Threshold float64 `json:"threshold"`
	// ByHost and ByFlow are measured on hosts that the threshold was not set on; nil: there
	// were too few hosts to measure anything.
	ByHost *Rate `json:"by_host"`
	ByFlow *Rate `json:"by_flow"`
	// Before and After are the recall on botnets that the trees had not seen, at the
	// thresholds Was and Threshold; nil: the model does not know.
	Before *Recall `json:"recall_before"`
	After  *Recall `json:"recall_after"`
}

// Rate is a share with its 95 % interval.
type Rate struct {
	Flagged int     `json:"flagged"` // called botnet
	Of      int     `json:"of"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
}

// Share returns the rate itself.
func (r Rate) Share() float64 { return float64(r.Flagged) / float64(max(r.Of, 1)) }

// Calibrated returns m with the threshold of a calibration, and the record of it.
func (m *Model) Calibrated(c Calibration) *Model {
	calibrated := *m
	calibrated.Threshold, calibrated.Calibration = c.Threshold, &c
	return &calibrated
}

// Uncalibrated returns the threshold that m had before any calibration.
func (m *Model) Uncalibrated() float64 {
	if m.Calibration != nil {
		return m.Calibration.Was
	}
	return m.Threshold
}

// remarks are what a model knows of itself beside its training, as attributes of its file.
// What is nil is left out.
func (m *Model) remarks(attributes map[string]string) error {
	if m.Calibration != nil {
		if err := setJSON(attributes, attrCalibration, m.Calibration); err != nil {
			return err
		}
	}
	if m.HeldOut != nil {
		return setJSON(attributes, attrHeldOut, m.HeldOut)
	}
	return nil
}

func setJSON(attributes map[string]string, name string, value any) error {
	text, err := json.Marshal(value)
	attributes[name] = string(text)
	return err
}

func (m *Model) readRemarks(attributes map[string]string) (err error) {
	if m.Calibration, err = remark[Calibration](attributes, attrCalibration); err != nil {
		return err
	}
	if m.HeldOut, err = remark[HeldOut](attributes, attrHeldOut); err != nil {
		return err
	}
	return cmp.Or(m.Calibration.check(m.Threshold), m.HeldOut.check())
}

// check holds a record to what Calibrate can have written, for a model with a threshold.
func (c *Calibration) check(threshold float64) error {
	switch {
	case c == nil:
		return nil
	case !(c.Was >= 0 && c.Was <= 1):
		return fmt.Errorf("the model's threshold before calibration is %v, want a number from 0 to 1", c.Was)
	case c.Threshold != threshold:
		return fmt.Errorf("the model's calibration chose the threshold %v, but the model has %v", c.Threshold, threshold)
	case !(c.MaxFPR > 0 && c.MaxFPR < 1) || min(c.Captures, c.Hosts, c.Flows) < 0 || !c.ByHost.sound() || !c.ByFlow.sound():
		return errCalibration
	}
	return nil
}

var errCalibration = errors.New("the model's calibration has a number that cannot be: a share is not from 0 to 1, or a count is below 0")

// sound reports whether a rate can be one; nil is none.
func (r *Rate) sound() bool {
	return r == nil || 0 <= r.Flagged && r.Flagged <= r.Of && 0 <= r.Low && r.Low <= r.High && r.High <= 1
}

var errLongRemark = errors.New("is too long")

func remark[T any](attributes map[string]string, name string) (*T, error) {
	text, ok := attributes[name]
	if !ok {
		return nil, nil
	}
	var value T
	err := errLongRemark
	if len(text) <= maxTraining {
		err = json.Unmarshal([]byte(text), &value)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the model's %s: %w", name, err)
	}
	return &value, nil
}
