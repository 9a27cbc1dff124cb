package gbdt

// Importance says how much a model uses a feature, as XGBoost's get_score does.
type Importance struct {
	Weight     int     // splits by the feature
	TotalGain  float64 // what they won
	TotalCover float64 // sum of p(1-p) of the training rows that came to them
}

// Gain returns the mean gain of a split, 0 without splits.
func (i Importance) Gain() float64 { return i.mean(i.TotalGain) }

// Cover returns the mean cover of a split, 0 without splits.
func (i Importance) Cover() float64 { return i.mean(i.TotalCover) }

func (i Importance) mean(total float64) float64 {
	if i.Weight == 0 {
		return 0
	}
	return total / float64(i.Weight)
}

// Importance returns the importance of each feature.
func (m *Model) Importance() []Importance {
	all := make([]Importance, m.features)
	for _, t := range m.trees {
		for n := range t {
			if node := &t[n]; !node.leaf() {
				i := &all[node.feature]
				i.Weight++
				i.TotalGain += float64(node.gain)
				i.TotalCover += float64(node.cover)
			}
		}
	}
	return all
}
