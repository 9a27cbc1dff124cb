package dataset

import (
	"fmt"

	"botnetdetect/feature"
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
	var examples []Example
	for f := range seen.Table.P2P() {
		src, dst := f.Src.String(), f.Dst.String()
		label, use := l.Flow(seen.Path, label, src, dst)
		if !use {
			continue
		}
		examples = append(examples, Example{
			Botnet: label.Botnet, Src: src, Dst: dst,
			Capture: seen.Path, Source: label.Source,
			Traffic: feature.Blocks(f, mode, v),
		})
	}
	if err := seen.Table.Err(); err != nil {
		return nil, fmt.Errorf("capture %s: %w", seen.Path, err)
	}
	return examples, nil
}
