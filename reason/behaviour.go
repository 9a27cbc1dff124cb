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

// ofBehaviour is Of in mode behaviour. A flow that says nothing of a botnet has no reasons.
func ofBehaviour(m *model.Model, f flow.Flow, values []float64) (Explanation, error) {
	e, err := OfValues(m, values)
	if err != nil {
		return e, fmt.Errorf("cannot explain flow %v to %v: %w", f.Src, f.Dst, err)
	}
	total := f.Total()
	e.Summary = Summary(&total) + e.Summary
	return e, nil
}

// OfValues explains the score that a model of mode behaviour gives values, all features in
// the order of behaviour.All. The summary says only why values were not judged, if they were not.
func OfValues(m *model.Model, values []float64) (e Explanation, err error) {
	switch {
	case len(values) != len(behaviour.All()):
		return e, fmt.Errorf("its %d features are not those of mode behaviour", len(values))
	case !behaviour.Evidence(values):
		return Explanation{Summary: fmt.Sprintf("; too little evidence: nothing was said, the other is a name server, or its host speaks so with fewer than %d peers, downloads and name servers aside", behaviour.MinPeers)}, nil
	case behaviour.Download(values):
		return Explanation{Summary: "; a download, as browsers do: no sign of a botnet, whatever its host does"}, nil
	}
	pushes, err := m.ExplainBehaviour(values)
	if err != nil {
		return e, err
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

// Towards returns the reasons that push towards one verdict, the strongest first.
func (e Explanation) Towards(botnet bool) (reasons []Reason) {
	for _, r := range e.Reasons {
		if r.Push > 0 == botnet {
			reasons = append(reasons, r)
		}
	}
	return reasons
}
