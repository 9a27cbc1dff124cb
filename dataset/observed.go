package dataset

import (
	"fmt"

	"botnetdetect/behaviour"
	"botnetdetect/feature"
	"botnetdetect/flow"
	"botnetdetect/observe"
	"botnetdetect/protocol"
)

// Examples returns the P2P flows of an observed capture as examples. The error names a
// capture whose label cannot be told.
func (l Labeller) Examples(seen observe.Observation, mode feature.Mode, v *protocol.Vocabulary) ([]Example, error) {
	label, err := l.Capture(seen.Path)
	if err != nil {
		return nil, err
	}
	features, err := featuresOf(seen.Table, mode, v)
	if err != nil {
		return nil, fmt.Errorf("capture %s: %w", seen.Path, err)
	}
	var examples []Example
	for f := range seen.Table.P2P() {
		src, dst := f.Src.String(), f.Dst.String()
		label, use := l.Flow(seen.Path, label, src, dst)
		if !use {
			continue
		}
		e := Example{Botnet: label.Botnet, Src: src, Dst: dst, Capture: seen.Path, Source: label.Source}
		features(&f, &e)
		examples = append(examples, e)
	}
	if err := seen.Table.Err(); err != nil {
		return nil, fmt.Errorf("capture %s: %w", seen.Path, err)
	}
	return examples, nil
}

// featuresOf returns what sets the features of a flow of a set.
func featuresOf(s *flow.Set, mode feature.Mode, v *protocol.Vocabulary) (func(*flow.Flow, *Example), error) {
	if mode != feature.Behavioural {
		return func(f *flow.Flow, e *Example) { e.Traffic = feature.Blocks(*f, mode, v) }, nil
	}
	hosts, err := behaviour.Observe(s)
	return func(f *flow.Flow, e *Example) {
		seat := hosts.Seat(f)
		e.Host, e.Manner, e.Behaviour = seat.Host.String(), seat.Manner.String(), hosts.Features(f, nil)
	}, err
}
