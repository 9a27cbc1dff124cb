package model

import (
	"bytes"
	"strings"
	"testing"

	"botnetdetect/feature"
)

// written returns the built-in model's file with a calibration and held-out botnets.
func written(t *testing.T, c Calibration, h HeldOut) string {
	t.Helper()
	m, err := Default(feature.Behavioural)
	if err != nil {
		t.Fatal(err)
	}
	m = m.Calibrated(c)
	m.HeldOut = &h
	var file bytes.Buffer
	if err := m.Write(&file); err != nil {
		t.Fatal(err)
	}
	return file.String()
}

// TestDamagedRemarks: what a file says of itself is what could have been measured, or the file is turned away.
func TestDamagedRemarks(t *testing.T) {
	f := func(want string, change func(*Calibration, *HeldOut)) {
		t.Helper()
		c := Calibration{Captures: 1, Hosts: 2, Flows: 30, MaxFPR: 0.01, Was: 0.5, Threshold: 0.75, ByHost: &Rate{0, 2, 0, 0.8}}
		h := HeldOut{Families: []HeldFamily{{"storm", 3, []float64{0, 0.5, 1}}}}
		change(&c, &h)
		switch m, err := Read(strings.NewReader(written(t, c, h))); {
		case want == "" && (err != nil || *m.Calibration.ByHost != *c.ByHost || m.Threshold != c.Threshold):
			t.Errorf("%+v, %v", m, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%+v: %v, want %q", c, err, want)
		}
	}
	f("", func(*Calibration, *HeldOut) {})
	f("before calibration is -1", func(c *Calibration, _ *HeldOut) { c.Was = -1 })
	for _, damage := range []func(*Calibration){
		func(c *Calibration) { c.MaxFPR = 0 },
		func(c *Calibration) { c.Hosts = -1 },
		func(c *Calibration) { c.ByHost.Flagged = 3 },
		func(c *Calibration) { c.ByHost.High = 9 },
		func(c *Calibration) { c.ByFlow = &Rate{Low: 0.5, High: 0.25} },
	} {
		f("number that cannot be", func(c *Calibration, _ *HeldOut) { damage(c) })
	}
	for _, scores := range [][]float64{{0.5, 0.25, 0.75}, {-1, 0, 1}, {0, 1, 2}, {0, 0, 0, 0}} {
		f("that rise", func(_ *Calibration, h *HeldOut) { h.Families[0].Scores = scores })
	}
}

// TestCalibrationIsOfItsThreshold: neither another threshold nor an empty record passes for a calibration.
func TestCalibrationIsOfItsThreshold(t *testing.T) {
	file := written(t, Calibration{MaxFPR: 0.01, Was: 0.5, Threshold: 0.75}, HeldOut{})
	if _, err := Read(strings.NewReader(strings.Replace(file, `"botnetdetect.threshold":"0.75"`, `"botnetdetect.threshold":"0.25"`, 1))); err == nil || !strings.Contains(err.Error(), "but the model has 0.25") {
		t.Errorf("another threshold: %v", err)
	}
	start := strings.Index(file, `"botnetdetect.calibration":`) + len(`"botnetdetect.calibration":`)
	end := start + strings.Index(file[start:], `","`)
	if _, err := Read(strings.NewReader(file[:start] + `"null` + file[end:])); err == nil {
		t.Error("an empty calibration was taken")
	}
}
