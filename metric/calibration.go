package metric

import "math"

// The figures of this file read a score as a probability. They are undefined
// without examples and where a score lies outside [0, 1].

// DefaultBins is how many bins calibration figures commonly use, for want of a
// better reason (Guo et al. 2017 use 15, Naeini et al. 2015 use 10).
const DefaultBins = 10

// Brier is the mean square of score minus truth (botnet 1, benign 0), from 0 to
// 1, less is better (Brier 1950).
func (r Ranking) Brier() Figure {
	return r.meanLoss(func(miss, _ float64) float64 { return miss * miss })
}

// LogLoss is the mean of -ln of the probability given to the truth: 0 or more,
// less is better. As in scikit-learn, scores are kept 2⁻⁵² away from 0 and 1, so
// that one certain and wrong score costs 36.04 and not infinity.
func (r Ranking) LogLoss() Figure {
	const least = 0x1p-52
	return r.meanLoss(func(_, truth float64) float64 {
		return -math.Log(min(max(truth, least), 1-least))
	})
}

// meanLoss is the mean over examples of a loss, which is told how far the score
// is from the truth and the probability that it gives the truth.
func (r Ranking) meanLoss(loss func(miss, truth float64) float64) Figure {
	if !r.probabilities() {
		return undefined()
	}
	var sum float64
	for _, t := range r.ties {
		if t.botnet > 0 {
			sum += float64(t.botnet) * loss(1-t.score, t.score)
		}
		if t.benign > 0 {
			sum += float64(t.benign) * loss(t.score, 1-t.score)
		}
	}
	return Figure(sum / float64(r.botnet+r.benign))
}

// probabilities reports whether there are scores and all lie in [0, 1].
func (r Ranking) probabilities() bool {
	last := len(r.ties) - 1
	return last >= 0 && r.ties[0].score <= 1 && r.ties[last].score >= 0
}

// Bin is the examples whose score lies in one of several equal parts of [0, 1].
type Bin struct {
	Low         float64 `json:"low"`          // lower edge; outside the bin, but for 0
	High        float64 `json:"high"`         // upper edge; inside the bin
	Botnet      int     `json:"botnet"`       // examples in the bin that are botnet
	Benign      int     `json:"benign"`       // examples in the bin that are benign
	MeanScore   float64 `json:"mean_score"`   // what the scores say: their mean
	BotnetShare float64 `json:"botnet_share"` // what is true: Botnet / (Botnet+Benign)
}

// gap is how far the bin's scores are from the truth.
func (b Bin) gap() float64 { return math.Abs(b.BotnetShare - b.MeanScore) }

// Reliability is the reliability diagram: [0, 1] cut into n bins of equal width,
// bin i of 0 … n-1 being (i/n, (i+1)/n], the first with its 0. Only bins that
// hold an example are returned, by rising score. It is nil where these figures
// are undefined, and for n below 1.
func (r Ranking) Reliability(n int) []Bin {
	if n < 1 || !r.probabilities() {
		return nil
	}
	var bins []Bin
	for i := len(r.ties) - 1; i >= 0; i-- {
		t := r.ties[i]
		if k := len(bins) - 1; k < 0 || t.score > bins[k].High {
			bins = append(bins, binOf(t.score, n))
		}
		b := &bins[len(bins)-1]
		b.Botnet += t.botnet
		b.Benign += t.benign
		b.MeanScore += float64(t.botnet+t.benign) * t.score // a sum until the end
	}
	for i := range bins {
		b := &bins[i]
		size := float64(b.Botnet + b.Benign)
		b.MeanScore /= size
		b.BotnetShare = float64(b.Botnet) / size
	}
	return bins
}

// binOf is the empty bin, of n, that a score in [0, 1] falls into.
func binOf(score float64, n int) Bin {
	edge := func(i int) float64 { return float64(i) / float64(n) }
	i := max(int(math.Ceil(score*float64(n)))-1, 0)
	if i > 0 && score <= edge(i) { // the product was rounded up
		i--
	}
	if i < n-1 && score > edge(i+1) { // or down
		i++
	}
	return Bin{Low: edge(i), High: edge(i + 1)}
}

// ECE is the expected calibration error (Naeini et al. 2015): the mean over
// examples of the distance, in their bin, between the mean score and the share
// that is botnet. From 0 to 1, less is better. It depends on the number of bins,
// see [Ranking.Reliability]: say n with the figure. It is undefined for n below 1.
func (r Ranking) ECE(n int) Figure {
	bins := r.Reliability(n)
	if bins == nil {
		return undefined()
	}
	var sum float64
	for _, b := range bins {
		sum += float64(b.Botnet+b.Benign) * b.gap()
	}
	return Figure(sum / float64(r.botnet+r.benign))
}
