// Package evaluate measures what a detector is worth on traffic, hosts, captures
// and botnets that it has not seen.
//
// Begin with a Corpus: labelled flows, with one Table of features for every kind of
// features that detectors learn from. A Builder makes one from observed captures,
// FromSet from a feature table. Run then trains and tests Detectors on the folds of
// each Protocol, and returns a Result that writes itself as JSON, CSV, text or
// Markdown:
//
//	captures ─Builder→ Corpus ─Protocol→ folds ┐
//	feature table ─FromSet→ ┘    Detectors ────┴→ train, score, measure → Result
//
// Three rules hold throughout. A fold that has one group on both sides, be it a
// capture or captures that share a host, is refused (LeakError); only the protocol
// Random, which is there to be compared with, divides groups. Thresholds are chosen
// inside the training groups. Whatever cannot be measured is said in a sentence, and
// the rest is measured.
//
// Everything is the same for the same seed, on any number of cores.
package evaluate
