package metric

// Confusion counts examples by what they are and what the verdict says. The
// zero value has seen no example and is ready for use.
type Confusion struct {
	TP int `json:"tp"` // botnet, and the verdict says so
	FP int `json:"fp"` // benign, and the verdict says botnet: a false alert
	TN int `json:"tn"` // benign, and the verdict says so
	FN int `json:"fn"` // botnet, and the verdict says benign: missed
}

// Observe counts one example.
func (c *Confusion) Observe(botnet, flagged bool) {
	switch {
	case botnet && flagged:
		c.TP++
	case flagged:
		c.FP++
	case botnet:
		c.FN++
	default:
		c.TN++
	}
}

// Add returns the counts of both. It is associative and commutative, and the
// zero Confusion is its unit, so folds may be added up in any order.
func (c Confusion) Add(o Confusion) Confusion {
	return Confusion{TP: c.TP + o.TP, FP: c.FP + o.FP, TN: c.TN + o.TN, FN: c.FN + o.FN}
}

// Times returns the counts of n copies: n Adds to the zero Confusion. [Resample]
// tells how many copies of a group to take.
func (c Confusion) Times(n int) Confusion {
	return Confusion{TP: n * c.TP, FP: n * c.FP, TN: n * c.TN, FN: n * c.FN}
}

// Total is the number of examples.
func (c Confusion) Total() int { return c.TP + c.FP + c.TN + c.FN }

// Positives is the number of examples that are botnet.
func (c Confusion) Positives() int { return c.TP + c.FN }

// Negatives is the number of examples that are benign.
func (c Confusion) Negatives() int { return c.FP + c.TN }

// Mismatches is the number of wrong verdicts.
func (c Confusion) Mismatches() int { return c.FP + c.FN }

// Accuracy is the share of right verdicts, undefined without examples.
func (c Confusion) Accuracy() Figure { return ratio(c.TP+c.TN, c.Total()) }

// TPR is the true-positive rate (recall of botnet), undefined where no example
// is botnet. Compare the Recall of [Class], which is then 0.
func (c Confusion) TPR() Figure { return ratio(c.TP, c.Positives()) }

// FPR is the false-positive rate, the share of benign examples that raise an
// alert; undefined where no example is benign.
func (c Confusion) FPR() Figure { return ratio(c.FP, c.Negatives()) }

// PrecisionAtBaseRate is the precision to expect of these rates where a share
// baseRate of the traffic is botnet; see the function of that name.
func (c Confusion) PrecisionAtBaseRate(baseRate float64) Figure {
	return PrecisionAtBaseRate(baseRate, c.TPR(), c.FPR())
}

// Class is how well one class, or an average of both, is told. A figure whose
// denominator is 0 is 0, as scikit-learn's zero_division has it by default.
type Class struct {
	Precision Figure `json:"precision"` // share of right verdicts among those for the class
	Recall    Figure `json:"recall"`    // share of the class's examples with a right verdict
	F1        Figure `json:"f1"`        // harmonic mean of the two
	Support   int    `json:"support"`   // examples of the class; 0 means Recall says nothing
}

// Botnet is how well the class botnet is told: scikit-learn's "binary" average.
func (c Confusion) Botnet() Class { return class(c.TP, c.FP, c.FN) }

// Benign is how well the class benign is told.
func (c Confusion) Benign() Class { return class(c.TN, c.FN, c.FP) }

// Micro pools the verdicts of both classes. With one label for each example all
// three of its figures are the accuracy.
func (c Confusion) Micro() Class {
	return class(c.TP+c.TN, c.Mismatches(), c.Mismatches())
}

// Macro is the plain mean over the classes that occur in the labels or in the
// verdicts, which is how scikit-learn averages when it is not given a list of
// classes: all benign and all called benign is 1, not ½.
func (c Confusion) Macro() Class {
	botnet, benign := c.Botnet(), c.Benign()
	switch {
	case c.TP+c.FN+c.FP == 0:
		return benign
	case c.TN+c.FN+c.FP == 0:
		return botnet
	}
	return Class{
		Precision: (botnet.Precision + benign.Precision) / 2,
		Recall:    (botnet.Recall + benign.Recall) / 2,
		F1:        (botnet.F1 + benign.F1) / 2,
		Support:   c.Total(),
	}
}

// class is the figures of the class with these right, wrongly given and missed
// verdicts.
func class(right, wrong, missed int) Class {
	return Class{
		Precision: ratioOrZero(right, right+wrong),
		Recall:    ratioOrZero(right, right+missed),
		F1:        ratioOrZero(2*right, 2*right+wrong+missed),
		Support:   right + missed,
	}
}
