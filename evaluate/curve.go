package evaluate

import "botnetdetect/metric"

// How many points a curve keeps, and bins a histogram of scores has.
const (
	curvePoints   = 64
	histogramBins = 20
)

func draw(r metric.Ranking, scores []float64, truth []bool) Curves {
	return Curves{
		ROC:         thin(r.ROC(), curvePoints),
		PR:          thin(r.PR(), curvePoints),
		Calibration: r.Reliability(eceBins),
		Histogram:   histogram(scores, truth),
	}
}

// thin keeps at most n points, evenly, the first and last among them.
func thin[P any](points []P, n int) []P {
	if len(points) <= n {
		return points
	}
	kept := make([]P, n)
	for i := range kept {
		kept[i] = points[i*(len(points)-1)/(n-1)]
	}
	return kept
}

func histogram(scores []float64, truth []bool) []HistogramBin {
	bins := make([]HistogramBin, histogramBins)
	for i := range bins {
		bins[i].Low = float64(i) / histogramBins
		bins[i].High = float64(i+1) / histogramBins
	}
	for i, score := range scores {
		bin := &bins[min(max(int(score*histogramBins), 0), histogramBins-1)]
		if truth[i] {
			bin.Botnet++
		} else {
			bin.Benign++
		}
	}
	return bins
}
