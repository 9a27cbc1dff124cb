// Package model joins trees to the flows they judge: which features they want, from
// which score on a flow is botnet traffic, and what they were trained on.
//
// Load finds the model for a feature mode: the one trained last, kept in a folder, or
// else the one that is built in. Train makes one from a dataset. A model is one file,
// which XGBoost opens too; docs/format/model.md describes it.
package model

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"botnetdetect/dataset"
	"botnetdetect/feature"
	"botnetdetect/gbdt"
)

// Model scores flows. It is safe for concurrent use.
type Model struct {
	Mode      feature.Mode
	Threshold float64 // a flow whose score is at or above it is botnet traffic
	Training  Training

	Calibration *Calibration // how the threshold was fitted to a network; nil: it was not
	HeldOut     *HeldOut     // how botnets score that training did not see; nil: not known

	trees   *gbdt.Model
	columns map[string]block // by protocol name
	places  []int            // by column, in behaviour.All; in mode behaviour instead of columns

	prior, shift float64 // see AtPrior: the prior asked for, and what it adds to log-odds
}

// block maps the nine features of a protocol to the trees' columns; -1 is none.
type block [feature.Count]int32

// Training says where a model comes from. Fields that are not known are zero.
type Training struct {
	Time     string         `json:"time,omitempty"` // RFC 3339, UTC
	Tool     string         `json:"tool,omitempty"` // name and version
	Benign   int            `json:"benign"`         // flows
	Botnet   int            `json:"botnet"`         // flows
	Captures int            `json:"captures"`
	Sources  map[string]int `json:"sources,omitempty"` // flows by "Benign/skype", "Botnet/storm", …
	Recipe   Recipe         `json:"recipe"`
}

// Recipe is what of a training's configuration decides what comes out.
type Recipe struct {
	Trees        int     `json:"trees"`
	Depth        int     `json:"depth"`
	LearningRate float64 `json:"learning_rate"`
	Rows         float64 `json:"rows"`    // share that each tree sees
	Columns      float64 `json:"columns"` // share that each tree sees
	L2           float64 `json:"l2"`
	Seed         uint64  `json:"seed"`
}

func recipe(c gbdt.Config) Recipe {
	return Recipe{c.Trees, c.Depth, c.LearningRate, c.Rows, c.Columns, c.L2, c.Seed}
}

// New joins trees to their features, whose names they carry.
func New(trees *gbdt.Model, mode feature.Mode, threshold float64) (*Model, error) {
	m := &Model{Mode: mode, Threshold: threshold, trees: trees, columns: make(map[string]block)}
	if mode == feature.Behavioural {
		return m, m.newBehaviour()
	}
	for column, name := range trees.FeatureNames {
		protocol, i, err := feature.ParseName(name)
		if err != nil {
			return nil, fmt.Errorf("column %d: %w", column, err)
		}
		if agnostic := protocol == feature.AnyProtocol; agnostic != (mode == feature.Agnostic) {
			return nil, fmt.Errorf("column %d: feature %q does not belong in a model of mode %s", column, name, mode)
		}
		columns, ok := m.columns[protocol]
		if !ok {
			columns = block{-1, -1, -1, -1, -1, -1, -1, -1, -1}
		}
		columns[i] = int32(column)
		m.columns[protocol] = columns
	}
	if len(m.columns) == 0 {
		return nil, errUnnamed
	}
	return m, nil
}

var errUnnamed = errors.New("the trees do not name their features; set feature_names before saving the model")

// Features returns the names of the features that the trees may ask for, by column.
func (m *Model) Features() []string { return m.trees.FeatureNames }

// Trees returns the trees themselves.
func (m *Model) Trees() *gbdt.Model { return m.trees }

// Score returns the probability, 0 to 1, that a flow is botnet traffic. Blocks must be
// of the model's mode. Protocols that the model does not know are passed over.
func (m *Model) Score(blocks []feature.Block) (float64, error) {
	row := m.row(blocks)
	return m.trees.ProbabilitySparse(row.index, row.value)
}

// Botnet reports whether a score calls for the verdict Botnet.
func (m *Model) Botnet(score float64) bool { return score >= m.Threshold }

// sparseRow is one row of the trees' input; columns rise.
type sparseRow struct {
	index []uint32
	value []float32
}

func (m *Model) row(blocks []feature.Block) sparseRow {
	cells := make([]cell, 0, len(blocks)*feature.Count)
	for i := range blocks {
		columns, ok := m.columns[plain(blocks[i].Protocol)]
		if !ok {
			continue
		}
		for k, column := range columns {
			if column >= 0 {
				cells = append(cells, cell{uint32(column), single(blocks[i].Values[k])})
			}
		}
	}
	slices.SortFunc(cells, func(x, y cell) int { return cmp.Compare(x.column, y.column) })
	cells = slices.CompactFunc(cells, func(x, y cell) bool { return x.column == y.column })
	row := sparseRow{make([]uint32, len(cells)), make([]float32, len(cells))}
	for i, c := range cells {
		row.index[i], row.value[i] = c.column, c.value
	}
	return row
}

// plain is a protocol's name as it stands in a model: XGBoost takes no feature names with
// '[', ']' or '<', which a few of tshark's have, such as GTP_<UDP>.
func plain(protocol string) string {
	if !strings.ContainsAny(protocol, "[]<>") {
		return protocol
	}
	return brackets.Replace(protocol)
}

var brackets = strings.NewReplacer("[", "(", "]", ")", "<", "(", ">", ")")

type cell struct {
	column uint32
	value  float32
}

// single rounds to float32, within its finite range.
func single(x float64) float32 {
	return float32(min(max(x, -math.MaxFloat32), math.MaxFloat32))
}

// Train trains a model on every example of a set. The threshold is 0.5, as in the
// reference; in mode behaviour it is chosen on groups held out, and of config only seed
// and goroutines count: see Behavioural. Training's Time and Tool are the caller's to set.
func Train(ctx context.Context, set dataset.Set, config gbdt.Config) (*Model, error) {
	if len(set.Examples) == 0 {
		return nil, gbdt.ErrEmpty
	}
	if set.Mode == feature.Behavioural {
		return trainBehaviour(ctx, set, config)
	}
	names := vocabulary(set)
	m, err := New(&gbdt.Model{FeatureNames: names}, set.Mode, 0.5)
	if err != nil {
		return nil, err
	}
	trees, err := gbdt.Train(ctx, gbdt.Examples{Data: m.table(set), Labels: labels(set)}, config)
	if err != nil {
		return nil, err
	}
	trees.FeatureNames = names
	m.trees = trees
	m.Training = provenance(set, config)
	return m, nil
}

// TrainColumns trains a protocol-agnostic model on columns, as Train does on the set that
// they come from.
func TrainColumns(ctx context.Context, c *dataset.Columns, config gbdt.Config) (*Model, error) {
	var names []string
	for i := range feature.Count {
		names = append(names, feature.FullName(feature.AnyProtocol, i))
	}
	m, err := New(&gbdt.Model{FeatureNames: names}, feature.Agnostic, 0.5)
	if err != nil {
		return nil, err
	}
	trees, err := gbdt.Train(ctx, gbdt.Examples{Data: gbdt.Dense(c.Values[:]), Labels: c.Labels}, config)
	if err != nil {
		return nil, err
	}
	trees.FeatureNames, m.trees = names, trees
	m.Training = Training{Recipe: recipe(config)}
	m.Training.Sources, m.Training.Captures = c.Sources()
	m.Training.Botnet = c.Botnet()
	m.Training.Benign = len(c.Labels) - m.Training.Botnet
	return m, nil
}

// vocabulary returns the full names of all features in a set: nine a protocol,
// protocols in order.
func vocabulary(set dataset.Set) []string {
	seen := make(map[string]bool)
	for i := range set.Examples {
		for _, b := range set.Examples[i].Traffic {
			seen[plain(b.Protocol)] = true
		}
	}
	return fullNames(seen)
}

// fullNames returns the full names of the features of protocols, in order.
func fullNames(seen map[string]bool) []string {
	protocols := make([]string, 0, len(seen))
	for p := range seen {
		protocols = append(protocols, p)
	}
	slices.Sort(protocols)
	var names []string
	for _, p := range protocols {
		for i := range feature.Count {
			names = append(names, feature.FullName(p, i))
		}
	}
	return names
}

// table returns a set as the trees' input: dense columns where each example has every
// feature, else sparse rows.
func (m *Model) table(set dataset.Set) gbdt.Data {
	if set.Mode == feature.Agnostic {
		return dense(set)
	}
	table := &gbdt.Sparse{Width: len(m.Features()), Indptr: []int64{0}}
	for i := range set.Examples {
		row := m.row(set.Examples[i].Traffic)
		table.Index = append(table.Index, row.index...)
		table.Value = append(table.Value, row.value...)
		table.Indptr = append(table.Indptr, int64(len(table.Index)))
	}
	return table
}

func dense(set dataset.Set) gbdt.Dense {
	columns := make(gbdt.Dense, feature.Count)
	for c := range columns {
		columns[c] = make([]float32, len(set.Examples))
		for r := range set.Examples {
			columns[c][r] = single(set.Examples[r].Traffic[0].Values[c])
		}
	}
	return columns
}

func labels(set dataset.Set) []uint8 {
	labels := make([]uint8, len(set.Examples))
	for i := range labels {
		if set.Examples[i].Botnet {
			labels[i] = 1
		}
	}
	return labels
}

func provenance(set dataset.Set, config gbdt.Config) Training {
	t := Training{Recipe: recipe(config), Sources: make(map[string]int)}
	captures := make(map[string]bool)
	for i := range set.Examples {
		t.count(&set.Examples[i], captures)
	}
	t.Captures = len(captures)
	return t
}
