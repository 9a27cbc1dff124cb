package evaluate

import "botnetdetect/metric"

// Audit is a check on the evaluation itself.
type Audit struct {
	Name    string        `json:"name"`
	Failed  bool          `json:"failed"`
	Rule    string        `json:"rule"`    // what must hold
	Finding string        `json:"finding"` // what was found
	Value   metric.Figure `json:"value"`   // what the rule is about
	Bound   metric.Figure `json:"bound"`   // beyond which it fails
	Rows    []AuditRow    `json:"rows,omitempty"`
}

// AuditRow is one of several things that an audit measured.
type AuditRow struct {
	Name    string                   `json:"name"`
	Figures map[string]metric.Figure `json:"figures"`
}
