package model

import "botnetdetect/feature"

// Pushes says how a flow's score came about: Base and all of ByFeature add up to its
// log-odds, as Express has it.
type Pushes struct {
	Base      float64   // log-odds of a flow of which nothing is known
	ByFeature []float64 // log-odds by column, in the order of Features
}

// Explain returns what each feature adds to the score of a flow, by SHAP values. Blocks
// are as in Score.
func (m *Model) Explain(blocks []feature.Block) (Pushes, error) {
	row := m.row(blocks)
	e, err := m.trees.ExplainSparse(row.index, row.value)
	if err != nil {
		return Pushes{}, err
	}
	return Pushes{Base: e.Bias + m.shift, ByFeature: e.Features}, nil
}

// ProtocolName returns the name under which a protocol's features stand in a model, which
// differs from the protocol's own where XGBoost would not take that.
func ProtocolName(protocol string) string { return plain(protocol) }
