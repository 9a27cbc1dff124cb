package metric

import (
	"encoding/json"
	"fmt"
	"math"
)

// Figure is a number that may be undefined: NaN in memory, null in JSON. The
// zero value is the number 0, which is defined.
type Figure float64

// undefined is what a figure is when the data cannot say.
func undefined() Figure { return Figure(math.NaN()) }

// Defined reports whether f is a number.
func (f Figure) Defined() bool { return !math.IsNaN(float64(f)) }

// MarshalJSON writes a number, or null where f is undefined or infinite: JSON
// has words for neither.
func (f Figure) MarshalJSON() ([]byte, error) {
	if !f.Defined() || math.IsInf(float64(f), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(f))
}

// UnmarshalJSON reads what MarshalJSON writes; null becomes undefined.
func (f *Figure) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*f = undefined()
		return nil
	}
	if err := json.Unmarshal(text, (*float64)(f)); err != nil {
		return fmt.Errorf("cannot read figure %q: %w", text, err)
	}
	return nil
}

// ratio is part/whole, undefined where whole is 0.
func ratio(part, whole int) Figure {
	if whole == 0 {
		return undefined()
	}
	return Figure(float64(part) / float64(whole))
}

// ratioOrZero is part/whole, 0 where whole is 0: scikit-learn's zero_division.
func ratioOrZero(part, whole int) Figure {
	if whole == 0 {
		return 0
	}
	return ratio(part, whole)
}
