package reason

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"botnetdetect/behaviour"
	"botnetdetect/flow"
	"botnetdetect/model"
)

// ofBehaviour is Of in mode behaviour. A flow without evidence has no reasons.
func ofBehaviour(m *model.Model, f flow.Flow, values []float64) (Explanation, error) {
	total := f.Total()
	e := Explanation{Summary: Summary(&total)}
	if len(values) != len(behaviour.All()) {
		return e, fmt.Errorf("cannot explain flow %v to %v: its %d features are not those of mode behaviour", f.Src, f.Dst, len(values))
	}
	if !behaviour.Evidence(values) {
		e.Summary += "; nothing was said that could be judged"
		return e, nil
	}
	pushes, err := m.ExplainBehaviour(values)
	if err != nil {
		return e, fmt.Errorf("cannot explain flow %v to %v: %w", f.Src, f.Dst, err)
	}
	e.Base = pushes.Base
	names := behaviour.Names()
	for column, push := range pushes.ByFeature {
		place := slices.Index(names, m.Features()[column])
		if push != 0 {
			e.Reasons = append(e.Reasons, Reason{behaviour.Words(place, values[place]), push})
		}
	}
	slices.SortStableFunc(e.Reasons, func(x, y Reason) int { return cmp.Compare(math.Abs(y.Push), math.Abs(x.Push)) })
	return e, nil
}
