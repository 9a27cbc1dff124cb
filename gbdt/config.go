package gbdt

import (
	"errors"
	"fmt"
	"math"
)

// Absent says what a value that a row leaves out means in training.
type Absent uint8

// What an absent value may mean.
const (
	AbsentZero Absent = iota // it is the number 0; NaN in dense data is an error
	AbsentOwn                // each split learns a side for it; NaN means absent
)

// Criterion says what a split is worth.
type Criterion uint8

const (
	// Residuals divides sums of residuals by the rows' weights:
	// scikit-learn's friedman_mse.
	Residuals Criterion = iota
	// Newton divides them by second derivatives, p(1-p): XGBoost's.
	Newton
)

// Config holds every choice of a training. Start from DefaultConfig: the zero
// Config is not valid.
type Config struct {
	Trees        int     // most trees to add, 1 to 100,000
	Depth        int     // most splits from root to leaf, 1 to 30; 0 for no limit but Leaves
	Leaves       int     // 0 grows all leaves of a level; else the best leaf each time, up to so many, 2 to 32,768
	LearningRate float64 // factor on every leaf value, above 0 up to 1

	Criterion  Criterion
	MinSamples int     // fewest rows in a leaf, at least 1
	MinWeight  float64 // least weight in a leaf: of rows, or with Newton of p(1-p); at least 0
	MinGain    float64 // splits must gain more than this, at least 0
	L2         float64 // added to what sums of residuals are divided by, at least 0

	Rows    float64 // share of rows that each tree sees, above 0 up to 1
	Columns float64 // share of columns that each tree sees, above 0 up to 1

	PositiveWeight float64 // factor on the weights of rows with label 1, above 0
	Monotone       []int8  // by column: 1 if the model must not fall as the value rises, -1 if not rise, 0 if it may; nil for none
	Absent         Absent  // what a value that is left out means

	Base       *Model    // model to add trees to; nil to start afresh
	Validation *Examples // rows to watch the loss on; nil for none
	Patience   int       // stop after so many trees without a lower loss on Validation, and keep the best; 0 to go on

	Bins       int    // most intervals a column is divided into, 2 to 65,535; 0 chooses: all values up to 16,384 rows, else 255
	Seed       uint64 // of the samples of rows and columns
	Goroutines int    // workers; 0 for GOMAXPROCS. The model does not depend on it

	// Progress is called after each tree, if not nil, with the number of trees
	// in the model and the loss on Validation, NaN without.
	Progress func(trees int, loss float64)
}

// DefaultConfig returns the defaults of scikit-learn's
// GradientBoostingClassifier: 100 trees of depth 3, learning rate 0.1, all
// rows and columns.
func DefaultConfig() Config {
	return Config{Trees: 100, Depth: 3, LearningRate: 0.1, MinSamples: 1, Rows: 1, Columns: 1, PositiveWeight: 1}
}

// Limits of what a Config may ask for.
const (
	maxTrees  = 100_000
	maxDepth  = 30
	maxLeaves = 1 << 15
)

func (c *Config) check(columns int) error {
	return errors.Join(
		inRange("Trees", float64(c.Trees), 1, maxTrees),
		c.checkShape(),
		inRange("LearningRate", c.LearningRate, math.SmallestNonzeroFloat64, 1),
		inRange("Criterion", float64(c.Criterion), 0, float64(Newton)),
		inRange("MinSamples", float64(c.MinSamples), 1, math.MaxInt32),
		inRange("MinWeight", c.MinWeight, 0, math.MaxFloat64),
		inRange("MinGain", c.MinGain, 0, math.MaxFloat64),
		inRange("L2", c.L2, 0, math.MaxFloat64),
		inRange("Rows", c.Rows, math.SmallestNonzeroFloat64, 1),
		inRange("Columns", c.Columns, math.SmallestNonzeroFloat64, 1),
		inRange("PositiveWeight", c.PositiveWeight, math.SmallestNonzeroFloat64, math.MaxFloat64),
		c.checkMonotone(columns),
		inRange("Absent", float64(c.Absent), 0, float64(AbsentOwn)),
		c.checkBase(columns),
		c.checkPatience(),
		c.checkBins(),
		inRange("Goroutines", float64(c.Goroutines), 0, 1<<16),
	)
}

func (c *Config) checkShape() error {
	if c.Leaves == 0 {
		// Two to the power of this is how many leaves a level can have.
		return inRange("Depth (without Leaves)", float64(c.Depth), 1, 15)
	}
	return errors.Join(inRange("Leaves", float64(c.Leaves), 2, maxLeaves), inRange("Depth", float64(c.Depth), 0, maxDepth))
}

func (c *Config) checkBins() error {
	if c.Bins == 0 {
		return nil
	}
	return inRange("Bins", float64(c.Bins), 2, wideBins)
}

func (c *Config) checkMonotone(columns int) error {
	if c.Monotone != nil && len(c.Monotone) != columns {
		return fmt.Errorf("config: Monotone is for %d columns, the data has %d: %w", len(c.Monotone), columns, ErrWidth)
	}
	for column, way := range c.Monotone {
		if way < -1 || way > 1 {
			return fmt.Errorf("config: Monotone of column %d is %d, want -1, 0 or 1", column, way)
		}
	}
	return nil
}

func (c *Config) checkBase(columns int) error {
	if c.Base != nil && c.Base.features != columns {
		return fmt.Errorf("config: Base has %d features, the data %d columns: %w", c.Base.features, columns, ErrWidth)
	}
	return nil
}

func (c *Config) checkPatience() error {
	if c.Patience > 0 && c.Validation == nil {
		return errors.New("config: Patience needs Validation")
	}
	return inRange("Patience", float64(c.Patience), 0, maxTrees)
}

// inRange also turns away NaN, which is in no range.
func inRange(name string, x, low, high float64) error {
	if x >= low && x <= high {
		return nil
	}
	return fmt.Errorf("config: %s is %v, want %v to %v", name, x, low, high)
}
