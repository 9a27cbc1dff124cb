package reason

import (
	"slices"

	"botnetdetect/behaviour"
	"botnetdetect/feature"
	"botnetdetect/flow"
	"botnetdetect/model"
	"botnetdetect/protocol"
)

// Explainer explains one flow after the other as Of does. Those in a row that the model sees as the same, as it
// does the judged flows of a cohort, are worked out once, which is most of the time that an alert takes.
type Explainer struct {
	Model      *model.Model
	Vocabulary *protocol.Vocabulary

	values []float64 // of the flow that was worked out last; nil if it may not stand for others
	last   Explanation
}

// Of explains a flow. What it returns is not to be written to.
func (x *Explainer) Of(f flow.Flow, values []float64) (Explanation, error) {
	if x.values != nil && behaviour.Judged(values) && slices.Equal(cohortOf(x.values), cohortOf(values)) {
		e, total := x.last, f.Total()
		e.Summary = Summary(&total)
		return e, nil
	}
	e, err := Of(x.Model, f, x.Vocabulary, values)
	x.values = nil
	if err == nil && x.Model.Mode == feature.Behavioural && behaviour.Judged(values) && x.Model.SeesCohorts() {
		x.values, x.last = slices.Clone(values), e
	}
	return e, err
}

// cohortOf returns the values that all flows of a cohort have in common.
func cohortOf(values []float64) (common []float64) {
	for place, x := range values {
		if behaviour.OfCohort(place) {
			common = append(common, x)
		}
	}
	return common
}
