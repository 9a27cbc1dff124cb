// Package reason says in words why a model scored a flow as it did.
//
//	why, err := reason.Of(m, f, vocabulary, values)
//	why.Summary                  // "47 packets in 1 h 12 min, 38 bytes each on average, no reply"
//	why.Reasons[0].Text          // "UDP: first packet of 60 bytes"
//	why.Reasons[0].Push          // 1.8: towards botnet, odds times e^1.8
//
// The pushes are SHAP values: what each feature adds to the flow's log-odds, so that
// Base and all pushes together are the score. They explain the model, not the world:
// a strong push says what the model looked at, not that it was right to.
package reason

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"botnetdetect/feature"
	"botnetdetect/flow"
	"botnetdetect/model"
	"botnetdetect/protocol"
)

// Reason is one thing that moved a flow's score.
type Reason struct {
	Text string  // what the model saw
	Push float64 // log-odds; above 0 towards botnet, below 0 towards benign
}

// Odds says what r does to the odds that the flow is botnet traffic: "× 6.2", "÷ 1.5".
func (r Reason) Odds() string {
	factor := strconv.FormatFloat(math.Exp(math.Abs(r.Push)), 'f', 1, 64)
	if len(factor) > len("9.9") {
		factor = strconv.FormatFloat(math.Exp(math.Abs(r.Push)), 'f', 0, 64)
	}
	if r.Push < 0 && factor != "1.0" {
		return "÷ " + factor
	}
	return "× " + factor
}

// Explanation is why a flow has its score.
type Explanation struct {
	Summary string   // the flow itself, in a sentence without a full stop
	Base    float64  // log-odds of a flow of which nothing is known yet
	Reasons []Reason // strongest first; none has a push of 0
}

// Of explains the score that m gives f, whose protocols v names. In mode behaviour,
// values are f's features, in the order of behaviour.All; else nil.
func Of(m *model.Model, f flow.Flow, v *protocol.Vocabulary, values []float64) (Explanation, error) {
	if m.Mode == feature.Behavioural {
		return ofBehaviour(m, f, values)
	}
	pushes, err := m.Explain(feature.Blocks(f, m.Mode, v))
	if err != nil {
		return Explanation{}, fmt.Errorf("cannot explain flow %v to %v: %w", f.Src, f.Dst, err)
	}
	total := f.Total()
	e := Explanation{Summary: Summary(&total), Base: pushes.Base}
	e.Reasons = gather(pushes.ByFeature, m.Features(), sumsByProtocol(f, m.Mode, v))
	slices.SortStableFunc(e.Reasons, func(x, y Reason) int {
		return cmp.Compare(math.Abs(y.Push), math.Abs(x.Push))
	})
	return e, nil
}

// LogOdds returns the log-odds that the pushes add up to.
func (e Explanation) LogOdds() float64 {
	sum := e.Base
	for _, r := range e.Reasons {
		sum += r.Push
	}
	return sum
}

// Strongest splits the reasons into the n strongest and the push of all others together.
func (e Explanation) Strongest(n int) (strongest []Reason, rest float64) {
	n = min(n, len(e.Reasons))
	for _, r := range e.Reasons[n:] {
		rest += r.Push
	}
	return e.Reasons[:n], rest
}

// sumsByProtocol returns a flow's sums by the names that protocols have in models.
func sumsByProtocol(f flow.Flow, mode feature.Mode, v *protocol.Vocabulary) map[string]*flow.Sums {
	if mode == feature.Agnostic {
		total := f.Total()
		return map[string]*flow.Sums{feature.AnyProtocol: &total}
	}
	sums := make(map[string]*flow.Sums, len(f.Sums))
	for i := range f.Sums {
		sums[model.ProtocolName(v.Name(f.Sums[i].Protocol))] = &f.Sums[i]
	}
	return sums
}

// gather turns pushes by feature into reasons. What a protocol pushes by not being
// there is one reason, however many of its features the trees ask for.
func gather(pushes []float64, names []string, sums map[string]*flow.Sums) (reasons []Reason) {
	absent := make(map[string]int) // index in reasons
	for column, push := range pushes {
		name, i, err := feature.ParseName(names[column])
		if err != nil || push == 0 {
			continue // a model's names were checked when it was read
		}
		if s, ok := sums[name]; ok {
			reasons = append(reasons, Reason{withProtocol(name, phrase(s, i)), push})
			continue
		}
		at, ok := absent[name]
		if !ok {
			at = len(reasons)
			absent[name] = at
			reasons = append(reasons, Reason{Text: "no " + name + " packets"})
		}
		reasons[at].Push += push
	}
	return reasons
}

func withProtocol(name, phrase string) string {
	if name == feature.AnyProtocol {
		return phrase
	}
	return name + ": " + phrase
}
