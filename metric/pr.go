package metric

// PrecisionAtBaseRate is the precision of a detector with these rates where a
// share baseRate of the traffic is botnet: π·tpr / (π·tpr + (1-π)·fpr), Bayes'
// rule as Axelsson (2000) applies it to intrusion detection. A test set is far
// richer in botnets than a network is, so its own precision flatters.
//
// An fpr of 0 gives 1, however few benign examples it was measured on: where
// they are few, pass the upper end of the rate's [ClopperPearson] interval.
// Undefined where a rate is, where nothing at all is flagged, and for a baseRate
// outside [0, 1].
func PrecisionAtBaseRate(baseRate float64, tpr, fpr Figure) Figure {
	if !(baseRate >= 0 && baseRate <= 1) {
		return undefined()
	}
	right := Figure(baseRate) * tpr
	return right / (right + Figure(1-baseRate)*fpr) // 0/0 is NaN: undefined
}
