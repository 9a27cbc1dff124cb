package gbdt

import (
	"errors"
	"fmt"
	"math"
)

// Absent says what a value that a row leaves out means in training.
type Absent uint8

const (
	AbsentZero Absent = iota // it is the number 0; NaN in dense data is an error
	AbsentOwn                // each split learns a side for it; NaN in dense data means absent
)

// Config holds every choice of a training. Start from DefaultConfig: the zero
// Config is not valid.
type Config struct {
	Trees        int     // trees to add, 1 to 100,000
	Depth        int     // largest depth of a tree, 1 to 16
	LearningRate float64 // factor on every leaf value, above 0 to 1

	MinSamples int // fewest rows in a leaf, at least 1

	Bins       int    // most distinct intervals of a column, 2 to 65,535; 0 chooses: exact up to 65,536 rows, else 255
	Absent     Absent // what a value that is left out means
	Goroutines int    // workers; 0 is GOMAXPROCS. The model does not depend on it
}

// DefaultConfig returns the defaults of scikit-learn's
// GradientBoostingClassifier.
func DefaultConfig() Config {
	return Config{Trees: 100, Depth: 3, LearningRate: 0.1, MinSamples: 1}
}

func (c *Config) check() error {
	return errors.Join(
		inRange("Trees", float64(c.Trees), 1, 100_000),
		inRange("Depth", float64(c.Depth), 1, 16),
		inRange("LearningRate", c.LearningRate, math.SmallestNonzeroFloat64, 1),
		inRange("MinSamples", float64(c.MinSamples), 1, math.MaxInt32),
		c.checkBins(),
		c.checkAbsent(),
	)
}

func (c *Config) checkBins() error {
	if c.Bins == 0 {
		return nil
	}
	return inRange("Bins", float64(c.Bins), 2, 65_535)
}

func (c *Config) checkAbsent() error {
	if c.Absent != AbsentZero {
		return fmt.Errorf("config: Absent is %d, not a value this package supports", c.Absent)
	}
	return nil
}

// inRange also turns away NaN, which is in no range.
func inRange(name string, x, low, high float64) error {
	if x >= low && x <= high {
		return nil
	}
	return fmt.Errorf("config: %s is %v, want %v to %v", name, x, low, high)
}
