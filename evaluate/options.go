package evaluate

import (
	"errors"
	"runtime"

	"botnetdetect/gbdt"
	"botnetdetect/metric"
)

// Options say what to measure. Start from DefaultOptions.
type Options struct {
	Protocols []Protocol
	Given     []Fold     // the folds of the protocol Given
	Detectors []Detector // the first is the one that is evaluated, the others are compared with it
	Grouping  Grouping   // what no fold may divide; Random divides all the same
	Budgets   []float64  // false-positive rates that thresholds are to keep to
	BaseRates []float64
	Seed      uint64
	Config    gbdt.Config // said in the result; Detectors have their own
	Scores    bool        // keep the scores of all flows tested
	Workers   int         // folds at once; 0 is GOMAXPROCS

	// Progress, if not nil, is told after every fold how many of how many are done. It is
	// called by one goroutine at a time.
	Progress func(done, total int)
	// Keep, if not nil, is handed every fold and the detector trained on it, by one
	// goroutine at a time, in no fixed order.
	Keep func(p Protocol, d Detector, f Fold, t Trained) error
}

// DefaultOptions returns the choices of docs/evaluation: the grid, no group divided,
// budgets of 1 % and 0.1 %, base rates of 10⁻², 10⁻³ and 10⁻⁴.
func DefaultOptions() Options {
	return Options{
		Protocols: []Protocol{Grid},
		Grouping:  ByHost,
		Budgets:   []float64{1e-2, 1e-3},
		BaseRates: []float64{1e-2, 1e-3, 1e-4},
		Seed:      1,
		Config:    gbdt.DefaultConfig(),
	}
}

// Numbers that are choices, but nobody's to make anew for each run.
const (
	innerFolds = 5
	replicates = 1000
	level      = 0.95
	eceBins    = metric.DefaultBins
)

func (o *Options) workers() int {
	if o.Workers > 0 {
		return o.Workers
	}
	return runtime.GOMAXPROCS(0)
}

func (o *Options) check(c *Corpus) error {
	switch {
	case len(o.Detectors) == 0:
		return errors.New("cannot evaluate: no detector")
	case len(o.Protocols) == 0:
		return errors.New("cannot evaluate: no protocol")
	case len(c.Flows) == 0:
		return errors.New("cannot evaluate: there are no labelled P2P flows in these inputs")
	}
	for _, d := range o.Detectors {
		if t := c.Tables[d.Table]; t != nil && t.Data.Rows() != len(c.Flows) {
			return errors.New("cannot evaluate: table " + d.Table + " is not of these flows")
		}
	}
	return nil
}

func (o *Options) settings() Settings {
	return Settings{
		Seed: o.Seed, Protocols: o.Protocols, Grouping: o.Grouping,
		Budgets: o.Budgets, BaseRates: o.BaseRates,
		InnerFolds: innerFolds, Replicates: replicates, Level: level, ECEBins: eceBins,
		Trees: o.Config.Trees, Depth: o.Config.Depth, LearningRate: o.Config.LearningRate,
	}
}
