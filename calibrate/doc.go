// Package calibrate fits a model's threshold to a network's own benign traffic, of which no
// botnet need be known.
//
//	s := calibrate.New(detector)
//	err := s.Add(seen) // each capture
//	c, err := s.Calibrate(0.01)
//	adapted := m.Calibrated(c)
//
// The threshold is raised, never lowered, until at most a wanted share of the hosts would be called
// botnet. What it then measures, it measures on hosts that the threshold was not set
// on. docs/calibrate.md has the method and its limits.
package calibrate
