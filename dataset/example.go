// Package dataset holds labelled examples: flows' features, each with its label
// and where it comes from.
//
// Examples come from captures, through a Labeller that tells benign from botnet
// by folders' names or a list of pairs, or from a file that WriteJSON or WriteCSV
// wrote. Split parts them for training and testing.
package dataset

import (
	"math/rand/v2"

	"botnetdetect/feature"
)

// Example is one flow's features with its label and provenance.
type Example struct {
	Botnet  bool
	Src     string // the flow's endpoints, in text order
	Dst     string
	Capture string // the capture's path as it was given; "" if not known
	Source  string // the folder under Benign or Botnet: application or family; "" if not known
	Traffic []feature.Block

	// In mode behaviour there is no Traffic, but:
	Host      string    // the flow's host, one of its endpoints
	Manner    string    // of its cohort: behaviour.Manner
	Behaviour []float64 // its features, in the order of behaviour.All
}

// Cohort names one cohort of one host of one capture, in mode behaviour.
func (e *Example) Cohort() string { return e.Capture + "\x00" + e.Host + "\x00" + e.Manner }

// Set is examples of one mode.
type Set struct {
	Mode     feature.Mode
	Examples []Example
}

// Balance counts benign and botnet examples.
func (s Set) Balance() (benign, botnet int) {
	for i := range s.Examples {
		if s.Examples[i].Botnet {
			botnet++
		}
	}
	return len(s.Examples) - botnet, botnet
}

// Sources returns the sources and families of the examples.
func (s Set) Sources() map[string]bool {
	sources := make(map[string]bool)
	for i := range s.Examples {
		sources[s.Examples[i].Source] = true
	}
	return sources
}

// Labels returns whether each example is botnet.
func (s Set) Labels() []bool {
	labels := make([]bool, len(s.Examples))
	for i := range labels {
		labels[i] = s.Examples[i].Botnet
	}
	return labels
}

// Split shuffles the examples by seed and parts them, the first share of them (0 to
// 1, rounded down) into train. It is the reference's split: flows of one capture fall
// on both sides, so what test says flatters.
func (s Set) Split(share float64, seed uint64) (train, test Set) {
	examples := make([]Example, len(s.Examples))
	for i, j := range Shuffled(len(examples), seed) {
		examples[i] = s.Examples[j]
	}
	n := int(share * float64(len(examples)))
	return Set{s.Mode, examples[:n:n]}, Set{s.Mode, examples[n:]} // more may be appended to the first
}

// Shuffled is 0 to n-1 in the order that a seed brings them into.
func Shuffled(n int, seed uint64) []int { return rand.New(rand.NewPCG(seed, 0)).Perm(n) }
