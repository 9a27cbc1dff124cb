package gbdt

import (
	"fmt"
	"math"
	"slices"
)

// Model is a sum of trees. It is safe for use by many goroutines as long as
// none changes its fields.
type Model struct {
	// FeatureNames names the columns; empty, or one name a column. XGBoost
	// does not take '[', ']' and '<' in them.
	FeatureNames []string
	// Attributes are kept in the file and mean nothing to this package.
	Attributes map[string]string
	// Curve is the loss on the validation examples after each tree that
	// training added, also of those that early stopping took back. It is not
	// kept in the file.
	Curve []float64

	features int
	base     float32 // probability before the first tree
	trees    []tree
	forest   *forest // of trees
}

// Features returns the number of columns that a row must have.
func (m *Model) Features() int { return m.features }

// Trees returns the number of trees.
func (m *Model) Trees() int { return len(m.trees) }

// baseMargin is the log-odds of the base probability.
func (m *Model) baseMargin() float32 {
	return float32(-math.Log(1/float64(m.base) - 1))
}

// Probability returns the probability, 0 to 1, that the row's label is 1.
// NaN in a row is an absent value. A row of another width is an error
// (ErrWidth); the probability is NaN then.
func (m *Model) Probability(row []float32) (float64, error) {
	x, err := m.Margin(row)
	return logistic(float64(x)), err
}

// Margin returns the row's log-odds, as Probability does the probability.
func (m *Model) Margin(row []float32) (float32, error) {
	if err := m.checkWidth(len(row)); err != nil {
		return float32(math.NaN()), err
	}
	return m.forest.sumDense(m.baseMargin(), row), nil
}

// ProbabilitySparse is Probability for a row given by its present values; the
// columns in index rise strictly.
func (m *Model) ProbabilitySparse(index []uint32, value []float32) (float64, error) {
	x, err := m.MarginSparse(index, value)
	return logistic(float64(x)), err
}

// MarginSparse is Margin for a row given by its present values; the columns in
// index rise strictly.
func (m *Model) MarginSparse(index []uint32, value []float32) (float32, error) {
	if err := m.checkSparse(index, value); err != nil {
		return float32(math.NaN()), err
	}
	return m.forest.sumSparse(m.baseMargin(), index, value), nil
}

// checkWidth wants a row as wide as the model.
func (m *Model) checkWidth(width int) error {
	if m.forest == nil {
		return errNoModel
	}
	if width != m.features {
		return fmt.Errorf("row has %d values, the model %d features: %w", width, m.features, ErrWidth)
	}
	return nil
}

func (m *Model) checkSparse(index []uint32, value []float32) error {
	if m.forest == nil {
		return errNoModel
	}
	return checkIndex(index, len(value), m.features)
}

// errNoModel tells of the zero Model.
var errNoModel = fmt.Errorf("the model is empty, want one from Train or ReadModel: %w", ErrWidth)

func lookup(index []uint32, value []float32, f int32) float32 {
	if i, ok := slices.BinarySearch(index, uint32(f)); ok {
		return value[i]
	}
	return float32(math.NaN())
}

// Probabilities writes the probability of each row of d into p, which has one
// place a row. It uses as many goroutines as GOMAXPROCS says.
func (m *Model) Probabilities(p []float64, d Data) error {
	margin := make([]float32, len(p))
	if err := m.Margins(margin, d); err != nil {
		return err
	}
	const piece = 1 << 12
	parallel(0, (len(p)+piece-1)/piece, func(_, i int) {
		for r := i * piece; r < min((i+1)*piece, len(p)); r++ {
			p[r] = logistic(float64(margin[r]))
		}
	})
	return nil
}

// Margins writes the margin of each row of d into margin, which has one place a
// row. It uses as many goroutines as GOMAXPROCS says.
func (m *Model) Margins(margin []float32, d Data) error {
	if m.forest == nil {
		return errNoModel
	}
	if d.Columns() != m.features || d.Rows() != len(margin) {
		return fmt.Errorf("data of %d rows by %d columns for %d margins and a model of %d features: %w",
			d.Rows(), d.Columns(), len(margin), m.features, ErrWidth)
	}
	if err := d.checkShape(); err != nil {
		return err
	}
	base := m.baseMargin()
	for r := range margin {
		margin[r] = base
	}
	m.forest.addAll(margin, d, 0)
	return nil
}

// compile makes the model ready to predict, after its trees have changed.
func (m *Model) compile() { m.forest = newForest(m.trees) }
